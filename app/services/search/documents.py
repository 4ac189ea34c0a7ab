"""What the index knows: products, categories and pages in every language of the shop."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.kernel.text import choose
from app.models.catalogue import (
    AttributeValue,
    Brand,
    Category,
    Option,
    OptionValue,
    Product,
    ProductAttribute,
    ProductCategory,
    ProductTag,
    Tag,
    Variant,
    VariantOption,
)
from app.models.content import Page
from app.models.translation import CategoryText, PageText, ProductText
from app.services import markets
from app.services.search.port import EVERYWHERE, Document

KINDS = ("product", "category", "page")
MARKUP = re.compile(r"[#*_>`\[\]()|]|https?://\S+|<[^>]+>")


def ids(kind: str) -> list[int]:
    """Ids of everything of a kind that may be found."""
    statements = {
        "product": select(Product.id).where(Product.state == "published"),
        "category": select(Category.id),
        "page": select(Page.id).where(Page.is_published, Page.code != "home"),
    }
    return list(db.session.scalars(statements[kind].order_by("id")))


def of(kind: str, wanted: Sequence[int]) -> list[Document]:
    """Documents of these ids, one per language; what may not be found is left out."""
    if not wanted:
        return []
    make = {"product": _products, "category": _categories, "page": _pages}[kind]
    return make(list(wanted))


def _products(wanted: list[int]) -> list[Document]:
    rows = db.session.execute(
        select(Product.id, Product.code, Brand.name)
        .outerjoin(Brand, Brand.id == Product.brand_id)
        .where(Product.id.in_(wanted), Product.state == "published")
    ).all()
    texts = _by_language(ProductText, ProductText.product_id, wanted)
    labels, codes, shelves = _labels(wanted), _codes(wanted), _shelves(wanted)
    found = []
    for row in rows:
        sold_in = tuple(m.code for m in markets.all_markets() if row.code not in m.hidden_products)
        for language in markets.LANGUAGES:
            text = choose(texts.get(row.id, {}), (language, "en"))
            if text is None:
                continue
            own = shelves.get(row.id, [])
            names = [name for _code, name in _named(own, language)]
            words = [choose(label, (language, "en")) for label in labels.get(row.id, ())]
            found.append(Document(
                key=f"product:{row.id}", kind="product", language=language, title=text[1].name,
                body=plain(f"{text[1].summary} {text[1].description} {text[1].care}"),
                keywords=tuple(dict.fromkeys(
                    filter(None, [row.name or "", *names, *(w[1] for w in words if w)]))),
                codes=codes.get(row.id, ()), text_language=text[0],
                facets={"category": tuple(code for code, _label in own)}, markets=sold_in,
            ))
    return found


def _categories(wanted: list[int]) -> list[Document]:
    texts = _by_language(CategoryText, CategoryText.category_id, wanted)
    return [
        Document(key=f"category:{id_}", kind="category", language=language, title=text[1].name,
                 body=plain(text[1].intro), text_language=text[0], markets=(EVERYWHERE,))
        for id_ in wanted for language in markets.LANGUAGES
        if (text := choose(texts.get(id_, {}), (language, "en")))
    ]


def _pages(wanted: list[int]) -> list[Document]:
    shown = set(db.session.scalars(
        select(Page.id).where(Page.id.in_(wanted), Page.is_published, Page.code != "home")
    ))
    texts = _by_language(PageText, PageText.page_id, wanted)
    return [
        Document(key=f"page:{id_}", kind="page", language=language, title=text[1].title,
                 body=plain(text[1].body), text_language=text[0], markets=(EVERYWHERE,))
        for id_ in wanted if id_ in shown for language in markets.LANGUAGES
        if (text := choose(texts.get(id_, {}), (language, "en")))
    ]


def plain(markdown: str) -> str:
    """Text without marks and addresses."""
    return " ".join(MARKUP.sub(" ", markdown).split())


def _by_language(table: Any, key: Any, wanted: Sequence[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for row in db.session.scalars(select(table).where(key.in_(wanted))):
        found.setdefault(getattr(row, key.key), {})[row.language] = row
    return found


def _labels(wanted: Sequence[int]) -> dict[int, list[Mapping[str, str]]]:
    """Words of tags, facet values and option values, per product."""
    statements = (
        select(ProductTag.product_id, Tag.label).join(Tag, Tag.id == ProductTag.tag_id)
        .where(ProductTag.product_id.in_(wanted)),
        select(ProductAttribute.product_id, AttributeValue.label)
        .join(AttributeValue, AttributeValue.id == ProductAttribute.value_id)
        .where(ProductAttribute.product_id.in_(wanted)),
        select(Variant.product_id, OptionValue.label)
        .join(VariantOption, VariantOption.variant_id == Variant.id)
        .join(OptionValue, OptionValue.id == VariantOption.option_value_id)
        .join(Option, Option.id == OptionValue.option_id)
        .where(Variant.product_id.in_(wanted), Option.kind == "swatch"),
    )
    found: dict[int, list[Mapping[str, str]]] = {}
    for statement in statements:
        for product_id, label in db.session.execute(statement):
            held = found.setdefault(product_id, [])
            if label not in held:
                held.append(label)
    return found


def _codes(wanted: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for product_id, sku, barcode in db.session.execute(
        select(Variant.product_id, Variant.sku, Variant.barcode)
        .where(Variant.product_id.in_(wanted), Variant.is_active)
    ):
        found.setdefault(product_id, []).extend(filter(None, (sku, barcode)))
    return {product_id: tuple(codes) for product_id, codes in found.items()}


Shelf = tuple[str, Mapping[str, str]]


def _shelves(wanted: Sequence[int]) -> dict[int, list[Shelf]]:
    """Product -> (code, names) of its categories and those above them."""
    tree = {row.id: row for row in db.session.execute(
        select(Category.id, Category.code, Category.parent_id))}
    names: dict[int, dict[str, str]] = {}
    for id_, language, name in db.session.execute(
        select(CategoryText.category_id, CategoryText.language, CategoryText.name)
    ):
        names.setdefault(id_, {})[language] = name
    found: dict[int, list[Shelf]] = {}
    for product_id, category_id in db.session.execute(
        select(ProductCategory.product_id, ProductCategory.category_id)
        .where(ProductCategory.product_id.in_(wanted))
    ):
        node = tree.get(category_id)
        while node is not None:
            held = found.setdefault(product_id, [])
            if (node.code, names.get(node.id, {})) not in held:
                held.append((node.code, names.get(node.id, {})))
            node = tree.get(node.parent_id)
    return found


def _named(shelves: Sequence[Shelf], language: str) -> list[tuple[str, str]]:
    pairs = ((code, choose(labels, (language, "en"))) for code, labels in shelves)
    return [(code, label[1]) for code, label in pairs if label]

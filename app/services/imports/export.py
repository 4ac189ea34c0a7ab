"""The catalogue as a Shopify product CSV that this shop (and Shopify) reads back.

One language, the base price list, the stock of one warehouse. Reading the file back into the
same shop changes nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TextIO

import mistune
from sqlalchemy import func, or_, select

from app.extensions import db, providers
from app.kernel import clock
from app.kernel.money import Money
from app.models.catalogue import (
    Brand,
    Category,
    Option,
    OptionValue,
    Product,
    ProductCategory,
    ProductOption,
    ProductTag,
    Tag,
    Variant,
    VariantOption,
)
from app.models.media import Media, ProductMedia, VariantMedia
from app.models.price import Price, PriceList
from app.models.stock import StockItem
from app.models.translation import CategoryText, ProductText
from app.services.imports.entries import Target

CHUNK = 200
HEADER = (
    "Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published",
    "Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value", "Option3 Name",
    "Option3 Value", "Variant SKU", "Variant Grams", "Variant Inventory Tracker",
    "Variant Inventory Qty", "Variant Inventory Policy", "Variant Fulfillment Service",
    "Variant Price", "Variant Compare At Price", "Variant Requires Shipping", "Variant Taxable",
    "Variant Barcode", "Variant Harmonized System Code", "Variant Country of Origin", "Image Src",
    "Image Position", "Image Alt Text", "Gift Card", "SEO Title", "SEO Description",
    "Variant Image", "Variant Weight Unit", "Status",
)
_STATUS = {"published": "active", "draft": "draft", "archived": "archived"}
_SAME_FOR_ALL = {
    "Variant Inventory Tracker": "shopify", "Variant Inventory Policy": "deny",
    "Variant Fulfillment Service": "manual", "Variant Requires Shipping": "true",
    "Variant Taxable": "true", "Variant Weight Unit": "g",
}
_html = mistune.create_markdown(escape=True)


def export(file: TextIO, target: Target, progress: Callable[[int, int], None] | None = None) -> int:
    """Write every product that has words in the target's language. Returns how many.

    file  open for text with newline=""
    """
    session = db.session()
    total = session.scalar(select(func.count(Product.id))) or 0
    writer = csv.DictWriter(file, HEADER, restval="")
    writer.writeheader()
    shelves, last, done, written = _shelf_paths(target.language), 0, 0, 0
    while ids := list(session.scalars(
        select(Product.id).where(Product.id > last).order_by(Product.id).limit(CHUNK)
    )):
        chunk = _Chunk(ids, target, shelves)
        for id_ in ids:
            if id_ in chunk.texts:
                writer.writerows(_guarded(row) for row in chunk.rows(id_))
                written += 1
        last, done = ids[-1], done + len(ids)
        session.expunge_all()
        if progress:
            progress(done, total)
    return written


class _Chunk:
    """Some products with all that belongs to them, read in a dozen statements."""

    def __init__(self, ids: Sequence[int], target: Target, shelves: Mapping[int, str]) -> None:
        session, self._target = db.session(), target
        self.texts = {row.product_id: row for row in session.scalars(select(ProductText).where(
            ProductText.product_id.in_(ids), ProductText.language == target.language))}
        self._products = {row.id: row for row in session.scalars(
            select(Product).where(Product.id.in_(ids)))}
        self._brands = dict(session.execute(
            select(Product.id, Brand.name).join(Brand, Brand.id == Product.brand_id)
            .where(Product.id.in_(ids))).all())
        self._shelf = {product_id: shelves.get(category_id, "") for product_id, category_id in
                       session.execute(select(ProductCategory.product_id,
                                              ProductCategory.category_id)
                                       .where(ProductCategory.product_id.in_(ids),
                                              ProductCategory.is_main))}
        self._tags = _lists(session.execute(
            select(ProductTag.product_id, Tag.label, Tag.code)
            .join(Tag, Tag.id == ProductTag.tag_id)
            .where(ProductTag.product_id.in_(ids)).order_by(Tag.id)))
        self._pictures = _lists(session.execute(
            select(ProductMedia.product_id, Media.key, Media.source_url, Media.alt)
            .join(Media, Media.id == ProductMedia.media_id)
            .where(ProductMedia.product_id.in_(ids))
            .order_by(ProductMedia.position, ProductMedia.media_id)))
        self._options = _lists(session.execute(
            select(ProductOption.product_id, Option.id, Option.label, Option.code)
            .join(Option, Option.id == ProductOption.option_id)
            .where(ProductOption.product_id.in_(ids)).order_by(ProductOption.position)))
        self._variants = _lists(
            (row.product_id, row) for row in session.scalars(
                select(Variant).where(Variant.product_id.in_(ids), Variant.is_active)
                .order_by(Variant.position, Variant.id)))
        self._read_variants([row.id for rows in self._variants.values() for (row,) in rows])

    def _read_variants(self, ids: Sequence[int]) -> None:
        session, now = db.session(), clock.now()
        self._choices = {
            (variant_id, option_id): (label, code) for variant_id, option_id, label, code in
            session.execute(select(VariantOption.variant_id, OptionValue.option_id,
                                   OptionValue.label, OptionValue.code)
                            .join(OptionValue, OptionValue.id == VariantOption.option_value_id)
                            .where(VariantOption.variant_id.in_(ids)))
        }
        self._prices = {
            variant_id: (amount, compare_at) for variant_id, amount, compare_at in session.execute(
                select(Price.variant_id, Price.amount_minor, Price.compare_at_minor)
                .join(PriceList, PriceList.id == Price.price_list_id)
                .where(Price.variant_id.in_(ids), PriceList.code == self._target.list_code,
                       Price.currency == self._target.currency, Price.valid_from <= now,
                       or_(Price.valid_until.is_(None), Price.valid_until > now)))
        }
        self._stock = dict(session.execute(
            select(StockItem.variant_id, StockItem.on_hand)
            .where(StockItem.variant_id.in_(ids),
                   StockItem.warehouse_id == self._target.warehouse_id)).all())
        self._seen_in = _lists(session.execute(
            select(VariantMedia.variant_id, Media.key, Media.source_url)
            .join(Media, Media.id == VariantMedia.media_id)
            .where(VariantMedia.variant_id.in_(ids)).order_by(VariantMedia.position)))

    def rows(self, id_: int) -> Iterator[dict[str, str]]:
        """The rows of one product: as many as it has variants or pictures."""
        handle = self._products[id_].code
        variants = [row for (row,) in self._variants.get(id_, [])]
        pictures = self._pictures.get(id_, [])
        for place in range(max(len(variants), len(pictures), 1)):
            row = {"Handle": handle}
            if place == 0:
                row |= self._head(id_)
            if place < len(variants):
                row |= self._variant_cells(id_, variants[place])
            if place < len(pictures):
                key, source, alt = pictures[place]
                row |= {"Image Src": _address(key, source), "Image Position": str(place + 1),
                        "Image Alt Text": alt.get(self._target.language, "")}
            yield row

    def _head(self, id_: int) -> dict[str, str]:
        text, state = self.texts[id_], self._products[id_].state
        tags = [_word(label, code, self._target.language) for label, code in
                self._tags.get(id_, [])]
        head = {
            "Title": text.name, "Body (HTML)": str(_html(text.description)).strip(),
            "Vendor": self._brands.get(id_, ""), "Type": self._shelf.get(id_, ""),
            "Tags": ", ".join(tag.replace(",", "\\,") for tag in tags),
            "Published": "true" if state == "published" else "false", "Gift Card": "false",
            "SEO Title": text.seo_title, "SEO Description": text.seo_description,
            "Status": _STATUS[state],
        }
        for place, (_option, label, code) in enumerate(self._options.get(id_, [])[:3], start=1):
            head[f"Option{place} Name"] = _word(label, code, self._target.language)
        if not self._options.get(id_):
            head |= {"Option1 Name": "Title", "Option1 Value": "Default Title"}
        return head

    def _variant_cells(self, id_: int, variant: Variant) -> dict[str, str]:
        amount, compare_at = self._prices.get(variant.id, (None, None))
        cells = {
            **_SAME_FOR_ALL, "Variant SKU": variant.sku, "Variant Grams": str(variant.weight_g),
            "Variant Inventory Qty": str(self._stock.get(variant.id, 0)),
            "Variant Price": self._major(amount),
            "Variant Compare At Price": self._major(compare_at),
            "Variant Barcode": variant.barcode, "Variant Harmonized System Code": variant.hs_code,
            "Variant Country of Origin": variant.origin,
        }
        for place, (option_id, *_label) in enumerate(self._options.get(id_, [])[:3], start=1):
            label, code = self._choices.get((variant.id, option_id), ({}, ""))
            cells[f"Option{place} Value"] = _word(label, code, self._target.language)
        for key, source in self._seen_in.get(variant.id, [])[:1]:
            cells["Variant Image"] = _address(key, source)
        return cells

    def _major(self, minor: int | None) -> str:
        return "" if minor is None else str(Money(minor, self._target.currency).major)


def _lists(rows: object) -> dict[int, list[tuple]]:  # type: ignore[type-arg] # database rows
    found: dict[int, list[tuple]] = {}  # type: ignore[type-arg]
    for owner, *rest in rows:  # type: ignore[attr-defined]
        found.setdefault(owner, []).append(tuple(rest))
    return found


def _shelf_paths(language: str) -> dict[int, str]:
    """Category id -> "A > B" in a language (codes where it has no words)."""
    session = db.session()
    names = dict(session.execute(
        select(CategoryText.category_id, CategoryText.name).where(CategoryText.language == language)
    ).all())
    rows = {id_: (parent_id, names.get(id_, code)) for id_, parent_id, code in session.execute(
        select(Category.id, Category.parent_id, Category.code)
    )}
    paths = {}
    for id_, (above, name) in rows.items():
        path, parent_id = [name], above
        while parent_id is not None:
            parent_id, name_above = rows[parent_id]
            path.insert(0, name_above)
        paths[id_] = " > ".join(path)
    return paths


def _word(label: Mapping[str, str], code: str, language: str) -> str:
    return label.get(language) or code


def _address(key: str, source: str) -> str:
    return source or f"{providers().settings.base_url}/media/{key}"


def _guarded(row: Mapping[str, str]) -> dict[str, str]:
    """Cells that a spreadsheet would take for a formula begin with an apostrophe."""
    return {name: f"'{words}" if words[:1] in {"=", "+", "-", "@"} else words
            for name, words in row.items()}

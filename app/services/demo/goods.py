"""The demo's catalogue: categories, pictures, products with prices and stock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from app.extensions import transaction
from app.models.catalogue import Category, Tag
from app.services import certificates, markets, stock
from app.services.catalogue import editing
from app.services.catalogue.category_tree import CategoryDraft, CategoryWords, create_category
from app.services.catalogue.drafts import (
    AttributeDraft,
    BrandDraft,
    ChoiceDraft,
    OptionDraft,
    PriceDraft,
    ProductDraft,
    TextDraft,
    VariantDraft,
)
from app.services.demo.foundation import DEMO, read
from app.services.media import flow as media
from app.services.prices.renewal import renew_converted

Texts = Mapping[str, Mapping[str, Any]]  # language -> the file's content


def load(progress: Callable[[str], None] = lambda what: None) -> int:
    """Load the goods. Safe to repeat: what is there is brought in step. Returns how many."""
    wanted = drafts(progress)
    outcomes = editing.upsert_products(wanted)
    editing.publish_all([outcome.product_id for outcome in outcomes])
    _papers()
    progress("prices")
    renew_converted()
    return len(outcomes)


def _papers() -> None:
    """Plants go abroad with a phytosanitary certificate; Australia's permit is still missing."""
    for product in read("catalogue.json")["products"]:
        if product["hs_code"].startswith("06"):
            for variant in product["variants"]:
                certificates.record(variant["sku"], "Phytosanitary certificate", number="demo",
                                    first=date(2026, 1, 1))


def drafts(progress: Callable[[str], None] = lambda what: None) -> list[ProductDraft]:
    """The demo's products, with the pictures, categories and tags they stand on in place."""
    catalogue, texts = read("catalogue.json"), read_texts()
    progress("pictures")
    pictures = _pictures(catalogue, texts)
    shelves = _categories(catalogue["categories"], texts, pictures)
    tags = _tags(catalogue["tags"], texts)
    brands = {row["code"]: row["name"] for row in catalogue["brands"]}
    vocabulary = _Vocabulary(catalogue, texts)
    warehouses = stock.warehouse_ids()
    progress("products")
    return [
        _product(row, position, texts, vocabulary, shelves, tags, pictures, brands, warehouses)
        for position, row in enumerate(catalogue["products"], 1)
    ]


def read_texts() -> dict[str, Mapping[str, Any]]:
    """language -> its texts, of every language of the shop."""
    return {language: read(f"texts/{language}.json") for language in markets.LANGUAGES}


def in_all(texts: Texts, section: str, key: str) -> dict[str, str]:
    """language -> a small label."""
    return {language: own[section][key] for language, own in texts.items()
            if key in own.get(section, {})}


def _pictures(catalogue: Mapping[str, Any], texts: Texts) -> dict[str, int]:
    names = {row["image"] for row in catalogue["categories"]}
    names |= {name for product in catalogue["products"] for name in product["images"]}
    names |= set(read("shop.json")["home"].values())
    names |= {name for product in catalogue["products"] for variant in product["variants"]
              for name in variant.get("images", ())}
    credit = "Unsplash licence, see app/demo/media/CREDITS.md"
    return {
        name: media.add((DEMO / "media" / name).read_bytes(), name,
                        in_all(texts, "images", name), credit).id
        for name in sorted(names)
    }


def _categories(rows: list[dict[str, Any]], texts: Texts, pictures: Mapping[str, int],
                ) -> dict[str, int]:
    with transaction() as session:
        ids = dict(session.execute(select(Category.code, Category.id)).all())
    for row in rows:
        if row["code"] in ids:
            continue
        words = {language: CategoryWords(**own["categories"][row["code"]])
                 for language, own in texts.items()}
        ids[row["code"]] = create_category(CategoryDraft(
            texts=words, code=row["code"], parent_id=ids.get(row["parent"] or ""),
            position=row["position"], media_id=pictures.get(row["image"]),
        ))
    return ids


def _tags(codes: list[str], texts: Texts) -> dict[str, int]:
    with transaction() as session:
        ids = dict(session.execute(select(Tag.code, Tag.id)).all())
        for code in codes:
            if code not in ids:
                tag = Tag(code=code, label=in_all(texts, "tags", code))
                session.add(tag)
                session.flush()
                ids[code] = tag.id
    return ids


class _Vocabulary:
    """Options and attributes with their labels in every language."""

    def __init__(self, catalogue: Mapping[str, Any], texts: Texts) -> None:
        self.texts = texts
        self.options = {row["code"]: row for row in catalogue["options"]}
        self.attributes = {row["code"]: row for row in catalogue["attributes"]}

    def choice(self, option: str, code: str) -> ChoiceDraft:
        """A value of an option."""
        row = next(v for v in self.options[option]["values"] if v["code"] == code)
        return ChoiceDraft(in_all(self.texts, "values", f"{option}.{code}"), code,
                           row.get("swatch", ""))

    def option(self, code: str, used: list[str]) -> OptionDraft:
        """An option with the values a product uses, in the vocabulary's order."""
        row = self.options[code]
        values = tuple(self.choice(code, v["code"]) for v in row["values"] if v["code"] in used)
        return OptionDraft(label=in_all(self.texts, "options", code), code=code,
                           kind=row["kind"], values=values)

    def attribute(self, code: str, value: Any) -> AttributeDraft:
        """A product's value of an attribute."""
        row = self.attributes[code]
        label = in_all(self.texts, "attributes", code)
        if "values" in row:
            words = in_all(self.texts, "attribute_values", f"{code}.{value}")
            return AttributeDraft(label, code, ChoiceDraft(words, str(value)),
                                  is_facet=row["facet"])
        return AttributeDraft(label, code, text=str(value), unit=row.get("unit", ""),
                              is_facet=row["facet"])


def _product(row: dict[str, Any], position: int, texts: Texts, vocabulary: _Vocabulary,  # noqa: PLR0913 - what a product refers to
             shelves: Mapping[str, int], tags: Mapping[str, int], pictures: Mapping[str, int],
             brands: Mapping[str, str], warehouses: Mapping[str, int]) -> ProductDraft:
    used = {code: [v["options"][code] for v in row["variants"]] for code in row["options"]}
    return ProductDraft(
        code=row["code"], position=position, author="demo", reference="demo", source="demo",
        texts={language: TextDraft(**own["products"][row["code"]])
               for language, own in texts.items()},
        brand=BrandDraft(brands[row["brand"]], row["brand"]),
        categories=tuple(shelves[code] for code in row["categories"]),
        tags=tuple(tags[code] for code in row["tags"]),
        attributes=tuple(vocabulary.attribute(code, value)
                         for code, value in row["attributes"].items()),
        options=tuple(vocabulary.option(code, used[code]) for code in row["options"]),
        media=tuple(pictures[name] for name in row["images"]),
        related=tuple(row["related"]), tax_category=row["tax_category"],
        manufacturer=row["manufacturer"],
        variants=tuple(
            _variant(row, variant, vocabulary, pictures, warehouses)
            for variant in row["variants"]
        ),
    )


def _variant(row: dict[str, Any], variant: dict[str, Any], vocabulary: _Vocabulary,
             pictures: Mapping[str, int], warehouses: Mapping[str, int]) -> VariantDraft:
    prices = tuple(
        PriceDraft(list_code, currency, amount, compare_at)
        for list_code, own in variant["prices"].items()
        for currency, (amount, compare_at) in own.items()
    )
    return VariantDraft(
        sku=variant["sku"], barcode=variant["barcode"],
        choices=tuple(vocabulary.choice(code, variant["options"][code]) for code in row["options"]),
        weight_g=variant["weight_g"], length_mm=variant["length_mm"],
        width_mm=variant["width_mm"], height_mm=variant["height_mm"],
        hs_code=row["hs_code"], origin=row["origin"], prices=prices,
        stock={warehouses[code]: count for code, count in variant["stock"].items()},
        media=tuple(pictures[name] for name in variant.get("images", ())),
    )



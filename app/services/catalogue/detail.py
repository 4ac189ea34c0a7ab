"""A product as its page tells it: words, variants with their stock, pictures, facts, reviews.

Four statements whatever the product; prices come from services/prices, pictures are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import String, bindparam, cast, func, literal, null, select, union_all

from app.extensions import db
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.text import choose
from app.models.catalogue import (
    Product,
    ProductAttribute,
    ProductCategory,
    ProductOption,
    ProductRelation,
    ProductTag,
    Variant,
    VariantOption,
)
from app.models.content import Review
from app.models.media import ProductMedia, VariantMedia
from app.models.stock import StockItem, Warehouse
from app.models.translation import ProductText
from app.rules.dangerous import Dangerous
from app.services.markets import MarketView
from app.services.old_slugs import subject_of
from app.services.shipping.rows import dangerous_of

_WORDS = (
    select(
        ProductText.__table__, Product.code, Product.brand_id, Product.tax_category,
        Product.manufacturer, Product.off_sale_reason, Product.on_sale_from,
        Product.on_sale_until, Product.state,
    )
    .join(Product, Product.id == ProductText.product_id)
)
_SHEET = _WORDS.where(ProductText.product_id.in_(
    select(ProductText.product_id).where(ProductText.slug == bindparam("slug"))
))
_SHEET_BY_ID = _WORDS.where(ProductText.product_id == bindparam("product_id"))
_VARIANTS = (
    select(
        Variant.id, Variant.sku, Variant.barcode, Variant.weight_g, Variant.length_mm,
        Variant.width_mm, Variant.height_mm, Variant.hs_code, Variant.origin,
        Variant.dangerous,
        Warehouse.code.label("warehouse"),
        (StockItem.on_hand - StockItem.reserved).label("pieces"),
    )
    .outerjoin(StockItem, StockItem.variant_id == Variant.id)
    .outerjoin(Warehouse, Warehouse.id == StockItem.warehouse_id)
    .where(Variant.product_id == bindparam("product_id"), Variant.is_active)
    .order_by(Variant.position, Variant.id)
)
_ID: Any = bindparam("product_id")
_NOTHING = cast(null(), String)


def _rows_of(kind: str, one: Any, other: Any, place: Any, where: Any, text: Any = None) -> Any:  # noqa: PLR0913 - the columns
    return select(
        literal(kind).label("kind"), one.label("one"), other.label("other"),
        place.label("place"), (_NOTHING if text is None else text).label("text"),
    ).where(where)


# Everything that hangs on a product, as (kind, one, other, place, text) rows of one statement.
_HANGS_ON = union_all(
    _rows_of("shelf", ProductCategory.category_id, literal(0), ProductCategory.category_id,
             (ProductCategory.product_id == _ID) & ~ProductCategory.is_main),
    _rows_of("main", ProductCategory.category_id, literal(0), ProductCategory.category_id,
             (ProductCategory.product_id == _ID) & ProductCategory.is_main),
    _rows_of("tag", ProductTag.tag_id, literal(0), ProductTag.tag_id,
             ProductTag.product_id == _ID),
    _rows_of("attribute", ProductAttribute.attribute_id, ProductAttribute.value_id,
             ProductAttribute.attribute_id, ProductAttribute.product_id == _ID,
             ProductAttribute.text),
    _rows_of("option", ProductOption.option_id, literal(0), ProductOption.position,
             ProductOption.product_id == _ID),
    _rows_of("relation", ProductRelation.related_id, literal(0), ProductRelation.position,
             ProductRelation.product_id == _ID),
    _rows_of("media", ProductMedia.media_id, literal(0), ProductMedia.position,
             ProductMedia.product_id == _ID),
    select(literal("choice"), VariantOption.variant_id, VariantOption.option_value_id,
           Variant.position, _NOTHING)
    .join(Variant, Variant.id == VariantOption.variant_id).where(Variant.product_id == _ID),
    select(literal("variant-media"), VariantMedia.variant_id, VariantMedia.media_id,
           VariantMedia.position, _NOTHING)
    .join(Variant, Variant.id == VariantMedia.variant_id).where(Variant.product_id == _ID),
    select(literal("stars"), Review.rating, func.count(), literal(0), _NOTHING)
    .where(Review.product_id == _ID, Review.is_shown).group_by(Review.rating),
).order_by("kind", "place", "one", "other")
_REVIEWS = (
    select(Review.rating, Review.title, Review.body, Review.author, Review.language,
           Review.written_at)
    .where(Review.product_id == _ID, Review.is_shown)
    .order_by(Review.written_at.desc(), Review.id.desc()).limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class VariantFacts:
    """A SKU. Weight in grams, packed size in millimetres; values: option id -> value id.

    pieces  warehouse code -> how many can be promised (0 left out)
    """

    id: int
    sku: str
    barcode: str
    weight_g: int
    size_mm: tuple[int, int, int]
    hs_code: str
    origin: str
    values: frozenset[int]
    media: tuple[int, ...]
    pieces: Mapping[str, int] = field(default_factory=dict)
    dangerous: Dangerous | None = None

    def available(self, market: MarketView) -> int:
        """Pieces in the warehouses that serve this market."""
        return sum(self.pieces.get(code, 0) for code in market.warehouses)

    def warehouse(self, market: MarketView) -> str:
        """Where one piece would leave from: the first that has one, else the first of all."""
        return next((code for code in market.warehouses if self.pieces.get(code)),
                    market.warehouses[0] if market.warehouses else "")


@dataclass(frozen=True, slots=True)
class Stars:
    """Reviews counted by rating (1 to 5)."""

    counts: Mapping[int, int]

    @property
    def count(self) -> int:
        """How many reviews there are."""
        return sum(self.counts.values())

    @property
    def average(self) -> Decimal:
        """Their mean with one decimal; only asked where there are any."""
        whole = sum(rating * count for rating, count in self.counts.items())
        return (Decimal(whole) / self.count).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything but prices. `text` is a product_text row in the reader's best language."""

    id: int
    code: str
    text: Any
    slugs: Mapping[str, str]  # language -> slug
    brand_id: int | None
    tax_category: str
    manufacturer: Mapping[str, Any]
    off_sale_reason: str
    is_on_sale: bool
    variants: tuple[VariantFacts, ...]
    shelf_ids: tuple[int, ...]  # the main one first
    tag_ids: tuple[int, ...]
    attributes: tuple[tuple[int, int | None, str], ...]  # attribute, value of the vocabulary, text
    option_ids: tuple[int, ...]
    related_ids: tuple[int, ...]
    media: tuple[int, ...]
    stars: Stars
    until: datetime | None


def sheet(slug: str, chain: Sequence[str], market: MarketView) -> Sheet:
    """The product a slug means in any language, today or once.

    Where sheet.text.slug is another one, the reader belongs there (301).
    raises  NotFound  unknown, not published, not yet on sale, or not for this market
    """
    rows = db.session.execute(_SHEET, {"slug": slug}).all()
    if not rows:
        product_id = subject_of("product", slug, chain)
        rows = db.session.execute(_SHEET_BY_ID, {"product_id": product_id}).all()
    rows = _of_one_product(rows, slug, chain)
    if not rows or rows[0].state != "published":
        raise NotFound("not_found")
    now = clock.now()
    first = rows[0]
    if first.on_sale_from is not None and first.on_sale_from > now:
        raise NotFound("not_found")
    if first.code in market.hidden_products:
        raise NotFound("not_sold_here")
    return _sheet(rows, chain, now)


def reviews(product_id: int, most: int = 10) -> Sequence[Any]:
    """The newest reviews that are shown: rating, title, body, author, language, written_at."""
    return db.session.execute(_REVIEWS, {"product_id": product_id, "most": most}).all()


def _of_one_product(rows: Sequence[Any], slug: str, chain: Sequence[str]) -> list[Any]:
    """Two products may have the same slug in different languages: the reader's language decides."""
    owners = {row.language: row.product_id for row in rows if row.slug == slug}
    found = choose(owners, chain)
    product_id = found[1] if found else (rows[0].product_id if rows else None)
    return [row for row in rows if row.product_id == product_id]


def _sheet(rows: Sequence[Any], chain: Sequence[str], now: datetime) -> Sheet:
    row = rows[0]
    found = choose({text.language: text for text in rows}, chain)
    hung: dict[str, list[Any]] = {}
    for thing in db.session.execute(_HANGS_ON, {"product_id": row.product_id}):
        hung.setdefault(thing.kind, []).append(thing)

    def ids(kind: str) -> tuple[int, ...]:
        return tuple(thing.one for thing in hung.get(kind, ()))

    ends = row.on_sale_until
    return Sheet(
        id=row.product_id, code=row.code, text=found[1] if found else row,
        slugs={text.language: text.slug for text in rows}, brand_id=row.brand_id,
        tax_category=row.tax_category, manufacturer=row.manufacturer or {},
        off_sale_reason=row.off_sale_reason, is_on_sale=ends is None or ends > now,
        variants=_variants(row.product_id, hung), shelf_ids=ids("main") + ids("shelf"),
        tag_ids=ids("tag"),
        attributes=tuple((thing.one, thing.other, thing.text or "")
                         for thing in hung.get("attribute", ())),
        option_ids=ids("option"), related_ids=ids("relation"), media=ids("media"),
        stars=Stars({thing.one: thing.other for thing in hung.get("stars", ())}),
        until=ends if ends is not None and ends > now else None,
    )


def _variants(product_id: int, hung: Mapping[str, Sequence[Any]]) -> tuple[VariantFacts, ...]:
    choices: dict[int, set[int]] = {}
    for thing in hung.get("choice", ()):
        choices.setdefault(thing.one, set()).add(thing.other)
    media: dict[int, list[int]] = {}
    for thing in hung.get("variant-media", ()):
        media.setdefault(thing.one, []).append(thing.other)
    found: dict[int, VariantFacts] = {}
    pieces: dict[int, dict[str, int]] = {}
    for row in db.session.execute(_VARIANTS, {"product_id": product_id}):
        if row.warehouse and row.pieces:
            pieces.setdefault(row.id, {})[row.warehouse] = row.pieces
        if row.id not in found:
            found[row.id] = VariantFacts(
                row.id, row.sku, row.barcode, row.weight_g,
                (row.length_mm, row.width_mm, row.height_mm), row.hs_code, row.origin,
                frozenset(choices.get(row.id, ())), tuple(media.get(row.id, ())),
                pieces.setdefault(row.id, {}), dangerous_of(row.dangerous),
            )
    return tuple(found.values())

"""What stands on a shelf, ready to be filtered: one bit per product and value.

A product's place (0, 1, 2, …) is its place in the merchant's order. Everything that can be asked
of a product is a whole number whose bit at that place is set; to filter is to AND and OR such
numbers, to count is to count their bits. Read once per change of catalogue or prices.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import bindparam, select

from app.extensions import db
from app.kernel import clock
from app.kernel.money import Money
from app.models.catalogue import (
    Attribute,
    Product,
    ProductAttribute,
    ProductCategory,
    ProductTag,
    Tag,
    Variant,
    VariantOption,
)
from app.models.price import ListingPrice
from app.models.stock import StockItem
from app.models.translation import ProductText
from app.services.catalogue.labels import warehouse_ids
from app.services.catalogue.offers import Listed, listing_source, offers
from app.services.catalogue.shelves import Shelf
from app.services.kept import Kept
from app.services.markets import MarketView

NEW = "new"  # the tag that makes a product new: the merchant's word, not a date's
_SHELVES: Any = bindparam("shelf_ids", expanding=True)
_HERE = select(ProductCategory.product_id).where(ProductCategory.category_id.in_(_SHELVES))


def _of_shelf(statement: Any, product_id: Any) -> Any:
    return statement.where(product_id.in_(_HERE))


_GOODS = _of_shelf(
    select(
        Product.id, Product.code, Product.brand_id, Product.published_at, Product.on_sale_from,
        Product.on_sale_until, ListingPrice.low_minor, ListingPrice.high_minor,
        ListingPrice.compare_at_minor, ListingPrice.changes_at,
    ).join(
        ListingPrice,
        (ListingPrice.product_id == Product.id)
        & (ListingPrice.price_list_id == bindparam("list_id"))
        & (ListingPrice.currency == bindparam("currency")),
    ).where(Product.state == "published"),
    Product.id,
).order_by(Product.position, Product.published_at.desc(), Product.id)
_ATTRIBUTES = _of_shelf(
    select(ProductAttribute.product_id, ProductAttribute.value_id)
    .join(Attribute, Attribute.id == ProductAttribute.attribute_id)
    .where(Attribute.is_facet, ProductAttribute.value_id.is_not(None)),
    ProductAttribute.product_id,
)
_OPTIONS = _of_shelf(
    select(Variant.product_id, VariantOption.option_value_id)
    .join(VariantOption, VariantOption.variant_id == Variant.id).where(Variant.is_active),
    Variant.product_id,
)
_NEW = _of_shelf(
    select(ProductTag.product_id).join(Tag, Tag.id == ProductTag.tag_id).where(Tag.code == NEW),
    ProductTag.product_id,
)
_STOCKED = _of_shelf(
    select(Variant.product_id).join(StockItem, StockItem.variant_id == Variant.id).where(
        Variant.is_active, StockItem.on_hand > StockItem.reserved,
        StockItem.warehouse_id.in_(bindparam("warehouse_ids", expanding=True)),
    ),
    Variant.product_id,
).distinct()
_NAMES = _of_shelf(
    select(ProductText.product_id, ProductText.language, ProductText.name).where(
        ProductText.language.in_(bindparam("languages", expanding=True))
    ),
    ProductText.product_id,
)


@dataclass(frozen=True, slots=True)
class Assortment:
    """Products of a shelf in a market and currency. Prices in minor units, times as given.

    bits     ("brand" | "attribute" | "option", id of the value) -> products that have it
    until    when something of it changes by the clock (a sale begins, a price ends), or None
    serial   names this very reading, for what is derived from its places
    """

    ids: array[int]
    low: array[int]
    born: array[int]  # seconds since 1970 of publication
    bits: Mapping[tuple[str, int], int]
    new: int
    reduced: int
    everything: int
    until: datetime | None
    serial: int

    @property
    def places(self) -> dict[int, int]:
        """Product id -> its place."""
        return {product_id: place for place, product_id in enumerate(self.ids)}


_serials = count(1)
_kept: Kept[Assortment] = Kept("catalogue", "price", size=48)
_stocked: Kept[int] = Kept("catalogue", "price", "stock", size=96)
_orders: Kept[array[int]] = Kept("catalogue", "price", size=96)


def assortment(shelf: Shelf, market: MarketView, currency: str) -> Assortment:
    """The products of a shelf and of all under it that can be shown here and have a price."""
    return _kept.get(
        _key(shelf, market, currency), lambda: _read(shelf, market, currency),
        is_fresh=lambda held: held.until is None or held.until > clock.now(),
    )


def in_stock(held: Assortment, shelf: Shelf, market: MarketView) -> int:
    """Bits of the products of which a warehouse that serves this market has a piece."""
    def read() -> int:
        rows = db.session.scalars(_STOCKED, {
            "shelf_ids": shelf.below, "warehouse_ids": warehouse_ids(market.warehouses),
        })
        places = held.places
        return bits_of((places[id_] for id_ in rows if id_ in places), len(held.ids))

    return _stocked.get((held.serial, market.warehouses), read)


def by_name(held: Assortment, shelf: Shelf, chain: Sequence[str]) -> array[int]:
    """Places in the order of the names in this language."""
    def read() -> array[int]:
        rank = {language: number for number, language in enumerate(chain)}
        best: dict[int, tuple[int, str]] = {}
        for row in db.session.execute(_NAMES, {"shelf_ids": shelf.below, "languages": chain}):
            mine = (rank[row.language], _collated(row.name))
            best[row.product_id] = min(best.get(row.product_id, mine), mine)
        names = [best.get(id_, (0, ""))[1] for id_ in held.ids]
        return array("q", sorted(range(len(names)), key=names.__getitem__))

    return _orders.get((held.serial, chain[0]), read)


def bits_of(places: Iterable[int], size: int) -> int:
    """A number whose bits at these places are set."""
    field = bytearray(size // 8 + 1)
    for place in places:
        field[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(field, "little")


def first_places(mask: int, order: Iterable[int], size: int, start: int, most: int) -> list[int]:
    """The places start … start + most - 1 of those in the mask, in this order."""
    field = mask.to_bytes(size // 8 + 1, "little")
    found: list[int] = []
    for place in order:
        if field[place >> 3] >> (place & 7) & 1:
            if start:
                start -= 1
            else:
                found.append(place)
                if len(found) == most:
                    break
    return found


def _key(shelf: Shelf, market: MarketView, currency: str) -> tuple[object, ...]:
    return (shelf.id, market.price_list.id, currency, market.countries[0], market.hidden_products)


def _read(shelf: Shelf, market: MarketView, currency: str) -> Assortment:
    now = clock.now()
    here = {"shelf_ids": shelf.below}
    rows = db.session.execute(_GOODS, {
        **here, "list_id": listing_source(market, currency), "currency": currency,
    }).all()
    shown = [row for row in rows if row.code not in market.hidden_products and _is_on(row, now)]
    ids = array("q", (row.id for row in shown))
    size = len(ids)
    places = {product_id: place for place, product_id in enumerate(ids)}
    groups: dict[tuple[str, int], list[int]] = {}
    for place, row in enumerate(shown):
        if row.brand_id:
            groups.setdefault(("brand", row.brand_id), []).append(place)
    for kind, statement in (("attribute", _ATTRIBUTES), ("option", _OPTIONS)):
        for product_id, value_id in db.session.execute(statement, here):
            if product_id in places:
                groups.setdefault((kind, value_id), []).append(places[product_id])
    new = [places[id_] for id_ in db.session.scalars(_NEW, here) if id_ in places]
    reduced = [places[id_] for id_ in _reduced(shown, market, currency, now)]
    return Assortment(
        ids=ids, low=array("q", (row.low_minor for row in shown)),
        born=array("q", (int(row.published_at.timestamp()) if row.published_at else 0
                         for row in shown)),
        bits={key: bits_of(found, size) for key, found in groups.items()},
        new=bits_of(new, size), reduced=bits_of(reduced, size), everything=(1 << size) - 1,
        until=_until(rows, now), serial=next(_serials),
    )


def _reduced(rows: Collection[Any], market: MarketView, currency: str,
             now: datetime) -> list[int]:
    listed = [
        Listed(row.id, Money(row.low_minor, currency), Money(row.high_minor, currency),
               Money(row.compare_at_minor, currency))
        for row in rows if row.compare_at_minor
    ]
    return [id_ for id_, offer in offers(listed, market, currency, now).items() if offer.was]


def _is_on(row: Any, now: datetime) -> bool:
    return (row.on_sale_from is None or row.on_sale_from <= now) and (
        row.on_sale_until is None or row.on_sale_until > now
    )


def _until(rows: Iterable[Any], now: datetime) -> datetime | None:
    moments = (
        moment for row in rows for moment in (row.on_sale_from, row.on_sale_until, row.changes_at)
        if moment is not None and moment > now
    )
    return min(moments, default=None)


def _collated(name: str) -> str:
    """A name for sorting: without case and accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))

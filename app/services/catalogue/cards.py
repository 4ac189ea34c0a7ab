"""Products as cards: for lists, the home page, search results and beside a product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from app.extensions import db
from app.kernel.money import Money
from app.models.catalogue import (
    Option,
    OptionValue,
    Product,
    ProductTag,
    Tag,
    Variant,
    VariantOption,
)
from app.models.media import ProductMedia, VariantMedia
from app.models.price import ListingPrice
from app.models.stock import StockItem
from app.models.translation import ProductText
from app.services import stock
from app.services.catalogue.assortment import NEW
from app.services.catalogue.labels import labels, warehouse_ids
from app.services.catalogue.offers import Listed, Offer, listing_source, offers
from app.services.catalogue.pictures import pictures
from app.services.catalogue.words import product_names
from app.services.kept import Kept
from app.services.markets import MarketView
from app.services.media.flow import PictureView

IDS: Any = bindparam("ids", expanding=True)
_FIRST_MEDIA = (
    select(ProductMedia.media_id).where(ProductMedia.product_id == Product.id)
    .order_by(ProductMedia.position).limit(1).scalar_subquery()
)
_PIECES = (
    select(func.sum(StockItem.on_hand - StockItem.reserved))
    .join(Variant, Variant.id == StockItem.variant_id)
    .where(Variant.product_id == Product.id, Variant.is_active,
           StockItem.warehouse_id.in_(bindparam("warehouse_ids", expanding=True)))
    .scalar_subquery()
)
_IS_NEW = (
    select(ProductTag.product_id).join(Tag, Tag.id == ProductTag.tag_id)
    .where(ProductTag.product_id == Product.id, Tag.code == NEW).limit(1).scalar_subquery()
)
_CARDS = (
    select(
        Product.id, Product.code, Product.brand_id, ProductText.language, ProductText.name,
        ProductText.slug, ListingPrice.low_minor, ListingPrice.high_minor,
        ListingPrice.compare_at_minor, ListingPrice.changes_at, Product.on_sale_until,
        _FIRST_MEDIA.label("media_id"), _PIECES.label("pieces"),
        _IS_NEW.label("new_id"),
    )
    .join(ListingPrice, (ListingPrice.product_id == Product.id)
          & (ListingPrice.price_list_id == bindparam("list_id"))
          & (ListingPrice.currency == bindparam("currency")))
    .outerjoin(ProductText, (ProductText.product_id == Product.id)
               & ProductText.language.in_(bindparam("languages", expanding=True)))
    .where(Product.id.in_(IDS), Product.state == "published")
)
_SWATCHES = (
    select(Variant.product_id, VariantOption.option_value_id, Variant.id, Variant.sku,
           select(VariantMedia.media_id).where(VariantMedia.variant_id == Variant.id)
           .order_by(VariantMedia.position).limit(1).scalar_subquery().label("media_id"))
    .join(VariantOption, VariantOption.variant_id == Variant.id)
    .join(OptionValue, OptionValue.id == VariantOption.option_value_id)
    .join(Option, Option.id == OptionValue.option_id)
    .where(Variant.product_id.in_(IDS), Variant.is_active, Option.kind == "swatch")
    .order_by(Variant.position, Variant.id)
)


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour a product comes in."""

    code: str
    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A product for a card. stock: in, few (then `pieces` is the true number) or out.

    language  of the name; sku: the variant whose picture is shown because its colour was asked for
    """

    product_id: int
    code: str
    name: str
    slug: str
    language: str
    brand: str
    offer: Offer
    picture: PictureView | None
    swatches: tuple[Swatch, ...]
    stock: str
    pieces: int
    is_new: bool
    sku: str = ""


@dataclass(frozen=True, slots=True)
class _Held:
    """A card, and when the clock changes it."""

    facts: CardFacts
    until: datetime | None


_kept: Kept[_Held] = Kept("catalogue", "price", "stock", size=4096)


def cards(product_ids: Iterable[int], market: MarketView, currency: str, chain: Sequence[str],  # noqa: PLR0913 - what a card is asked about
          now: datetime, colours: Iterable[str] = (), *,
          with_swatches: bool = True) -> list[CardFacts]:
    """The products that can be shown, in this order; others are left out.

    colours  option values asked for: a product is shown in the first of them that it comes in
    """
    wanted = frozenset(colours)
    where = (market.price_list.id, market.countries[0], market.warehouses, market.hidden_products,
             currency, tuple(chain), wanted, with_swatches)
    ids = list(dict.fromkeys(product_ids))
    held = _kept.many(
        [(id_, *where) for id_ in ids],
        lambda keys: {(id_, *where): card for id_, card in _read(
            [key[0] for key in keys], market, currency, chain, now, wanted,
            with_swatches=with_swatches).items()},
        is_fresh=lambda card: card.until is None or card.until > now,
    )
    return [held[key].facts for key in ((id_, *where) for id_ in ids) if key in held]


def _read(ids: list[int], market: MarketView, currency: str, chain: Sequence[str],  # noqa: PLR0913 - what a card is asked about
          now: datetime, wanted: frozenset[str], *, with_swatches: bool) -> dict[int, _Held]:
    rows = _rows(ids, market, currency, chain)
    swatches, dressed = _swatches(list(rows), wanted, chain) if with_swatches else ({}, {})
    priced = offers(
        (Listed(row.id, Money(row.low_minor, currency), Money(row.high_minor, currency),
                Money(row.compare_at_minor, currency) if row.compare_at_minor else None)
         for row in rows.values()), market, currency, now,
    )
    media = {id_: dressed[id_][1] if id_ in dressed else row.media_id for id_, row in rows.items()}
    views = pictures([id_ for id_ in media.values() if id_], chain)
    brands = labels().brands
    return {
        id_: _Held(_card(
            row, priced[id_], views.get(media[id_] or 0), swatches.get(id_, ()),
            brands[row.brand_id].says(chain) if row.brand_id in brands else "",
            dressed[id_][0] if id_ in dressed else ""),
            min((moment for moment in (row.changes_at, row.on_sale_until)
                 if moment is not None and moment > now), default=None))
        for id_, row in rows.items()
    }


def _card(row: Any, offer: Offer, picture: PictureView | None, swatches: tuple[Swatch, ...],  # noqa: PLR0913 - a card's parts
          brand: str, sku: str) -> CardFacts:
    pieces = row.pieces or 0
    return CardFacts(
        product_id=row.id, code=row.code, name=row.name, slug=row.slug, language=row.language,
        brand=brand, offer=offer, picture=picture,
        swatches=swatches if len(swatches) > 1 else (), stock=stock_state(pieces), pieces=pieces,
        is_new=row.new_id is not None, sku=sku,
    )


def stock_state(pieces: int) -> str:
    """in, few or out, as pages and caches know it."""
    if pieces <= 0:
        return "out"
    return "few" if pieces <= stock.FEW else "in"


@dataclass(slots=True)
class _Named:
    """A row whose words came from a language outside the chain."""

    row: Any
    name: str
    slug: str
    language: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def _rows(ids: list[int], market: MarketView, currency: str,
          chain: Sequence[str]) -> dict[int, Any]:
    rank = {language: number for number, language in enumerate(chain)}
    found: dict[int, Any] = {}
    for row in db.session.execute(_CARDS, {
        "ids": ids, "list_id": listing_source(market, currency), "currency": currency,
        "languages": chain, "warehouse_ids": warehouse_ids(market.warehouses),
    }):
        held = found.get(row.id)
        if row.code not in market.hidden_products and (
            held is None or rank.get(row.language, 99) < rank.get(held.language, 99)
        ):
            found[row.id] = row
    nameless = [id_ for id_, row in found.items() if row.language is None]
    named = product_names(nameless, chain) if nameless else {}
    for id_ in nameless:
        row = found.pop(id_)
        if id_ in named:
            found[id_] = _Named(row, named[id_].name, named[id_].slug, named[id_].language)
    return found


def _swatches(ids: Sequence[int], wanted: frozenset[str], chain: Sequence[str],
              ) -> tuple[Mapping[int, tuple[Swatch, ...]], Mapping[int, tuple[str, int]]]:
    """Product -> its colours; and product -> (SKU, picture) in a colour that was asked for."""
    values = labels().option_values
    colours: dict[int, dict[int, Swatch]] = {}
    dressed: dict[int, tuple[str, int]] = {}
    for row in db.session.execute(_SWATCHES, {"ids": list(ids)}):
        value = values.get(row.option_value_id)
        if value is None or not value.colour:
            continue
        colours.setdefault(row.product_id, {}).setdefault(
            value.id, Swatch(value.code, value.says(chain), value.colour))
        if value.code in wanted and row.media_id and row.product_id not in dressed:
            dressed[row.product_id] = (row.sku, row.media_id)
    return {id_: tuple(found.values()) for id_, found in colours.items()}, dressed

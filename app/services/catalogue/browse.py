"""The assortment of a market piece by piece: what a program reads from beginning to end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from app.extensions import db
from app.kernel import clock
from app.models.catalogue import Product, ProductCategory
from app.models.price import ListingPrice
from app.models.translation import ProductText
from app.services.catalogue.offers import listing_source
from app.services.catalogue.shelves import Shelf
from app.services.markets import MarketView

SORTS = ("relevance", "new", "price", "price-down", "name")
_ORDERS: Mapping[str, tuple[Any, ...]] = {
    "relevance": (Product.position, Product.published_at.desc(), Product.id),
    "new": (Product.published_at.desc(), Product.id.desc()),
    "price": (ListingPrice.low_minor, Product.id),
    "price-down": (ListingPrice.low_minor.desc(), Product.id),
    "name": (ProductText.name, Product.id),
}


@dataclass(frozen=True, slots=True)
class Slice:
    """Product ids in order; `more` says whether others follow."""

    ids: tuple[int, ...]
    more: bool


def browse(market: MarketView, currency: str, language: str, *, shelf: Shelf | None = None,  # noqa: PLR0913 - what a list is asked about
           sort: str = SORTS[0], limit: int = 24, offset: int = 0) -> Slice:
    """Products on sale here that have a price in this currency, from the offset-th on.

    shelf  only what stands on it or below; None: everything
    sort   one of SORTS; by name in `language`, what has none there goes last
    """
    now = clock.now()
    wanted = (
        select(Product.id)
        .join(ListingPrice, (ListingPrice.product_id == Product.id)
              & (ListingPrice.price_list_id == listing_source(market, currency))
              & (ListingPrice.currency == currency))
        .where(Product.state == "published",
               or_(Product.on_sale_from.is_(None), Product.on_sale_from <= now),
               or_(Product.on_sale_until.is_(None), Product.on_sale_until > now))
    )
    if market.hidden_products:
        wanted = wanted.where(Product.code.not_in(market.hidden_products))
    if shelf is not None:
        wanted = wanted.where(Product.id.in_(
            select(ProductCategory.product_id).where(ProductCategory.category_id.in_(shelf.below))
        ))
    if sort == "name":
        wanted = wanted.outerjoin(ProductText, (ProductText.product_id == Product.id)
                                  & (ProductText.language == language))
    rows = db.session.scalars(
        wanted.order_by(*_ORDERS.get(sort, _ORDERS[SORTS[0]])).limit(limit + 1).offset(offset)
    ).all()
    return Slice(tuple(rows[:limit]), len(rows) > limit)

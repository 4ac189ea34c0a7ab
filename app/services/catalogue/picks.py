"""Products picked for a block of the home page: new, reduced, of a category, or named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from app.extensions import db
from app.kernel import clock
from app.models.catalogue import Product, ProductCategory, ProductTag, Tag
from app.models.price import ListingPrice
from app.services.catalogue.assortment import NEW
from app.services.catalogue.offers import listing_source
from app.services.catalogue.shelves import shelves
from app.services.kept import Kept
from app.services.markets import MarketView

QUERIES = ("new", "offers", "category", "codes")
_ON_SALE = (Product.state == "published",)
_NEWEST = (Product.published_at.desc(), Product.position, Product.id)
_MOST: Any = bindparam("most")
_NEW = (
    select(Product.id).join(ProductTag, ProductTag.product_id == Product.id)
    .join(Tag, Tag.id == ProductTag.tag_id).where(Tag.code == NEW, *_ON_SALE)
    .order_by(*_NEWEST).limit(_MOST)
)
_OFFERS = (
    select(Product.id).join(ListingPrice, ListingPrice.product_id == Product.id)
    .where(
        ListingPrice.price_list_id == bindparam("list_id"),
        ListingPrice.currency == bindparam("currency"),
        ListingPrice.compare_at_minor > ListingPrice.low_minor, *_ON_SALE,
    )
    .order_by(Product.position, Product.id).limit(_MOST)
)
_OF_SHELF = (
    select(Product.id).where(Product.id.in_(
        select(ProductCategory.product_id).where(
            ProductCategory.category_id.in_(bindparam("shelf_ids", expanding=True)))
    ), *_ON_SALE)
    .order_by(Product.position, Product.published_at.desc(), Product.id).limit(_MOST)
)
_NAMED = select(Product.id, Product.code).where(
    Product.code.in_(bindparam("codes", expanding=True)), *_ON_SALE
)
_kept: Kept[tuple[int, ...]] = Kept("catalogue", "price", size=256)


def picks(query: str, market: MarketView, currency: str, *, category: str = "",  # noqa: PLR0913 - what a block asks for
          codes: Sequence[str] = (), most: int = 8) -> tuple[int, ...]:
    """Ids, a few more than `most` because some may have no price here; an unknown query: none."""
    key = (query, market.price_list.id, currency, category, tuple(codes), most,
           clock.now().date())

    def read() -> tuple[int, ...]:
        return _read(query, market, currency, category, codes, most * 2 + 4)

    return _kept.get(key, read)


def _read(query: str, market: MarketView, currency: str, category: str, codes: Sequence[str],  # noqa: PLR0913 - what a block asks for
          most: int) -> tuple[int, ...]:
    run: Any = db.session.scalars
    if query == "new":
        return tuple(run(_NEW, {"most": most}))
    if query == "offers":
        return tuple(run(_OFFERS, {"most": most, "currency": currency,
                                   "list_id": listing_source(market, currency)}))
    if query == "category":
        shelf = shelves().by_code.get(category)
        return tuple(run(_OF_SHELF, {"most": most, "shelf_ids": shelf.below})) if shelf else ()
    if query == "codes":
        ids = {row.code: row.id for row in db.session.execute(_NAMED, {"codes": list(codes)})}
        return tuple(ids[code] for code in codes if code in ids)
    return ()

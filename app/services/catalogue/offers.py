"""What may stand beside a price: the struck one and the percentage, where the law lets us.

In a market of the EU a reduction is measured from the lowest price of the 30 days before it; a
product without such a history is not called reduced. Elsewhere the merchant's former price counts.
source  Directive 98/6/EC Art. 6a; CJEU C-330/23 of 2024-09-26
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import bindparam, select

from app.extensions import db
from app.kernel.money import Money
from app.models.catalogue import Variant
from app.rules.prior_price import reduction_percent
from app.rules.rate_book import EU_MEMBERS
from app.services.kept import Kept
from app.services.markets import MarketView
from app.services.prices import lookup
from app.services.prices.listing import source

CHUNK = 900


@dataclass(frozen=True, slots=True)
class Offer:
    """A price with what stands beside it. `is_30_day_low` says what the struck price is."""

    now: Money
    was: Money | None = None
    percent: int | None = None
    from_lowest: bool = False
    is_30_day_low: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A product's row of listing prices: lowest, highest, and the former price of the lowest."""

    product_id: int
    low: Money
    high: Money
    compare_at: Money | None


_VARIANTS = select(Variant.id, Variant.product_id).where(
    Variant.is_active, Variant.product_id.in_(bindparam("ids", expanding=True))
)
_lows: Kept[Money | None] = Kept("price", "catalogue", size=20_000)
_sources: Kept[int] = Kept("price", "market", size=256)


def is_of_eu(market: MarketView) -> bool:
    """True where the 30-day rule holds."""
    return any(country in EU_MEMBERS for country in market.countries)


def listing_source(market: MarketView, currency: str) -> int:
    """The price list whose listing prices answer for this market in this currency."""
    key = (market.price_list.id, currency)
    return _sources.get(key, lambda: source(market.price_list, currency))


def offers(listed: Iterable[Listed], market: MarketView, currency: str,
           now: datetime) -> dict[int, Offer]:
    """Product id -> its offer on a list: the lowest price, "from" where variants differ."""
    rows = list(listed)
    reduced = [row for row in rows if row.compare_at and row.compare_at > row.low]
    lows = _prior(reduced, market, currency, now) if is_of_eu(market) else None
    found = {}
    for row in rows:
        was = row.compare_at if lows is None else lows.get(row.product_id)
        found[row.product_id] = offer(row.low, was, from_lowest=row.low != row.high,
                                      is_30_day_low=lows is not None)
    return found


def offer(now: Money, was: Money | None, *, from_lowest: bool = False,
          is_30_day_low: bool = False) -> Offer:
    """The price, with the struck one only when that was really higher."""
    if was is None or was <= now:
        return Offer(now, from_lowest=from_lowest)
    return Offer(now, was, reduction_percent(was, now) or None, from_lowest, is_30_day_low)


def variant_offer(price: lookup.PriceRow, market: MarketView, now: datetime) -> Offer:
    """One variant's price as its product page says it."""
    if price.compare_at is None:
        return Offer(price.amount)
    if not is_of_eu(market):
        return offer(price.amount, price.compare_at)
    currency = price.amount.currency
    key = ("variant", price.variant_id, market.price_list.id, currency, now.date())
    was = _lows.get(key, lambda: lookup.lowest_30_days(
        [price.variant_id], market.price_list, currency, now).get(price.variant_id))
    return offer(price.amount, was, is_30_day_low=True)


def _prior(reduced: Collection[Listed], market: MarketView, currency: str,
           now: datetime) -> Mapping[int, Money]:
    """Product id -> the 30-day low of its cheapest variant; read for those not kept yet."""
    def key(product_id: int) -> tuple[object, ...]:
        return ("product", product_id, market.price_list.id, currency, now.date())

    fresh: dict[int, Money | None] = {}

    def read() -> None:
        ids = [row.product_id for row in reduced]
        for start in range(0, len(ids), CHUNK):
            fresh.update(_read_prior(ids[start:start + CHUNK], market, currency, now))

    def one(product_id: int) -> Money | None:
        if product_id not in fresh:
            read()
        return fresh.get(product_id)

    found = {row.product_id: _lows.get(key(row.product_id), partial(one, row.product_id))
             for row in reduced}
    return {product_id: low for product_id, low in found.items() if low is not None}


def _read_prior(product_ids: list[int], market: MarketView, currency: str,
                now: datetime) -> dict[int, Money | None]:
    product_of = {row.id: row.product_id
                  for row in db.session.execute(_VARIANTS, {"ids": product_ids})}
    prices = lookup.current(product_of, market.price_list, currency, now)
    lows = lookup.lowest_30_days(product_of, market.price_list, currency, now)
    cheapest: dict[int, lookup.PriceRow] = {}
    for variant_id, price in prices.items():
        held = cheapest.get(product_of[variant_id])
        if held is None or price.amount < held.amount:
            cheapest[product_of[variant_id]] = price
    found: dict[int, Money | None] = dict.fromkeys(product_ids)
    for product_id, price in cheapest.items():
        found[product_id] = lows.get(price.variant_id)
    return found

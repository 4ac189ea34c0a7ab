"""Why a SKU costs what it costs in a market, for people who ask."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.extensions import db
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.money import Money
from app.models.catalogue import Variant
from app.rules.prior_price import WINDOW
from app.services import markets
from app.services.prices import lookup
from app.services.prices.lookup import PriceRow


@dataclass(frozen=True, slots=True)
class Explanation:
    """The price now (None: not sold), the log of 30 days, and the prior price of a reduction."""

    price: PriceRow | None
    log: tuple[PriceRow, ...]
    prior: Money | None


def explain(sku: str, market_code: str, currency: str | None = None) -> Explanation:
    """The price of a SKU in a market (its first currency). Raises NotFound for sku or market."""
    market = markets.find(market_code)
    currency = currency or market.currencies[0]
    variant_id = db.session.scalar(select(Variant.id).where(Variant.sku == sku))
    if variant_id is None:
        raise NotFound("unknown_variant", sku=sku)
    now = clock.now()
    return Explanation(
        lookup.current([variant_id], market.price_list, currency, now).get(variant_id),
        lookup.history(variant_id, market.price_list, currency, now - WINDOW, now),
        lookup.lowest_30_days([variant_id], market.price_list, currency, now).get(variant_id),
    )

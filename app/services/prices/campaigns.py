"""What a campaign makes of a price, measured as the law measures reductions.

A discount that applies by itself is a price reduction like any other: the price before it is the
lowest that held in the 30 days before it began, other campaigns of that time included.
source  Directive 98/6/EC Art. 6a; CJEU C-330/23 of 2024-09-26
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.kernel.money import Money
from app.rules import promotions as rules
from app.rules.facts import LineFacts, PriceFacts
from app.rules.prior_price import WINDOW, prior_price, reduction_percent
from app.services import promotions
from app.services.catalogue.offers import is_of_eu
from app.services.kept import Kept
from app.services.markets import MarketView
from app.services.prices import lookup
from app.services.prices.lookup import PriceRow
from app.services.promotions import Campaign

_kept: Kept[tuple[tuple[datetime, Money], ...]] = Kept("price", "promotion", size=4096)
_running: Kept[tuple[Campaign, ...]] = Kept("promotion", size=256)


@dataclass(frozen=True, slots=True)
class CampaignPrice:
    """The price with the campaigns of now, and what it is measured from (None: no reduction).

    is_30_day_low  the price before is the lowest of the 30 days, as in the EU
    """

    label: str
    now: Money
    was: Money | None
    percent: int | None
    is_30_day_low: bool


def campaign_price(price: PriceRow, product: str, categories: frozenset[str],  # noqa: PLR0913 - what a campaign looks at
                   market: MarketView, language: str, now: datetime) -> CampaignPrice | None:
    """One piece with the campaigns that need no code and no minimum; None where none applies."""
    currency = price.amount.currency
    key = (market.code, currency, language, now.date())
    every = _running.get(key, lambda: promotions.campaigns(
        market.code, currency, language, now - 3 * WINDOW))
    line = LineFacts(
        line="1", sku="", product=product, categories=categories, quantity=1,
        unit_price=price.amount, price=PriceFacts(price.list_code, price.origin),
        tax_category="", hs_code="", origin="", weight_g=0, size_mm=(0, 0, 0), warehouse="",
    )
    reduced, label = _with(every, line, price.amount, now)
    if reduced == price.amount:
        return None
    if not is_of_eu(market):
        return CampaignPrice(label, reduced, price.amount,
                             reduction_percent(price.amount, reduced), is_30_day_low=False)
    history = _kept.get((price.id, *key, product), lambda: tuple(
        lookup.in_force(price.variant_id, market.price_list, currency, now - 3 * WINDOW, now)))
    prior = _prior(every, line, history, now)
    if prior is None or prior <= reduced:
        return CampaignPrice(label, reduced, None, None, is_30_day_low=True)
    return CampaignPrice(label, reduced, prior, reduction_percent(prior, reduced) or None,
                         is_30_day_low=True)


def _with(every: Sequence[Campaign], line: LineFacts, amount: Money,
          moment: datetime) -> tuple[Money, str]:
    """The amount after the campaigns of a moment, and their names."""
    facts = [one.facts for one in every if one.holds(moment)]
    done = rules.apply([replace(line, unit_price=amount)], facts, amount.currency)
    return done.paid["1"], ", ".join(one.label for one in done.discounts)


def _prior(every: Sequence[Campaign], line: LineFacts,
           history: Sequence[tuple[datetime, Money]], now: datetime) -> Money | None:
    """The lowest price before the present fall began, as shoppers saw it then."""
    if not history:
        return None
    edges = {edge for one in every for edge in (one.begin, one.end)
             if edge is not None and history[0][0] < edge <= now}
    seen: list[tuple[datetime, Money]] = []
    for moment in sorted({begin for begin, _price in history} | edges):
        listed = [price for begin, price in history if begin <= moment][-1]
        amount, _label = _with(every, line, listed, moment)
        if not seen or seen[-1][1] != amount:
            seen.append((moment, amount))
    begin = lookup.reduction_from(seen)
    return prior_price(seen, begin) if begin else None

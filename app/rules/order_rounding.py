"""One rounding of each rate over an order of several parcels, where tax is rounded per rate.

Each consignment has its tax worked out by itself; together they may be a minor unit or two beside
the tax on their sum, which is what an invoice of the order has to say. The difference is put to the
consignment with the greatest base, so that the parts still add up.
source  cross-border rules §10: per rate per invoice (Japan); EN 16931 BR-CO-17
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.kernel.money import Money
from app.rules.cleared import Cleared
from app.rules.consignments import SELLER_COLLECTS
from app.rules.facts import MarketFacts
from app.rules.result import QuotedTax
from app.rules.tax_amounts import net_of, rounded_tax

Place = tuple[Cleared, int]  # a consignment and the index of one of its taxes


def round_together(parts: Sequence[Cleared], market: MarketFacts) -> None:
    """Move the taxes of an order's consignments to what one rounding per rate gives."""
    if market.rounding != "per_rate" or len(parts) < 2:
        return
    same: dict[object, list[Place]] = {}
    for part in parts:
        if part.decision.treatment not in SELLER_COLLECTS or not _is_one_by_one(part):
            continue
        for i, tax in enumerate(part.taxes):
            key = (tax.jurisdiction, tax.name, tax.percent, tax.treatment, tax.is_included)
            same.setdefault(key, []).append((part, i))
    for places in same.values():
        if len(places) > 1:
            _settle(places, market)


def _is_one_by_one(part: Cleared) -> bool:
    """The taxes are wholly inside the prices, one to each price, or wholly on top of them."""
    if part.tax is None:
        return False
    inside = Money.total((tax.tax for tax in part.taxes if tax.is_included), part.tax.currency)
    return part.tax_included == inside and (
        not inside or len({tax.name for tax in part.taxes}) == 1)


def _settle(places: Sequence[Place], market: MarketFacts) -> None:
    taxes = [part.taxes[i] for part, i in places]
    off = _together(taxes, market) - Money.total((tax.tax for tax in taxes), taxes[0].tax.currency)
    if not off:
        return
    part, i = max(places, key=lambda place: place[0].taxes[place[1]].net.minor)
    tax = part.taxes[i]
    part.taxes[i] = replace(tax, tax=tax.tax + off,
                            net=tax.net - off if tax.is_included else tax.net)
    part.tax = Money.total((tax.tax for tax in part.taxes), off.currency)
    part.tax_included = Money.total((tax.tax for tax in part.taxes if tax.is_included),
                                    off.currency)
    part.consignment = replace(part.consignment, charged_taxes=tuple(part.taxes),
                               charged_included=part.tax_included)


def _together(taxes: Sequence[QuotedTax], market: MarketFacts) -> Money:
    """The tax on the sum of the bases, rounded once."""
    first, currency = taxes[0], taxes[0].tax.currency
    net = Money.total((tax.net for tax in taxes), currency)
    if not first.is_included:
        return rounded_tax(net, first.percent, market.direction)
    gross = net + Money.total((tax.tax for tax in taxes), currency)
    return gross - net_of(gross, first.percent / 100, market.direction)

"""A market's prices where another tax than the one inside them is charged.

keep_gross  the shelf price stays, whatever the rate (default)
keep_net    the price without the seller's own tax, with the destination's, then the price ending
keep        an export costs what it costs at home (default); strip: the price without the tax
source      cross-border rules §1.5, §1.6. Delivery stays as its rate card says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from app.kernel.address import Destination
from app.rules.cleared import Cleared
from app.rules.consignments import SELLER_COLLECTS, TO_BUSINESS
from app.rules.facts import LineFacts, QuoteFacts
from app.rules.home_tax import home_rates
from app.rules.pricing import Ending, with_ending
from app.rules.rate_book import RateBook
from app.rules.treatment import Decision


def is_moved(facts: QuoteFacts) -> bool:
    """Whether this market's prices move with the destination at all."""
    market = facts.market
    return market.tax_included and (
        market.price_across_rates == "keep_net" or market.price_for_export == "strip")


def repriced(facts: QuoteFacts, parts: Sequence[Cleared], book: RateBook) -> QuoteFacts:
    """The facts with unit prices as they are under these treatments. What a business accounts for
    itself is the market's `business_price`; a line of two warehouses goes by the first."""
    decisions = {part.consignment.warehouse: part.decision for part in parts}
    home = home_rates(facts.lines, Destination(facts.seller.country), book, facts.now.date())
    by_line: dict[str, LineFacts] = {}
    lines = []
    for line, rate in zip(facts.lines, home, strict=True):
        first = by_line.get(line.line)
        if first is None:
            moved = _moved(facts, line, rate, decisions[line.warehouse], book)
            first = by_line[line.line] = moved
        lines.append(replace(line, unit_price=first.unit_price, price=first.price))
    return replace(facts, lines=tuple(lines))


def _moved(facts: QuoteFacts, line: LineFacts, home: Decimal, decision: Decision,
           book: RateBook) -> LineFacts:
    rate = _rate(facts, line, decision, book)
    if rate is None or rate == home:
        return line
    price = line.unit_price.times(1 + rate, over=1 + home)
    if rate:
        policy = book.currency(facts.currency)
        price = with_ending(price, Ending(policy.price_step, policy.ending, policy.direction))
    origin = "across_rates" if rate else "without_tax"
    derivation = {**line.price.derivation, "home_tax": f"{(home * 100).normalize():f} %",
                  "rate": f"{(rate * 100).normalize():f} %"}
    return replace(line, unit_price=price,
                   price=replace(line.price, origin=origin, derivation=derivation))


def _rate(facts: QuoteFacts, line: LineFacts, decision: Decision,
          book: RateBook) -> Decimal | None:
    """The tax the price is to hold, as a fraction; None for the one it holds already."""
    if decision.treatment in TO_BUSINESS:
        return None
    if decision.treatment not in SELLER_COLLECTS:
        return Decimal(0) if facts.market.price_for_export == "strip" else None
    if facts.market.price_across_rates != "keep_net" or not decision.jurisdiction:
        return None
    rows = book.tax_on(decision.jurisdiction, line.tax_category, facts.now.date())
    return sum((row.percent for row in rows), Decimal(0)) / 100 if rows else None

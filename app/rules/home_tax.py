"""The seller's own tax inside prices: what is taken out of them, for exports and for limits that
compare net values.

source  cross-border rules §1.2, §1.5, §1.6
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.facts import LineFacts
from app.rules.places import locate, rates_of
from app.rules.rate_book import RateBook
from app.rules.tax_amounts import net_of


def home_rates(lines: Sequence[LineFacts], place: Destination, book: RateBook,
               day: date) -> list[Decimal]:
    """The rate of each line at home, as a fraction; 0 where home has no tax that is known."""
    home = rates_of(locate(place, book), book)
    rows = (book.tax_on(home, line.tax_category, day) for line in lines)
    return [sum((row.percent for row in found), Decimal(0)) / 100 for found in rows]


def without_home_tax(paid: Sequence[Money], shipping: Money,
                     rates: Sequence[Decimal]) -> tuple[list[Money], Money]:
    """Goods line by line and shipping, shared by the value of each rate, without the tax in them;
    each amount is rounded once."""
    goods = [net_of(amount, rate) for amount, rate in zip(paid, rates, strict=True)]
    by_rate: dict[Decimal, int] = {}  # rate -> goods of it, in minor units
    for rate, amount in zip(rates, paid, strict=True):
        by_rate[rate] = by_rate.get(rate, 0) + amount.minor
    weights = list(by_rate.values())
    shares = shipping.split(weights if any(weights) else [1] * len(weights))
    nets = [net_of(share, rate) for share, rate in zip(shares, by_rate, strict=True)]
    return goods, Money.total(nets, shipping.currency)


def sum_without_home_tax(paid: Sequence[Money], shipping: Money, rates: Sequence[Decimal]) -> Money:
    """The same, but the sum of each rate rounded once."""
    by_rate: dict[Decimal, Money] = {}
    for rate, amount in zip(rates, paid, strict=True):
        by_rate[rate] = by_rate.get(rate, Money.zero(amount.currency)) + amount
    weights = [amount.minor for amount in by_rate.values()]
    shares = shipping.split(weights if any(weights) else [1] * len(weights))
    nets = (net_of(amount + share, rate)
            for (rate, amount), share in zip(by_rate.items(), shares, strict=True))
    return Money.total(nets, shipping.currency)

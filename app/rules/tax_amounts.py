"""Tax arithmetic: amounts of one rate -> net and tax, rounded in the market's way, once.

per_rate               the sum per rate; gross kept on inclusive prices (default)
line                   each line by itself
sum_by_net             tax = round(sum of rounded nets × rate); the gross may move
sum_by_net_keep_gross  the same tax, the gross kept, the nets moved by single units
source  EN 16931 BR-CO-17; the shop's table in docs/quote.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.kernel.money import Money


@dataclass(frozen=True, slots=True)
class TaxSum:
    """net + tax of a group; `included` is what of the tax was already inside the amounts."""

    net: Money
    tax: Money
    included: Money


def tax_of(amounts: Sequence[Money], percents: Sequence[Decimal], *, included: bool,
           mode: str, currency: str) -> tuple[TaxSum, tuple[Money, ...]]:
    """Tax on amounts that share the same component rates.

    amounts   what is charged for each thing, with the tax inside when `included`
    percents  component rates (GST 5 and QST 9.975), each on the same net
    returns   the sums, and the tax of each component; they add up to the tax
    """
    rate = sum(percents, Decimal(0)) / 100
    total = Money.total(amounts, currency)
    if included:
        sums = _inclusive(amounts, total, rate, mode, currency)
        return sums, _components(sums.tax, percents)
    if mode == "line":
        each = [_each(amount, percents) for amount in amounts]
        parts = tuple(Money.total(column, currency) for column in zip(*each, strict=True))
    else:
        parts = _each(total, percents)
    return TaxSum(total, Money.total(parts, currency), Money.zero(currency)), parts


def _inclusive(amounts: Sequence[Money], total: Money, rate: Decimal, mode: str,
               currency: str) -> TaxSum:
    if mode == "per_rate":
        net = total.times(Decimal(1), over=1 + rate)
        return TaxSum(net, total - net, total - net)
    nets = Money.total((a.times(Decimal(1), over=1 + rate) for a in amounts), currency)
    if mode == "line":
        return TaxSum(nets, total - nets, total - nets)
    tax = nets.times(rate)
    if mode == "sum_by_net":
        return TaxSum(nets, tax, total - nets)
    return TaxSum(total - tax, tax, tax)


def _each(net: Money, percents: Sequence[Decimal]) -> tuple[Money, ...]:
    return tuple(net.times(percent, over=Decimal(100)) for percent in percents)


def _components(tax: Money, percents: Sequence[Decimal]) -> tuple[Money, ...]:
    """A tax inside the price, shared over its components by their rates."""
    weights = [int(percent * 1000) for percent in percents]
    return tuple(tax.split(weights)) if any(weights) else tuple(
        Money.zero(tax.currency) for _ in percents
    )

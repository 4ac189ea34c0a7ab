"""Tax arithmetic: amounts of one rate -> net and tax, rounded in the market's way, once.

per_rate               the sum per rate; gross kept on inclusive prices (default)
line                   each line by itself
sum_by_net             tax = round(sum of rounded nets × rate); the gross may move
sum_by_net_keep_gross  the same tax, the gross kept, the nets moved by single units
source  EN 16931 BR-CO-17; cross-border rules §10
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from app.kernel.money import Money

MODES = frozenset({"per_rate", "line", "sum_by_net", "sum_by_net_keep_gross"})
DIRECTIONS = {
    "half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN, "up": ROUND_UP,
}
# What others call them.
ALSO_CALLED = {"floor": "down", "truncate": "down", "ceil": "up", "ceiling": "up"}
# The tax is what is rounded in this direction; the net beside it then goes the other way.
_NET_DIRECTIONS = {
    "half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_UP, "up": ROUND_DOWN,
}


@dataclass(frozen=True, slots=True)
class TaxSum:
    """net + tax of a group; `included` is what of the tax was already inside the amounts."""

    net: Money
    tax: Money
    included: Money


def tax_of(amounts: Sequence[Money], percents: Sequence[Decimal], *, included: bool,  # noqa: PLR0913 - what the sum depends on
           mode: str, currency: str, direction: str = "half_up",
           ) -> tuple[TaxSum, tuple[Money, ...]]:
    """Tax on amounts that share the same component rates.

    amounts    what is charged for each thing, with the tax inside when `included`
    percents   component rates (GST 5 and QST 9.975), each on the same net
    direction  of the rounding of the tax: half_up, half_even, down (Japan allows it), up
    returns    the sums, and the tax of each component; they add up to the tax
    raises     ValueError  for an unknown mode or direction
    """
    if mode not in MODES or direction not in DIRECTIONS:
        raise ValueError(f"tax cannot be rounded {mode!r}, {direction!r}")
    total = Money.total(amounts, currency)
    if included:
        sums = _inclusive(amounts, total, sum(percents, Decimal(0)) / 100, mode, direction)
        return sums, _components(sums.tax, percents)
    if mode == "line" and amounts:
        each = [_each(amount, percents, direction) for amount in amounts]
        parts = tuple(Money.total(column, currency) for column in zip(*each, strict=True))
    else:
        parts = _each(total, percents, direction)
    return TaxSum(total, Money.total(parts, currency), Money.zero(currency)), parts


def _inclusive(amounts: Sequence[Money], total: Money, rate: Decimal, mode: str,
               direction: str) -> TaxSum:
    if mode == "per_rate":
        net = net_of(total, rate, direction)
        return TaxSum(net, total - net, total - net)
    nets = Money.total((net_of(amount, rate, direction) for amount in amounts), total.currency)
    if mode == "line":
        return TaxSum(nets, total - nets, total - nets)
    tax = _rounded(Decimal(nets.minor) * rate, total.currency, DIRECTIONS[direction])
    if mode == "sum_by_net":
        return TaxSum(nets, tax, total - nets)
    return TaxSum(total - tax, tax, tax)


def net_of(gross: Money, rate: Decimal, direction: str = "half_up") -> Money:
    """The net inside a gross amount; rate is a fraction (0.19). One division, one rounding."""
    return _rounded(Decimal(gross.minor) / (1 + rate), gross.currency, _NET_DIRECTIONS[direction])


def rounded_tax(net: Money, percent: Decimal, direction: str = "half_up") -> Money:
    """The tax on a net amount; percent as 19. Rounded once."""
    return _rounded(net.minor * percent / 100, net.currency, DIRECTIONS[direction])


def _each(net: Money, percents: Sequence[Decimal], direction: str) -> tuple[Money, ...]:
    return tuple(rounded_tax(net, percent, direction) for percent in percents)


def _rounded(value: Decimal, currency: str, how: str) -> Money:
    return Money(int(value.quantize(Decimal(1), rounding=how)), currency)


def _components(tax: Money, percents: Sequence[Decimal]) -> tuple[Money, ...]:
    """A tax inside the price, shared over its components by their rates."""
    weights = [int(percent * 1000) for percent in percents]
    return tuple(tax.split(weights)) if any(weights) else tuple(
        Money.zero(tax.currency) for _ in percents
    )

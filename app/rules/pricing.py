"""From a base price to a price in another currency, in one fixed order.

base price -> tax of the other basis taken out, once -> rate -> margin -> minor unit -> ending.
The result is a unit price: it is multiplied by the quantity, totals are never converted.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.kernel.fx import Rate, convert
from app.kernel.money import NEAREST, Money

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Ending:
    """Prices look like n * step + offset, in minor units (100 and 99: x.99).

    direction  "up" never lowers, "down" never raises, "nearest" ties upwards
    """

    step: int = 1
    offset: int = 0
    direction: str = NEAREST


@dataclass(frozen=True, slots=True)
class Converted:
    """The price, and what it was before its ending."""

    amount: Money
    before_rounding: Money


def fx_price(
    base: Money, rate: Rate, margin: Decimal = Decimal(0), ending: Ending | None = None
) -> Converted:
    """The unit price in the rate's quote currency.

    margin  percent on top of the rate (2 means 2 %)
    raises  ValueError  when the base is not in the rate's base currency
    A price above zero never ends at zero: the ladder's first step is taken.
    """
    exact = convert(base, rate, margin / HUNDRED)
    return Converted(with_ending(exact, ending) if ending else exact, exact)


def with_ending(amount: Money, ending: Ending) -> Money:
    """The amount on the ladder of prices; zero stays zero."""
    if not amount:
        return amount
    found = amount.to_step(ending.step, ending.direction, ending.offset)
    if found:
        return found
    return Money(ending.offset % ending.step or ending.step, amount.currency)


def without_tax(amount: Money, rate: Decimal) -> Money:
    """A gross price as the net one; rate is a fraction (0.23). Rounded half up, once."""
    return amount.times(Decimal(1), over=1 + rate)


def has_moved(old: Money, new: Money, threshold: Decimal) -> bool:
    """True when the price differs by at least `threshold` percent of the old one."""
    moved = abs((new - old).minor)
    return moved > 0 and moved * HUNDRED >= threshold * abs(old.minor)

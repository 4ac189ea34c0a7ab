"""An exchange rate with its source and day, and the one way to convert with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.kernel.currency import exponent
from app.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Rate:
    """1 unit of `base` costs `value` units of `quote` (major units)."""

    base: str
    quote: str
    value: Decimal
    source: str
    as_of: date

    def inverse(self) -> Rate:
        """The same rate seen from the other side; not rounded."""
        return Rate(self.quote, self.base, 1 / self.value, self.source, self.as_of)

    def through(self, other: Rate) -> Rate:
        """The cross rate base -> other.quote, dated by the older of the two, not rounded."""
        if self.quote != other.base:
            raise ValueError(f"cannot go from {self.quote} through {other.base}")
        source = self.source if self.source == other.source else f"{self.source} + {other.source}"
        return Rate(
            self.base, other.quote, self.value * other.value, source, min(self.as_of, other.as_of)
        )


def convert(amount: Money, rate: Rate, margin: Decimal = Decimal(0)) -> Money:
    """Amount in the rate's quote currency, rounded half up once to its minor unit.

    margin  a fraction added on top of the rate (0.02 = 2 %)
    raises  ValueError  when the amount is not in the rate's base currency
    """
    if amount.currency != rate.base:
        raise ValueError(f"{amount.currency} cannot be converted with a {rate.base} rate")
    shift = exponent(rate.quote) - exponent(rate.base)
    factor = (rate.value * (1 + margin)).scaleb(shift)
    return Money(Money(amount.minor, rate.quote).times(factor).minor, rate.quote)

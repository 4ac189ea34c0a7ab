"""Money: integer minor units and a currency. No floats, no mixing, one rounding at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from app.kernel.currency import exponent

UP, DOWN, NEAREST = "up", "down", "nearest"
_MODES = {UP: ROUND_CEILING, DOWN: ROUND_FLOOR, NEAREST: ROUND_HALF_UP}


class CurrencyMismatch(TypeError):
    """Two currencies met in one sum: always a bug of ours, never of the shopper's."""


def round_half_up(value: Decimal) -> int:
    """The nearest whole number; an exact half goes away from zero (refunds mirror the sign)."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in the minor units of ISO 4217 (EUR 1999 = 19.99, JPY 1999 = 1999)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {type(self.minor).__name__}")

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in this currency."""
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str) -> Money:
        """The sum of amounts that are all in `currency`; zero for none."""
        result = cls(0, currency)
        for amount in amounts:
            result += amount
        return result

    @classmethod
    def from_major(cls, major: Decimal, currency: str) -> Money:
        """From major units ("19.99"), rounded half up to the minor unit."""
        return cls(round_half_up(major.scaleb(exponent(currency))), currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact (1999 EUR -> Decimal("19.99"))."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, count: int) -> Money:
        if type(count) is not int:
            raise TypeError("multiply by a whole count; for a ratio use times()")
        return Money(self.minor * count, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def times(self, ratio: Decimal, over: Decimal = Decimal(1)) -> Money:
        """This amount * ratio / over, divided once and rounded half up once."""
        return Money(round_half_up(Decimal(self.minor) * ratio / over), self.currency)

    def to_step(self, step: int, direction: str = NEAREST, ending: int = 0) -> Money:
        """The nearest amount of the form n * step + ending that is not below zero.

        step       minor units, >= 1 (100 with ending 99 gives x.99)
        direction  "up" never lowers, "down" never raises, "nearest" ties upwards
        """
        count = (Decimal(self.minor - ending) / step).quantize(Decimal(1), _MODES[direction])
        return Money(max(int(count) * step + ending, 0), self.currency)

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Share this amount out so that the shares add up to it again, to the last unit.

        weights  n non-negative integers (a line's minor units, a quantity), not all zero unless
                 there is nothing to share
        returns  n amounts in the same currency and order; sum(returns) == self
        raises   ValueError  if weights is empty, negative or all zero
        source   largest-remainder (Hamilton) method; ties go to the earlier line
        cost     O(n log n), no floats
        """
        if not self.minor and weights and not any(weights):
            return [self] * len(weights)
        whole = sum(weights)
        if not weights or whole <= 0 or min(weights) < 0:
            raise ValueError("weights must be non-negative and not all zero")
        sign, amount = (-1 if self.minor < 0 else 1), abs(self.minor)
        shares = [amount * weight // whole for weight in weights]
        rest = amount - sum(shares)
        by_remainder = sorted(
            (i for i, weight in enumerate(weights) if weight),
            key=lambda i: (-(amount * weights[i] % whole), i),
        )
        for i in by_remainder[:rest]:
            shares[i] += 1
        return [Money(sign * share, self.currency) for share in shares]

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money) or other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} met {getattr(other, 'currency', other)!r}")
        return other.minor

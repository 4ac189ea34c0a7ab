"""The price per kilogram, litre, metre or piece that shelves must show.

source  Directive 98/6/EC Art. 2(b) and 4: from the selling price, tax included
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.kernel.money import Money

# unit -> (unit the price is shown per, how many of the unit make one of it)
_PER: dict[str, tuple[str, Decimal]] = {
    "mg": ("kg", Decimal(1_000_000)),
    "g": ("kg", Decimal(1000)),
    "kg": ("kg", Decimal(1)),
    "t": ("kg", Decimal("0.001")),
    "ml": ("l", Decimal(1000)),
    "cl": ("l", Decimal(100)),
    "dl": ("l", Decimal(10)),
    "l": ("l", Decimal(1)),
    "mm": ("m", Decimal(1000)),
    "cm": ("m", Decimal(100)),
    "m": ("m", Decimal(1)),
    "cm2": ("m2", Decimal(10_000)),
    "m2": ("m2", Decimal(1)),
    "cm3": ("m3", Decimal(1_000_000)),
    "m3": ("m3", Decimal(1)),
    "piece": ("piece", Decimal(1)),
}
_ALSO = {"pcs": "piece", "pc": "piece", "pieces": "piece", "ea": "piece"}


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """An amount per one kg, l, m, m2, m3 or piece."""

    amount: Money
    per: str


def unit_price(price: Money, quantity: Decimal, unit: str) -> UnitPrice:
    """The unit price of `quantity` `unit`s sold for `price`, rounded half up once.

    raises  ValueError  for an unknown unit or a quantity that is not above zero
    """
    unit = _ALSO.get(unit, unit)
    if unit not in _PER:
        raise ValueError(f"unknown unit {unit!r}")
    if quantity <= 0:
        raise ValueError("a unit price needs a quantity above zero")
    per, units = _PER[unit]
    return UnitPrice(price.times(units, quantity), per)

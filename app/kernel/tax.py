"""Taxed: a frozen pair of net and tax that always adds up to its gross."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Taxed:
    """net + tax == gross by construction. `rate` is a fraction (0.19), not a percentage."""

    net: Money
    tax: Money
    rate: Decimal

    @property
    def gross(self) -> Money:
        """What the buyer pays for it."""
        return self.net + self.tax

    @classmethod
    def from_gross(cls, gross: Money, rate: Decimal) -> Taxed:
        """The gross is kept, the net rounded half up, the tax is what is left (one division)."""
        net = gross.times(Decimal(1), over=1 + rate)
        return cls(net, gross - net, rate)

    @classmethod
    def from_net(cls, net: Money, rate: Decimal) -> Taxed:
        """The net is kept, the tax rounded half up."""
        return cls(net, net.times(rate), rate)

"""What a carrier's rate card asks for chargeable weights: base, surcharges, fuel. Minor units.

Order: base of every parcel, the surcharges in the card's order, fuel last on the base and on the
surcharges flagged for it. Each line is rounded half up once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.kernel.money import round_half_up

PER_WEIGHT, FIXED, PERCENT, FUEL = "per_kg_min", "fixed", "percent_base", "fuel"
BASE = "base"

Weight = int | Decimal


@dataclass(frozen=True, slots=True)
class ZoneRates:
    """Prices of one zone: tiers (up to this weight inclusive, minor), or first plus steps.

    Weights are in any one unit, the same for the card and the question.
    """

    tiers: tuple[tuple[Weight, int], ...] = ()
    first: Weight = 0
    first_minor: int = 0
    step: Weight = 0
    step_minor: int = 0

    def base(self, weight: Weight) -> int | None:
        """The price of one parcel; None when it is over the last tier."""
        if self.step:
            whole, rest = divmod(max(weight - self.first, 0), self.step)
            return self.first_minor + (int(whole) + (1 if rest else 0)) * self.step_minor
        for up_to, minor in self.tiers:
            if weight <= up_to:
                return minor
        return None


@dataclass(frozen=True, slots=True)
class Surcharge:
    """An addition to the base.

    kind     per_kg_min  max(minimum, minor × weight), for remote areas
             fixed       minor, once
             percent_base, fuel   percent of the base (fuel: and of the flagged surcharges)
    in_fuel  fuel is added on top of this one too
    """

    name: str
    kind: str
    minor: int = 0
    minimum: int = 0
    percent: Decimal = Decimal(0)
    in_fuel: bool = False


@dataclass(frozen=True, slots=True)
class CardPrice:
    """The lines of a price; they add up to cost."""

    lines: tuple[tuple[str, int], ...]

    @property
    def cost(self) -> int:
        """What the carrier asks, in minor units of the card's currency."""
        return sum(minor for _, minor in self.lines)


def rate_card_price(
    rates: ZoneRates,
    surcharges: Sequence[Surcharge],
    weights: Sequence[Weight],
    apply: Collection[str],
) -> CardPrice | None:
    """The price of parcels with these chargeable weights.

    apply    names of the surcharges that hold for this shipment, fuel included
    returns  None when a parcel is over the last tier: the service is not offered
    raises   ValueError  for a surcharge the card does not have
    """
    unknown = set(apply) - {surcharge.name for surcharge in surcharges}
    if unknown:
        raise ValueError(f"the rate card has no surcharge {', '.join(sorted(unknown))}")
    bases = [rates.base(weight) for weight in weights]
    if None in bases:
        return None
    base = sum(minor for minor in bases if minor is not None)
    lines = [(BASE, base)]
    in_fuel = base
    held = [surcharge for surcharge in surcharges if surcharge.name in apply]
    for surcharge in sorted(held, key=lambda one: one.kind == FUEL):
        minor = _amount(surcharge, base, in_fuel, sum(weights))
        lines.append((surcharge.name, minor))
        if surcharge.in_fuel and surcharge.kind != FUEL:
            in_fuel += minor
    return CardPrice(tuple(lines))


def _amount(surcharge: Surcharge, base: int, in_fuel: int, weight: Weight) -> int:
    match surcharge.kind:
        case "per_kg_min":
            return max(surcharge.minimum, round_half_up(Decimal(surcharge.minor) * weight))
        case "fixed":
            return surcharge.minor
        case "percent_base":
            return round_half_up(base * surcharge.percent / 100)
        case "fuel":
            return round_half_up(in_fuel * surcharge.percent / 100)
    raise ValueError(f"unknown kind of surcharge {surcharge.kind!r}")

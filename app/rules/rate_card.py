"""What a carrier's rate card asks for chargeable weights: base, surcharges, fuel. Minor units.

Order: base of every parcel (less a volume discount), the surcharges in the card's order, fuel
last on the base and on the surcharges flagged for it. Each line is rounded half up once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.kernel.money import round_half_up

PER_WEIGHT, FIXED, PERCENT, FUEL = "per_kg_min", "fixed", "percent_base", "fuel"
OF_VALUE = "percent_value"
KINDS = (PER_WEIGHT, FIXED, PERCENT, OF_VALUE, FUEL)
BASE, VOLUME = "base", "volume"

Weight = int | Decimal


@dataclass(frozen=True, slots=True)
class ZoneRates:
    """Prices of one zone: tiers (up to this weight inclusive, minor), or first plus steps, or
    tiers by the value of the goods (minor units, inclusive) for the whole shipment.

    Weights are in any one unit, the same for the card and the question.
    """

    tiers: tuple[tuple[Weight, int], ...] = ()
    first: Weight = 0
    first_minor: int = 0
    step: Weight = 0
    step_minor: int = 0
    value_tiers: tuple[tuple[int, int], ...] = ()

    def base(self, weight: Weight) -> int | None:
        """The price of one parcel; None when it is over the last tier."""
        if self.step:
            whole, rest = divmod(max(weight - self.first, 0), self.step)
            return self.first_minor + (int(whole) + (1 if rest else 0)) * self.step_minor
        return _tier(self.tiers, weight)

    def bases(self, weights: Sequence[Weight], value: int) -> int | None:
        """The price of all parcels; None when one of them, or the value, is over the last tier."""
        if self.value_tiers:
            return _tier(self.value_tiers, value)
        each = [self.base(weight) for weight in weights]
        return None if None in each else sum(minor for minor in each if minor is not None)


@dataclass(frozen=True, slots=True)
class Surcharge:
    """An addition to the base.

    kind     per_kg_min  max(minimum, minor per `unit` of weight), for remote areas
             fixed       minor, once (per_parcel: for every parcel)
             percent_base, fuel   percent of the base (fuel: and of the flagged surcharges)
             percent_value   percent of the goods' value above `above`, at least the minimum;
                         nothing up to `above` (insurance)
    in_fuel  fuel is added on top of this one too
    """

    name: str
    kind: str
    minor: int = 0
    minimum: int = 0
    percent: Decimal = Decimal(0)
    in_fuel: bool = False
    per_parcel: bool = False
    above: int = 0
    unit: Weight = 1


@dataclass(frozen=True, slots=True)
class CardPrice:
    """The lines of a price; they add up to cost."""

    lines: tuple[tuple[str, int], ...]

    @property
    def cost(self) -> int:
        """What the carrier asks, in minor units of the card's currency."""
        return sum(minor for _, minor in self.lines)


def rate_card_price(  # noqa: PLR0913 - a card and what is sent
    rates: ZoneRates,
    surcharges: Sequence[Surcharge],
    weights: Sequence[Weight],
    apply: Collection[str],
    *,
    value: int = 0,
    volume_percent: Decimal = Decimal(0),
) -> CardPrice | None:
    """The price of parcels with these chargeable weights.

    apply    names of the surcharges that hold for this shipment, fuel included
    value    of the goods, in minor units of the card's currency
    volume_percent  taken off the base for a month's volume
    returns  None when a parcel is over the last tier: the service is not offered
    raises   ValueError  for a surcharge the card does not have
    """
    unknown = set(apply) - {surcharge.name for surcharge in surcharges}
    if unknown:
        raise ValueError(f"the rate card has no surcharge {', '.join(sorted(unknown))}")
    base = rates.bases(weights, value)
    if base is None:
        return None
    lines = [(BASE, base)]
    if volume_percent:
        off = round_half_up(base * volume_percent / 100)
        lines.append((VOLUME, -off))
        base -= off
    in_fuel = base
    held = [surcharge for surcharge in surcharges if surcharge.name in apply]
    for surcharge in sorted(held, key=lambda one: one.kind == FUEL):
        minor = _amount(surcharge, base, in_fuel, weights, value)
        lines.append((surcharge.name, minor))
        if surcharge.in_fuel and surcharge.kind != FUEL:
            in_fuel += minor
    return CardPrice(tuple(lines))


def _amount(
    surcharge: Surcharge, base: int, in_fuel: int, weights: Sequence[Weight], value: int
) -> int:
    match surcharge.kind:
        case "per_kg_min":
            exact = Decimal(surcharge.minor) * sum(weights) / surcharge.unit
            return max(surcharge.minimum, round_half_up(exact))
        case "fixed":
            return surcharge.minor * (len(weights) if surcharge.per_parcel else 1)
        case "percent_base":
            return round_half_up(base * surcharge.percent / 100)
        case "percent_value":
            over = value - surcharge.above
            exact = over * surcharge.percent / 100
            return max(surcharge.minimum, round_half_up(exact)) if over > 0 else 0
        case "fuel":
            return round_half_up(in_fuel * surcharge.percent / 100)
    raise ValueError(f"unknown kind of surcharge {surcharge.kind!r}")


def _tier(tiers: Sequence[tuple[Weight, int]], amount: Weight) -> int | None:
    return next((minor for up_to, minor in tiers if amount <= up_to), None)

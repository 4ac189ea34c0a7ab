"""Chargeable weight: the greater of what a parcel weighs and what its volume stands for.

The shop counts in grams and millimetres; carriers' rules may count in kg and cm or lb and inch.
Fractions are exact, so a value on a step stays there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from app.rules.parcel import Parcel

PARCEL, SHIPMENT = "parcel", "shipment"
KG, LB = "kg", "lb"
# Millimetres in a centimetre and an inch, grams in a kilogram and a pound (exact by definition).
_SIDE_MM = {KG: Fraction(10), LB: Fraction(254, 10)}
_WEIGHT_G = {KG: Fraction(1000), LB: Fraction(45_359_237, 100_000)}

Number = TypeVar("Number", int, Fraction)


def chargeable_weight(parcel: Parcel, divisor: int, step_g: int) -> int:
    """Grams charged for this parcel.

    divisor  cm³ per kg, which is mm³ per g; 0 for the actual weight only
    step_g   rounded up to a multiple of this; a weight on the step stays
    """
    return billable(parcel.weight_g, parcel.volume_mm3, divisor, step_g or 1)


def billable(actual: Number, volume: Number, divisor: Number, step: Number) -> Number:
    """The least multiple of step that is not below actual nor below volume / divisor."""
    scale = divisor or type(step)(1)
    scaled = max(actual * scale, volume if divisor else type(step)(0))
    return -(-scaled // (step * scale)) * step


@dataclass(frozen=True, slots=True)
class WeightRule:
    """How a carrier weighs: units are those of the parcels given (kg and cm, lb and inch).

    steps             (up to this weight, rounded up to this); None as the end of the last band
    dimension_step    every side is rounded up to this first (the next inch); None: as measured
    is_nearest        sides are rounded half up instead, as UPS and FedEx did to 2025-08-17
    volumetric_above  volume up to which only the actual weight counts (1,728 in³)
    per               parcel, or shipment: max(sum of actual, sum of volumetric)
    unit              kg with cm, or lb with inch
    """

    divisor: Decimal
    steps: tuple[tuple[Decimal | None, Decimal], ...]
    minimum: Decimal = Decimal(0)
    per: str = PARCEL
    dimension_step: Decimal | None = None
    volumetric_above: Decimal = Decimal(0)
    unit: str = KG
    is_nearest: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """A parcel as a carrier's rule sees it: three sides and a weight in its units."""

    sides: tuple[Decimal | Fraction, Decimal | Fraction, Decimal | Fraction]
    weight: Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Chargeable:
    """What each parcel would be charged as, and what is charged in the end."""

    parcels: tuple[Decimal, ...]
    total: Decimal


def weigh(parcels: Sequence[Measured], rule: WeightRule) -> Chargeable:
    """Chargeable weight by any carrier's rule.

    raises  ValueError  when a rule has no step for the weight, or `per` is unknown
    source  the carriers' published conditions; see WeightRule
    """
    if rule.per not in (PARCEL, SHIPMENT):
        raise ValueError(f"weight is charged per parcel or per shipment, not per {rule.per!r}")
    actual = [Fraction(parcel.weight) for parcel in parcels]
    volumes = [_volume(parcel, rule) for parcel in parcels]
    each = [_banded(weight, volume, rule) for weight, volume in zip(actual, volumes, strict=True)]
    total = sum(each, Fraction(0))
    if rule.per == SHIPMENT and each:
        total = _banded(sum(actual, Fraction(0)), sum(volumes, Fraction(0)), rule)
    return Chargeable(tuple(map(_decimal, each)), _decimal(total))


def weigh_parcels(parcels: Sequence[Parcel], rule: WeightRule) -> tuple[int, ...]:
    """Grams charged, rounded up to whole ones: of each parcel, or one sum for the shipment.

    raises  ValueError  as weigh() does, and for a unit that is neither kg nor lb
    """
    if rule.unit not in _SIDE_MM:
        raise ValueError(f"a carrier weighs in kg or lb, not in {rule.unit!r}")
    side, weight = _SIDE_MM[rule.unit], _WEIGHT_G[rule.unit]
    found = weigh([
        Measured((one.length_mm / side, one.width_mm / side, one.height_mm / side),
                 one.weight_g / weight)
        for one in parcels
    ], rule)
    charged = found.parcels if rule.per == PARCEL else (found.total,)
    return tuple(math.ceil(Fraction(one) * weight) for one in charged)


def grams_of(weight: Decimal, unit: str) -> int:
    """A weight of a rate card in grams, rounded up so that a value on the step stays there."""
    return math.ceil(Fraction(weight) * _WEIGHT_G[unit])


def per_unit_g(unit: str) -> Decimal:
    """Grams in the unit, for prices per kg or lb."""
    return _decimal(_WEIGHT_G[unit])


def _volume(parcel: Measured, rule: WeightRule) -> Fraction:
    sides = [Fraction(side) for side in parcel.sides]
    if rule.dimension_step:
        step = Fraction(rule.dimension_step)
        half = Fraction(1, 2)
        sides = [((side / step + half) // 1 if rule.is_nearest else -(-side // step)) * step
                 for side in sides]
    volume = sides[0] * sides[1] * sides[2]
    return volume if volume > Fraction(rule.volumetric_above) else Fraction(0)


def _banded(actual: Fraction, volume: Fraction, rule: WeightRule) -> Fraction:
    divisor = Fraction(rule.divisor)
    raw = max(actual, volume / divisor if divisor else Fraction(0), Fraction(rule.minimum))
    for up_to, step in rule.steps:
        if up_to is None or raw <= Fraction(up_to):
            return billable(raw, Fraction(0), Fraction(0), Fraction(step)) if step else raw
    raise ValueError(f"no weight step for {_decimal(raw)}")


def _decimal(value: Fraction) -> Decimal:
    """As a plain number without trailing zeros: 5, not 5.0."""
    plain = (Decimal(value.numerator) / Decimal(value.denominator)).normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral() else plain

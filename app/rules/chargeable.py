"""Chargeable weight: the greater of what a parcel weighs and what its volume stands for.

The shop counts in grams and millimetres; carriers' rules may count in kg and cm or lb and inch.
Fractions are exact, so a value on a step stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from app.rules.parcels import Parcel

PARCEL, SHIPMENT = "parcel", "shipment"

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
    volumetric_above  volume up to which only the actual weight counts (1,728 in³)
    per               parcel, or shipment: max(sum of actual, sum of volumetric)
    """

    divisor: Decimal
    steps: tuple[tuple[Decimal | None, Decimal], ...]
    minimum: Decimal = Decimal(0)
    per: str = PARCEL
    dimension_step: Decimal | None = None
    volumetric_above: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Measured:
    """A parcel as a carrier's rule sees it: three sides and a weight in its units."""

    sides: tuple[Decimal, Decimal, Decimal]
    weight: Decimal


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


def _volume(parcel: Measured, rule: WeightRule) -> Fraction:
    sides = [Fraction(side) for side in parcel.sides]
    if rule.dimension_step:
        step = Fraction(rule.dimension_step)
        sides = [-(-side // step) * step for side in sides]
    volume = sides[0] * sides[1] * sides[2]
    return volume if volume > Fraction(rule.volumetric_above) else Fraction(0)


def _banded(actual: Fraction, volume: Fraction, rule: WeightRule) -> Fraction:
    divisor = Fraction(rule.divisor)
    raw = max(actual, volume / divisor if divisor else Fraction(0), Fraction(rule.minimum))
    for up_to, step in rule.steps:
        if up_to is None or raw <= Fraction(up_to):
            return billable(raw, Fraction(0), Fraction(0), Fraction(step))
    raise ValueError(f"no weight step for {_decimal(raw)}")


def _decimal(value: Fraction) -> Decimal:
    """As a plain number without trailing zeros: 5, not 5.0."""
    plain = (Decimal(value.numerator) / Decimal(value.denominator)).normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral() else plain

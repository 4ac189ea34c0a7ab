"""How a carrier weighs, between its plain values (columns, files, cases) and the rule."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from app.rules.chargeable import KG, LB, PARCEL, SHIPMENT, WeightRule

_KNOWN = frozenset({"unit", "steps", "minimum", "per", "dimension_step", "volumetric_above"})


def rule_of(divisor: int, step_g: int, weighing: Mapping[str, Any]) -> WeightRule | None:
    """The rule of a service; None when it weighs in steps of step_g by the divisor alone.

    weighing  unit (kg, lb), steps [{"up_to", "step"}], minimum, per (parcel, shipment),
              dimension_step, volumetric_above; numbers as decimal strings
    raises    ValueError  for a field, unit or number that is not known
    """
    if not weighing:
        return None
    unknown = set(weighing) - _KNOWN
    if unknown:
        raise ValueError(f"weighing has no field {', '.join(sorted(unknown))}")
    unit, per = weighing.get("unit", KG), weighing.get("per", PARCEL)
    if unit not in (KG, LB) or per not in (PARCEL, SHIPMENT):
        raise ValueError("weighing is in kg or lb, per parcel or shipment")
    steps = tuple(
        (_number(step.get("up_to")), _number(step["step"]) or Decimal(1))
        for step in weighing.get("steps", ())
    )
    return WeightRule(
        Decimal(divisor), steps or ((None, Decimal(step_g) / 1000),),
        _number(weighing.get("minimum")) or Decimal(0), per,
        _number(weighing.get("dimension_step")),
        _number(weighing.get("volumetric_above")) or Decimal(0), unit,
    )


def _number(value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None
    if not found.is_finite() or found < 0:
        raise ValueError(f"{value!r} is not a number of zero or more")
    return found

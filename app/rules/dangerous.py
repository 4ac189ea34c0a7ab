"""Dangerous goods: whether a way of transport takes them. What no row allows is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.rules.shipping_rows import DangerousRow


@dataclass(frozen=True, slots=True)
class Dangerous:
    """What a piece is by the United Nations' list; energy of its cells and batteries in Wh
    (volts × ampere hours), None where it has none or nobody has said."""

    un: str
    cell_wh: Decimal | None = None
    battery_wh: Decimal | None = None


def may_travel(
    goods: Dangerous, transport: str, rows: Mapping[tuple[str, str], DangerousRow]
) -> bool:
    """True when this way of transport takes the goods; a value on the limit is taken.

    A limit with an unknown energy is not kept: nothing is guessed.
    """
    row = rows.get((goods.un, transport))
    if row is None or not row.is_allowed:
        return False
    return (
        _is_within(goods.cell_wh, row.max_cell_wh)
        and _is_within(goods.battery_wh, row.max_battery_wh)
    )


def _is_within(energy: Decimal | None, limit: Decimal | None) -> bool:
    return limit is None or (energy is not None and energy <= limit)

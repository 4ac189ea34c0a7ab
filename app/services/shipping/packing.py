"""A packing plan: which piece goes into which carton, by a three-dimensional search.

The quote counts parcels by the fast arrangement of app/rules/parcels.py, which can always be
packed; the packer at the table may take his time and gets the tighter one. Its work is bounded by
steps, not by time, so that the same pieces always get the same plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import packvium

from app.rules.facts import LineFacts
from app.rules.shipping_rows import BoxRow

STEPS = 20_000
_FUSE_MS = 60_000  # only so that nothing hangs; the steps end the search long before


@dataclass(frozen=True, slots=True)
class PackedBox:
    """A carton, what goes into it, and what it then weighs (with the carton), in grams."""

    box: str
    pieces: Mapping[str, int]
    weight_g: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The cartons, and pieces that go into none of them: they travel in their own packaging."""

    boxes: tuple[PackedBox, ...]
    loose: Mapping[str, int]


def plan(lines: Sequence[LineFacts], boxes: Sequence[BoxRow]) -> Plan:
    """The fewest and smallest of these cartons for the pieces of one warehouse."""
    if not boxes or not lines:
        return Plan((), Counter({line.sku: line.quantity for line in lines}))
    by_code = {box.code: box for box in boxes}
    weights = {line.sku: line.weight_g for line in lines}
    config = packvium.PackingConfig.balanced(
        time_limit_ms=_FUSE_MS,
        effort_budget=packvium.EffortBudget(max_candidates_evaluated=STEPS),  # type: ignore[call-arg] # its fields are not seen
    )
    result = packvium.Packer(config).pack(
        items=[packvium.Item.create(line.sku, _sides(line.size_mm), f"{max(line.weight_g, 1)} g",
                                    quantity=line.quantity) for line in lines],
        containers=[packvium.Container.create(box.code, _sides(box.inner_mm),
                                              max_payload=f"{box.max_weight_g} g")
                    for box in boxes],
    )
    found: list[PackedBox] = []
    packed: Counter[str] = Counter()
    for one in result.containers:
        pieces = Counter(place.instance.item.id for place in one.placements)
        packed += pieces
        box = by_code[one.container.id]
        weight = box.tare_g + sum(weights[sku] * count for sku, count in pieces.items())
        found.append(PackedBox(box.code, dict(pieces), weight))
    wanted = Counter({line.sku: line.quantity for line in lines})
    return Plan(tuple(found), dict(wanted - packed))


def _sides(size_mm: tuple[int, int, int]) -> packvium.Dimensions:
    long, wide, high = (str(max(side, 1)) for side in size_mm)
    return packvium.Dimensions.mm(long, wide, high)

"""Lines -> parcels: how what leaves one warehouse is boxed. Millimetres and grams, whole numbers.

Bulky pieces travel in their own packaging; the others share as few cartons as the limits of the
service allow: the warehouse's own cartons, where it has some that hold the goods, else cartons
made to measure. A carton is filled in layers of rows, the pieces lying flat, so what we quote can
really be packed. A three-dimensional packing search (app/services/shipping/packing.py) gives
tighter boxes but takes tens of milliseconds; a whole quote has three.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from app.rules.facts import LineFacts
from app.rules.parcel import Limits, Parcel
from app.rules.shipping_rows import BoxRow

BULKY_SIDE_MM = 600
BULKY_WEIGHT_G = 15_000

# Footprints tried, as multiples of the longest and the second longest side of any piece.
_FOOTPRINTS = ((1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (3, 3), (4, 4))


class Run(NamedTuple):
    """So many equal pieces lying flat: high is the shortest side."""

    high: int
    long: int
    wide: int
    weight: int
    pieces: int

    def parcel(self) -> Parcel:
        """One of them in its own packaging."""
        return Parcel(self.weight, self.long, self.wide, self.high)


def pack(
    lines: Iterable[LineFacts], limits: Limits, boxes: tuple[BoxRow, ...] = ()
) -> tuple[Parcel, ...] | None:
    """The parcels these lines make; the same content always makes the same parcels.

    boxes    the warehouse's cartons; none: every carton is made to measure
    returns  None when a single piece is already heavier or larger than the limits
    """
    return pack_runs(runs_of(lines), limits, boxes)


def runs_of(lines: Iterable[LineFacts]) -> tuple[Run, ...]:
    """The pieces of lines, equal ones together, highest first whatever the order of the lines."""
    counts: dict[tuple[int, int, int, int], int] = {}
    for line in lines:
        if line.quantity > 0:
            high, wide, long = sorted(line.size_mm)
            key = (max(high, 1), max(long, 1), max(wide, 1), max(line.weight_g, 0))
            counts[key] = counts.get(key, 0) + line.quantity
    return tuple(sorted((Run(*key, count) for key, count in counts.items()), reverse=True))


@lru_cache(maxsize=4096)
def pack_runs(
    runs: tuple[Run, ...], limits: Limits, boxes: tuple[BoxRow, ...] = ()
) -> tuple[Parcel, ...] | None:
    """pack() for pieces already counted; about 0.3 ms for ten lines, remembered."""
    if not all(limits.allow(run.parcel()) for run in runs):
        return None
    own = tuple(run.parcel() for run in runs if _is_bulky(run) for _ in range(run.pieces))
    shared = tuple(run for run in runs if not _is_bulky(run))
    usable = _usable(boxes, limits)
    if usable:
        return own + _in_boxes(shared, usable)
    return own + tuple(
        parcel for group in _by_weight(shared, limits.max_weight_g)
        for parcel in _cartons(group, limits)
    )


@lru_cache(maxsize=256)
def _usable(boxes: tuple[BoxRow, ...], limits: Limits) -> tuple[BoxRow, ...]:
    """The cartons that a service takes when closed, smallest first, bearing what it carries."""
    taken = [
        replace(box, max_weight_g=min(box.max_weight_g, limits.max_weight_g - box.tare_g))
        for box in boxes if limits.allow(_closed(box, ()))
    ]
    return tuple(sorted(taken, key=lambda box: (math.prod(box.outer_mm), box.code)))


@lru_cache(maxsize=4096)
def _in_boxes(runs: tuple[Run, ...], boxes: tuple[BoxRow, ...]) -> tuple[Parcel, ...]:
    """The smallest carton that holds everything; else the largest is filled, and so on with the
    rest. A piece alone, and one that no carton holds, goes in its own packaging."""
    parcels: list[Parcel] = []
    rest: Sequence[Run] = runs
    while rest:
        if sum(run.pieces for run in rest) == 1:
            parcels.append(rest[0].parcel())
            break
        whole = _smallest(rest, boxes)
        if whole is not None:
            parcels.append(_closed(whole, rest))
            break
        first, rest = _filled(rest, boxes)
        box = _smallest(first, boxes) if sum(run.pieces for run in first) > 1 else None
        parcels.append(_closed(box, first) if box else first[0].parcel())
    return tuple(parcels)


def _smallest(runs: Sequence[Run], boxes: Sequence[BoxRow]) -> BoxRow | None:
    """The smallest carton that holds all these pieces; None when none does."""
    weight, volume = _mass(runs)
    return next((box for box in boxes if weight <= box.max_weight_g
                 and volume <= math.prod(box.inner_mm) and _holds(box, runs)), None)


def _mass(runs: Sequence[Run]) -> tuple[int, int]:
    """Weight and volume of the pieces together."""
    return (sum(run.weight * run.pieces for run in runs),
            sum(run.high * run.long * run.wide * run.pieces for run in runs))


def _closed(box: BoxRow, runs: Sequence[Run]) -> Parcel:
    """The carton with these pieces in it."""
    long, wide, high = sorted(box.outer_mm, reverse=True)
    weight = box.tare_g + sum(run.weight * run.pieces for run in runs)
    return Parcel(weight, long, wide, high, sum(run.pieces for run in runs), box.code)


def _holds(box: BoxRow, runs: Sequence[Run]) -> bool:
    """True when the pieces can be laid in layers into the box, standing on one of its sides."""
    longest, widest = max(run.long for run in runs), max(run.wide for run in runs)
    for length, width, height in _standing(box.inner_mm):
        if longest <= length and widest <= width and _layered(runs, length, width)[2] <= height:
            return True
    return False


@lru_cache(maxsize=1024)
def _standing(sides: tuple[int, int, int]) -> tuple[tuple[int, int, int], ...]:
    """The ways a box may stand."""
    one, two, three = sides
    return tuple(dict.fromkeys((
        (one, two, three), (two, one, three), (one, three, two), (three, one, two),
        (two, three, one), (three, two, one),
    )))


def _filled(runs: Sequence[Run], boxes: Sequence[BoxRow]) -> tuple[list[Run], list[Run]]:
    """As many pieces, in their order, as go into the largest carton that holds the first of them,
    and the rest."""
    one = [runs[0]._replace(pieces=1)]
    box = next((box for box in reversed(boxes)
                if runs[0].weight <= box.max_weight_g and _holds(box, one)), None)
    fits, too_many = 1, _most(runs, box) + 1 if box else 2
    while box and too_many - fits > 1:
        middle = (fits + too_many) // 2
        if _holds(box, _halves(runs, middle)[0]):
            fits = middle
        else:
            too_many = middle
    return _halves(runs, fits)


def _most(runs: Sequence[Run], box: BoxRow) -> int:
    """No more pieces than this go into the box, by weight and volume."""
    weight, volume, count = box.max_weight_g, math.prod(box.inner_mm), 0
    for run in runs:
        each = run.high * run.long * run.wide
        by_weight = weight // run.weight if run.weight else run.pieces
        taken = min(run.pieces, by_weight, volume // each)
        count, weight, volume = count + taken, weight - taken * run.weight, volume - taken * each
        if taken < run.pieces:
            break
    return max(count, 1)


def _is_bulky(run: Run) -> bool:
    return run.long > BULKY_SIDE_MM or run.weight > BULKY_WEIGHT_G


def _by_weight(runs: Sequence[Run], max_weight_g: int) -> list[list[Run]]:
    """Groups no heavier than allowed: first fit, heaviest pieces first."""
    if sum(run.weight * run.pieces for run in runs) <= max_weight_g:
        return [list(runs)] if runs else []
    groups: list[list[Run]] = []
    free: list[int] = []
    for run in sorted(runs, key=lambda run: -run.weight):
        left = run.pieces
        for i, room in enumerate(free):
            taken = min(left, room // run.weight) if run.weight else left
            if taken:
                groups[i].append(run._replace(pieces=taken))
                free[i] -= taken * run.weight
                left -= taken
        while left:
            taken = min(left, max_weight_g // run.weight) if run.weight else left
            groups.append([run._replace(pieces=taken)])
            free.append(max_weight_g - taken * run.weight)
            left -= taken
    return [sorted(group, reverse=True) for group in groups]


def _cartons(runs: Sequence[Run], limits: Limits) -> list[Parcel]:
    """One carton made to measure, or, where it would be too large, two halves, each asked again."""
    carton = _carton(runs, limits)
    if limits.allow(carton):
        return [carton]
    first, second = _halves(runs)
    return _cartons(first, limits) + _cartons(second, limits)


def _halves(runs: Sequence[Run], wanted: int | None = None) -> tuple[list[Run], list[Run]]:
    """The first `wanted` pieces (by default half of them), and the rest."""
    left = sum(run.pieces for run in runs) // 2 if wanted is None else wanted
    first: list[Run] = []
    second: list[Run] = []
    for run in runs:
        taken = min(run.pieces, left)
        left -= taken
        if taken:
            first.append(run._replace(pieces=taken))
        if run.pieces > taken:
            second.append(run._replace(pieces=run.pieces - taken))
    return first, second


def _carton(runs: Sequence[Run], limits: Limits) -> Parcel:
    """The box with the least cardboard among a few footprints, allowed ones first."""
    pieces = sum(run.pieces for run in runs)
    weight = sum(run.weight * run.pieces for run in runs)
    longest, widest = max(run.long for run in runs), max(run.wide for run in runs)
    parcels: list[Parcel] = []
    for along, across in _FOOTPRINTS:
        if along * across > 1 and along * across >= 2 * pieces:
            break  # more places than pieces: it cannot get smaller
        long, wide, high = sorted(
            _layered(runs, longest * along, widest * across), reverse=True
        )
        parcels.append(Parcel(weight, long, wide, high, pieces))
    return min(parcels, key=lambda parcel: (not limits.allow(parcel), _cardboard(parcel)))


def _cardboard(parcel: Parcel) -> int:
    """Half the surface of the box, in square millimetres."""
    long, wide, high = parcel.length_mm, parcel.width_mm, parcel.height_mm
    return long * wide + long * high + wide * high


def _layered(runs: Sequence[Run], length: int, width: int) -> tuple[int, int, int]:
    """Length, width and height really used when filling layer by layer, row by row.

    runs must be sorted highest first: the first piece of a layer gives its height.
    """
    used_length = used_width = height = 0
    row_length = row_width = layer_width = 0
    for run in runs:
        per_row, rows = length // run.long, width // run.wide
        left = run.pieces
        while left:
            fit = (length - row_length) // run.long if run.wide <= row_width else 0
            if fit:
                taken = min(fit, left)
                row_length += taken * run.long
                used_length = max(used_length, row_length)
                left -= taken
                continue
            if height and width - layer_width >= run.wide:
                layer_width += run.wide
            else:
                full = (left - 1) // (per_row * rows)  # whole layers of this piece alone
                if full:
                    left -= full * per_row * rows
                    used_length = max(used_length, per_row * run.long)
                    used_width = max(used_width, rows * run.wide)
                height += (full + 1) * run.high
                layer_width = run.wide
            row_length, row_width = 0, run.wide
            used_width = max(used_width, layer_width)
    return used_length, used_width, height

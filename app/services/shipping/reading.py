"""Reading a shipping file: its shape, then what its entries refer to. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.models.market import Market
from app.models.shipping import ShippingArea, ShippingService
from app.models.stock import Warehouse
from app.services.json_entries import PlaceError, parsed, sound
from app.services.shipping.shape import ServicePart, ShippingFile

NEEDED = ("carrier", "tier", "label", "warehouse", "zones")
"""What a service that is not there yet has to say."""


def read(content: str | bytes) -> ShippingFile:
    """The file's entries, all of them sound. Raises Refused with every mistake."""
    return check(parsed(content))


def check(plain: object) -> ShippingFile:
    """The same for what has been read from JSON already. Raises Refused."""
    return sound(ShippingFile, plain, _errors)


def _errors(file: ShippingFile) -> Iterator[PlaceError]:
    houses = set(db.session.scalars(select(Warehouse.code)))
    markets = set(db.session.scalars(select(Market.code)))
    areas = {*db.session.scalars(select(ShippingArea.code).distinct()),
             *(one.code for one in file.areas)}
    for number, box in enumerate(file.boxes, 1):
        if box.warehouse not in houses:
            yield PlaceError(f"boxes[{number}].warehouse",
                             f"there is no warehouse {box.warehouse!r}")
    yield from _services(file.services, houses, areas)
    for section in ("choices", "free_shipping"):
        for number, one in enumerate(getattr(file, section), 1):
            if one.market and one.market not in markets:
                yield PlaceError(f"{section}[{number}].market",
                                 f"there is no market {one.market!r}")
    for number, choice in enumerate(file.choices, 1):
        if not choice.currency and (choice.min_minor, choice.max_minor) != (None, None):
            yield PlaceError(f"choices[{number}].currency", "is missing; an amount needs one")
    for section, names in _KEYS.items():
        yield from _twice(section, getattr(file, section), names)


_KEYS: dict[str, tuple[str, ...]] = {
    "boxes": ("warehouse", "code"), "areas": ("code",), "carriers": ("code",),
    "volumes": ("carrier", "from_kg", "valid_from"), "services": ("code", "valid_from"),
    "free_shipping": ("market", "tier", "currency", "valid_from"),
}


def _twice(section: str, entries: list[Any], names: tuple[str, ...]) -> Iterator[PlaceError]:
    seen: dict[tuple[Any, ...], int] = {}
    for number, one in enumerate(entries, 1):
        first = seen.setdefault(tuple(getattr(one, name) for name in names), number)
        if first != number:
            yield PlaceError(f"{section}[{number}]", f"is {section}[{first}] again")


def _services(
    entries: list[ServicePart], houses: set[str], areas: set[str]
) -> Iterator[PlaceError]:
    known = set(db.session.scalars(select(ShippingService.code)))
    for number, one in enumerate(entries, 1):
        place, given = f"services[{number}]", one.model_fields_set
        if one.code not in known:
            for name in NEEDED:
                if name not in given:
                    yield PlaceError(f"{place}.{name}", f"is missing; {one.code!r} is new")
        known.add(one.code)  # a second entry may add later prices of some zones
        if "warehouse" in given and one.warehouse not in houses:
            yield PlaceError(f"{place}.warehouse", f"there is no warehouse {one.warehouse!r}")
        for row, surcharge in enumerate(one.surcharges, 1):
            if surcharge.area and surcharge.area not in areas:
                yield PlaceError(f"{place}.surcharges[{row}].area",
                               f"there is no list of places {surcharge.area!r}")

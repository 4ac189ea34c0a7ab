"""Bringing the shop in step with a shipping file, in one transaction. Safe to repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.extensions import transaction
from app.models.carrier import Carrier, ShippingVolume
from app.models.shipping import (
    FreeShipping,
    ShippingArea,
    ShippingBox,
    ShippingChoice,
    ShippingRate,
    ShippingService,
    ShippingSurcharge,
    ShippingZone,
)
from app.models.stock import Warehouse
from app.services.json_entries import PlaceError, Refused
from app.services.outbox import log
from app.services.shipping.shape import BoxPart, ServicePart, ShippingFile
from app.services.shipping.versions import ADDED, UNCHANGED, Clash, Version
from app.services.shipping.versions import keep as keep_version

CHANGED = "changed"
_OF_CARD = {"zones", "currency", "valid_from", "source", "rates", "first_rates", "value_rates",
            "surcharges", "warehouse"}


@dataclass(slots=True)
class Kept:
    """How many entries of each section were added, changed or the same."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def count(self, section: str, outcome: str) -> None:
        """One more."""
        self.counts.setdefault(section, Counter())[outcome] += 1

    @property
    def has_changed(self) -> bool:
        """Something differs from before."""
        return any(one[ADDED] or one[CHANGED] for one in self.counts.values())


def keep(file: ShippingFile) -> Kept:
    """Write every entry of a checked file; what it does not name stays. All or nothing.

    raises  Refused  when a card's day is taken by a version with other values
    """
    kept, errors = Kept(), list[PlaceError]()
    with transaction() as session:
        houses = {row.code: row.id for row in session.scalars(select(Warehouse))}
        for box in file.boxes:
            kept.count("boxes", _box(session, box, houses[box.warehouse]))
        for area in file.areas:
            for place in area.places:
                kept.count("areas", _place(session, area.code, place.model_dump()))
        for carrier in file.carriers:
            kept.count("carriers", _upsert(session, Carrier, {"code": carrier.code},
                                           carrier.given()))
        for number, service in enumerate(file.services, 1):
            _service(session, service, houses, kept, f"services[{number}]", errors)
        _choices(session, file, kept)
        _dated(session, file, kept, errors)
        if errors:
            raise Refused(errors)
        if kept.has_changed:
            log.emit("rates")
    return kept


def _service(  # noqa: PLR0913 - an entry, where it stands, and what became of it
    session: Session, part: ServicePart, houses: Mapping[str, int], kept: Kept, place: str,
    errors: list[PlaceError],
) -> None:
    given = {name: value for name, value in part.given().items() if name not in _OF_CARD}
    if "warehouse" in part.model_fields_set:
        given["warehouse_id"] = houses[part.warehouse]
    row = session.scalar(select(ShippingService).where(ShippingService.code == part.code))
    if row is None:
        given = {name: getattr(part, name) for name in ServicePart.model_fields
                 if name not in _OF_CARD} | {"warehouse_id": houses[part.warehouse]}
    kept.count("services", _upsert(session, ShippingService, {"code": part.code}, given))
    service_id = session.scalars(
        select(ShippingService.id).where(ShippingService.code == part.code)).one()
    if "zones" in part.model_fields_set:
        kept.count("zones", _zones(session, service_id, part))
    for version in _versions(part, service_id):
        section = "rates" if version.model is ShippingRate else "surcharges"
        _version(session, version, section, kept, place, errors)


def _versions(part: ServicePart, service_id: int) -> list[Version]:
    """The card's version by zone, and its surcharges."""
    def step(up_to: int, minor: int, **more: Any) -> dict[str, Any]:
        return {"up_to_g": up_to, "amount_minor": minor, "step_g": 0, "step_minor": 0,
                "up_to_value_minor": None, "currency": part.currency, "source": part.source} | more

    rows: dict[str, list[dict[str, Any]]] = {
        zone: [step(up_to, minor) for up_to, minor in tiers] for zone, tiers in part.rates.items()
    }
    for zone, (first, minor, more, each) in part.first_rates.items():
        rows[zone] = [step(first, minor, step_g=more, step_minor=each)]
    for zone, tiers in part.value_rates.items():
        rows[zone] = [step(0, minor, up_to_value_minor=up_to) for up_to, minor in tiers]
    found = [
        Version(ShippingRate, {"service_id": service_id, "zone": zone}, part.valid_from, held)
        for zone, held in rows.items() if part.valid_from is not None
    ]
    for one in part.surcharges:
        values = one.model_dump() | {"currency": part.currency}
        thing = {"service_id": service_id} | {
            name: values.pop(name) for name in ("code", "zone", "area")}
        found.append(Version(ShippingSurcharge, thing, values.pop("valid_from"), [values]))
    return found


def _zones(session: Session, service_id: int, part: ServicePart) -> str:
    wanted = [one.model_dump() for one in part.zones]
    held = session.scalars(select(ShippingZone).where(ShippingZone.service_id == service_id)
                           .order_by(ShippingZone.id)).all()
    if [{name: getattr(row, name) for name in one} for row, one in
            zip(held, wanted, strict=False)] == wanted and len(held) == len(wanted):
        return UNCHANGED
    session.execute(delete(ShippingZone).where(ShippingZone.service_id == service_id))
    session.add_all(ShippingZone(service_id=service_id, **one) for one in wanted)
    session.flush()
    return CHANGED if held else ADDED


def _choices(session: Session, file: ShippingFile, kept: Kept) -> None:
    """The rules of choice are one ordered list: a file that has some has all of them."""
    if not file.choices:
        return
    wanted = [one.model_dump(exclude={"market"}) | {"market_code": one.market, "position": i}
              for i, one in enumerate(file.choices, 1)]
    held = session.scalars(select(ShippingChoice).order_by(ShippingChoice.position)).all()
    if len(held) == len(wanted) and all(
        getattr(row, name) == value for row, one in zip(held, wanted, strict=True)
        for name, value in one.items()
    ):
        kept.count("choices", UNCHANGED)
        return
    session.execute(delete(ShippingChoice))
    session.add_all(ShippingChoice(**one) for one in wanted)
    kept.count("choices", CHANGED if held else ADDED)


def _dated(session: Session, file: ShippingFile, kept: Kept, errors: list[PlaceError]) -> None:
    for number, volume in enumerate(file.volumes, 1):
        values = volume.model_dump()
        thing = {name: values.pop(name) for name in ("carrier", "from_kg")}
        _version(session, Version(ShippingVolume, thing, values.pop("valid_from"), [values]),
                 "volumes", kept, f"volumes[{number}]", errors)
    for number, free in enumerate(file.free_shipping, 1):
        thing = {"market_code": free.market, "tier": free.tier, "currency": free.currency}
        row = {"threshold_minor": free.threshold_minor, "valid_to": free.valid_to}
        _version(session, Version(FreeShipping, thing, free.valid_from, [row]), "free_shipping",
                 kept, f"free_shipping[{number}]", errors)


def _version(  # noqa: PLR0913 - a version, where it stands, and what became of it
    session: Session, version: Version, section: str, kept: Kept, place: str,
    errors: list[PlaceError],
) -> None:
    try:
        kept.count(section, keep_version(session, version))
    except Clash as clash:
        name = version.thing.get("zone") or version.thing.get("code") or ""
        errors.append(PlaceError(f"{place}.{section} {name}".strip(), clash.reason))


def _box(session: Session, part: BoxPart, warehouse_id: int) -> str:
    values = {"tare_g": part.tare_g, "max_weight_g": part.max_weight_g}
    for side, sizes in (("inner", part.inner_mm), ("outer", part.outer_mm)):
        for name, value in zip(("length", "width", "height"), sizes, strict=True):
            values[f"{side}_{name}_mm"] = value
    return _upsert(session, ShippingBox, {"warehouse_id": warehouse_id, "code": part.code}, values)


def _place(session: Session, code: str, place: dict[str, Any]) -> str:
    return _upsert(session, ShippingArea, {"code": code, **place}, {})


def _upsert(
    session: Session, model: type[Any], key: Mapping[str, Any], values: Mapping[str, Any]
) -> str:
    row = session.scalar(
        select(model).where(*(getattr(model, name) == value for name, value in key.items())))
    if row is None:
        session.add(model(**{**key, **values}))
        session.flush()
        return ADDED
    if all(getattr(row, name) == value for name, value in values.items()):
        return UNCHANGED
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
    return CHANGED

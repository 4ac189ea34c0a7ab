"""Shipping written out: cards as CSV with all their versions, everything as a shipping file."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.extensions import db
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
from app.rules.chargeable import KG, LB, per_unit_g
from app.services.shipping.card_files import columns_of, service_codes
from app.services.shipping.shape import (
    BoxPart,
    CarrierPart,
    ChoicePart,
    FreePart,
    PlacePart,
    ServicePart,
    SurchargePart,
    VolumePart,
    ZonePart,
)


def cards_csv(kind: str) -> str:
    """Every version of "rates", "surcharges" or "areas"; importing it again changes nothing."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns_of(kind), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()}
                     for row in _ROWS[kind]())
    return out.getvalue()


def _rates() -> Iterator[dict[str, Any]]:
    services = {row.id: row for row in db.session.scalars(select(ShippingService))}
    rows = db.session.scalars(select(ShippingRate).order_by(
        ShippingRate.service_id, ShippingRate.zone, ShippingRate.valid_from, ShippingRate.up_to_g,
        ShippingRate.id))
    for row in rows:
        service = services[row.service_id]
        unit = service.weighing.get("unit", KG)
        basis = "first" if row.step_g else "weight" if row.up_to_value_minor is None else "value"
        yield {
            "service": service.code, "zone": row.zone, "basis": basis,
            "up_to": _weight(row.up_to_g, unit), "unit": "" if basis == "value" else unit,
            "up_to_value_minor": row.up_to_value_minor, "price_minor": row.amount_minor,
            "step": _weight(row.step_g, unit), "step_price_minor": row.step_minor,
            "currency": row.currency, "valid_from": row.valid_from, "valid_to": row.valid_to,
            "source": row.source,
        }


def _weight(grams: int, unit: str) -> str:
    """Grams as the card says them: exact kilograms; pounds to a hundredth, as they were given."""
    if not grams:
        return ""
    exact = Decimal(grams) / per_unit_g(unit)
    if unit == LB:
        exact = (exact * 100 // 1) / 100
    return f"{exact.normalize():f}"


def _surcharges() -> Iterator[dict[str, Any]]:
    codes = service_codes()
    for row in db.session.scalars(select(ShippingSurcharge).order_by(
            ShippingSurcharge.service_id, ShippingSurcharge.valid_from, ShippingSurcharge.id)):
        yield {"service": codes[row.service_id]} | {
            name: getattr(row, name) for name in columns_of("surcharges")[1:]}


def _areas() -> Iterator[dict[str, Any]]:
    for row in db.session.scalars(select(ShippingArea).order_by(
            ShippingArea.code, ShippingArea.country, ShippingArea.id)):
        yield {"area": row.code, "country": row.country, "region": row.region,
               "postcode_prefix": row.postcode_prefix, "postcode_to": row.postcode_to}


_ROWS = {"rates": _rates, "surcharges": _surcharges, "areas": _areas}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def shipping_file(on: date) -> dict[str, Any]:
    """The shop's shipping as of a day, in plain values; loading it again changes nothing."""
    houses = {row.id: row.code for row in db.session.scalars(select(Warehouse))}
    return {
        "boxes": [_box(row, houses[row.warehouse_id]) for row in _all(ShippingBox)],
        "areas": [{"code": code, "places": places} for code, places in _places().items()],
        "carriers": [_plain(CarrierPart, row) for row in _all(Carrier)],
        "volumes": [_plain(VolumePart, row) for row in _held(ShippingVolume, on)],
        "choices": [_plain(ChoicePart, row, market=row.market_code)
                    for row in sorted(_all(ShippingChoice), key=lambda row: row.position)],
        "services": [one for row in _all(ShippingService)
                     for one in _service(row, houses[row.warehouse_id], on)],
        "free_shipping": [_plain(FreePart, row, market=row.market_code)
                          for row in _held(FreeShipping, on)],
    }


def _service(row: ShippingService, warehouse: str, on: date) -> Iterator[dict[str, Any]]:
    """The service, and once more by its code alone for every later day on which prices of some of
    its zones that hold began."""
    rates: dict[date, list[ShippingRate]] = defaultdict(list)
    for one in _held(ShippingRate, on):
        if one.service_id == row.id:
            rates[one.valid_from].append(one)
    surcharges = [one for one in _held(ShippingSurcharge, on) if one.service_id == row.id]
    plain = _plain(ServicePart, row, warehouse=warehouse, zones=[], currency="", valid_from=None,
                   source="", rates={}, first_rates={}, value_rates={}, surcharges=[])
    plain["zones"] = [_plain(ZonePart, zone) for zone in db.session.scalars(
        select(ShippingZone).where(ShippingZone.service_id == row.id).order_by(ShippingZone.id))]
    plain["surcharges"] = [_plain(SurchargePart, one) for one in surcharges]
    plain["currency"] = next((one.currency for one in surcharges), "EUR")
    cards = [_card(first, held) for first, held in sorted(rates.items())]
    yield plain | (cards[0] if cards else {})
    yield from ({"code": row.code, **card} for card in cards[1:])


def _card(first: date, held: Sequence[ShippingRate]) -> dict[str, Any]:
    return {"currency": held[0].currency, "valid_from": first.isoformat(),
            "source": held[0].source, **_prices(held)}


def _prices(rates: Sequence[ShippingRate]) -> dict[str, Any]:
    tiers: dict[str, list[tuple[int, int]]] = defaultdict(list)
    values: dict[str, list[tuple[int, int]]] = defaultdict(list)
    firsts: dict[str, tuple[int, int, int, int]] = {}
    for one in sorted(rates, key=lambda one: (one.up_to_g, one.up_to_value_minor or 0)):
        if one.step_g:
            firsts[one.zone] = (one.up_to_g, one.amount_minor, one.step_g, one.step_minor)
        elif one.up_to_value_minor is not None:
            values[one.zone].append((one.up_to_value_minor, one.amount_minor))
        else:
            tiers[one.zone].append((one.up_to_g, one.amount_minor))
    return {"rates": dict(tiers), "first_rates": firsts, "value_rates": dict(values)}


def _box(row: ShippingBox, warehouse: str) -> dict[str, Any]:
    def sides(which: str) -> tuple[int, ...]:
        return tuple(getattr(row, f"{which}_{one}_mm") for one in ("length", "width", "height"))

    return _plain(BoxPart, row, warehouse=warehouse, inner_mm=sides("inner"),
                  outer_mm=sides("outer"))


def _places() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _all(ShippingArea):
        found[row.code].append(_plain(PlacePart, row))
    return found


def _held(model: type[Any], on: date) -> list[Any]:
    """Rows of the version that holds on a day."""
    return [row for row in _all(model)
            if row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)]


def _all(model: type[Any]) -> Sequence[Any]:
    return db.session.scalars(select(model).order_by(*model.__table__.primary_key)).all()


def _plain(part: type[Any], row: Any, **instead: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in part.model_fields if name not in instead}
    plain = part.model_construct(**values, **instead).model_dump(mode="json")
    return {name: plain[name] for name in part.model_fields}

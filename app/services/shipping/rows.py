"""Stored rows of shipping -> rows of the RateBook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.extensions import db
from app.kernel.money import Money
from app.models.carrier import Carrier, ShippingOutage, ShippingVolume
from app.models.order import Shipment
from app.models.shipping import (
    DangerousGoods,
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
from app.rules.dangerous import Dangerous
from app.rules.shipping_rows import (
    AreaRow,
    BoxRow,
    ChoiceRow,
    DangerousRow,
    FreeShippingRow,
    OutageRow,
    RateStep,
    ServiceRow,
    ShippingBook,
    SurchargeRow,
    VolumeRow,
    WarehouseRow,
    ZoneRow,
)
from app.rules.validity import Validity
from app.rules.zones import plain_postcode
from app.services.shipping.weighing import rule_of


def services() -> dict[str, ServiceRow]:
    """Every active service with its zones and card, by code."""
    warehouses = {row.id: row.code for row in _all(Warehouse)}
    zones = _by_service(ShippingZone)
    rates = _by_service(ShippingRate)
    surcharges = _by_service(ShippingSurcharge)
    return {
        row.code: service(row, warehouses[row.warehouse_id], zones.get(row.id, ()),
                          rates.get(row.id, ()), surcharges.get(row.id, ()))
        for row in _all(ShippingService) if row.is_active
    }


def warehouses() -> dict[str, WarehouseRow]:
    """Where parcels start, with their cartons."""
    boxes = defaultdict(list)
    for row in _all(ShippingBox):
        boxes[row.warehouse_id].append(_box(row))
    return {
        row.code: WarehouseRow(row.code, row.country, row.time_zone, row.cut_off,
                               row.address.get("region", ""), tuple(boxes.get(row.id, ())),
                               row.address.get("postal_code", ""), row.address.get("city", ""))
        for row in _all(Warehouse)
    }


def free_shipping() -> tuple[FreeShippingRow, ...]:
    """From which goods value on a tier is free."""
    return tuple(
        FreeShippingRow(row.market_code, row.tier, Money(row.threshold_minor, row.currency),
                        Validity(row.valid_from, row.valid_to))
        for row in _all(FreeShipping)
    )


def shipping_book() -> ShippingBook:
    """Lists of places, rules of choice, what is down now, volume tiers, scores, dangerous goods."""
    open_now = select(ShippingOutage).where(ShippingOutage.until.is_(None))
    return ShippingBook(
        areas=_areas(_all(ShippingArea)),
        choices=tuple(map(_choice, sorted(_all(ShippingChoice), key=lambda row: row.position))),
        outages=tuple(OutageRow(row.carrier, row.service, row.country, row.reason)
                      for row in db.session.scalars(open_now.order_by(ShippingOutage.id))),
        volumes=tuple(VolumeRow(row.carrier, row.from_kg, row.percent, _dates(row))
                      for row in _all(ShippingVolume)),
        scores={row.code: score for row in _all(Carrier) if (score := score_of(row)) is not None},
        dangerous={(row.un, row.transport): DangerousRow(
            row.un, row.transport, row.is_allowed, row.max_cell_wh, row.max_battery_wh,
        ) for row in _all(DangerousGoods)},
    )


def shipped_kg(on: date) -> dict[str, int]:
    """Carrier -> whole kilograms (charged) of the calendar month before this day's, in UTC."""
    end = datetime(on.year, on.month, 1, tzinfo=UTC)
    start = (end - timedelta(days=1)).replace(day=1)
    rows = db.session.execute(
        select(Shipment.carrier, func.sum(Shipment.chargeable_g))
        .where(Shipment.shipped_at >= start, Shipment.shipped_at < end, Shipment.carrier != "")
        .group_by(Shipment.carrier)
    )
    return {carrier: int(grams) // 1000 for carrier, grams in rows}


def score_of(row: Carrier) -> int | None:
    """The mean of what has been judged, 0 to 100, half up; None when nothing has."""
    known = [one for one in (row.coverage, row.quality, row.cost, row.technology)
             if one is not None]
    return (2 * sum(known) + len(known)) // (2 * len(known)) if known else None


def dangerous_of(values: Mapping[str, Any]) -> Dangerous | None:
    """What a variant is by the list of dangerous goods; None for harmless ones."""
    if not values:
        return None
    cell, battery = values.get("cell_wh"), values.get("battery_wh")
    return Dangerous(str(values.get("un", "")), Decimal(cell) if cell else None,
                     Decimal(battery) if battery else None)


def service(
    row: ShippingService, warehouse: str, zones: Iterable[ShippingZone],
    rates: Iterable[ShippingRate], surcharges: Iterable[ShippingSurcharge] = (),
) -> ServiceRow:
    """A shipping service with where it goes and what it asks."""
    return ServiceRow(
        code=row.code, carrier=row.carrier, tier=row.tier, label=row.label, warehouse=warehouse,
        incoterm=row.incoterm, divisor=row.divisor, step_g=row.step_g,
        max_weight_g=row.max_weight_g, max_side_mm=row.max_side_mm, max_girth_mm=row.max_girth_mm,
        fuel_percent=row.fuel_percent, handling_days=row.handling_days, is_tracked=row.is_tracked,
        needs_phone=row.needs_phone, zones=tuple(map(_zone, zones)),
        steps=tuple(map(_step, sorted(
            rates, key=lambda r: (r.zone, r.up_to_value_minor or 0, r.up_to_g, r.valid_from)))),
        mode=row.mode, transport=row.transport,
        weighing=rule_of(row.divisor, row.step_g, row.weighing), max_sum_mm=row.max_sum_mm,
        takes_po_box=row.takes_po_box, takes_military=row.takes_military,
        live_code=row.live_code, surcharges=tuple(map(_surcharge, surcharges)),
    )


def _zone(row: ShippingZone) -> ZoneRow:
    return ZoneRow(row.zone, row.country, plain_postcode(row.postcode_prefix), row.is_excluded,
                   row.days_min, row.days_max, row.region, plain_postcode(row.postcode_to))


def _step(row: ShippingRate) -> RateStep:
    return RateStep(row.zone, row.up_to_g, Money(row.amount_minor, row.currency), _dates(row),
                    row.step_g, row.step_minor, row.up_to_value_minor)


def _surcharge(row: ShippingSurcharge) -> SurchargeRow:
    return SurchargeRow(
        row.code, row.kind, row.currency, _dates(row), row.zone, row.area, row.amount_minor,
        row.minimum_minor, row.percent, row.above_minor, row.per_parcel, row.in_fuel, row.position,
    )


def _box(row: ShippingBox) -> BoxRow:
    return BoxRow(
        row.code, (row.inner_length_mm, row.inner_width_mm, row.inner_height_mm),
        (row.outer_length_mm, row.outer_width_mm, row.outer_height_mm), row.tare_g,
        row.max_weight_g,
    )


def _choice(row: ShippingChoice) -> ChoiceRow:
    return ChoiceRow(
        row.market_code, row.tier, _limit(row.min_minor, row.currency),
        _limit(row.max_minor, row.currency), row.prefer, row.needs_tracking, _dates(row),
    )


def _areas(rows: Sequence[ShippingArea]) -> dict[str, dict[str, tuple[AreaRow, ...]]]:
    found: dict[str, dict[str, list[AreaRow]]] = {}
    for row in rows:
        found.setdefault(row.code, {}).setdefault(row.country, []).append(AreaRow(
            row.country, row.region, plain_postcode(row.postcode_prefix),
            plain_postcode(row.postcode_to)))
    return {code: {country: tuple(places) for country, places in by.items()}
            for code, by in found.items()}


def _by_service(model: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in _all(model):
        found[row.service_id].append(row)
    return found


def _all(model: Any) -> Sequence[Any]:
    """Every row of a table, in the order of its key so that ties are always the same."""
    return db.session.scalars(select(model).order_by(*model.__table__.primary_key)).all()


def _limit(minor: int | None, currency: str) -> Money | None:
    return None if minor is None or not currency else Money(minor, currency)


def _dates(row: Any) -> Validity:
    return Validity(row.valid_from, row.valid_to, row.source)

"""Rate cards as CSV: rates, surcharges and lists of places, with the reason of every bad row.

A file is taken whole or not at all. Rates are versions (versions.py): all rows of a service's zone
start on one day, the version before is closed the day before. A second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.extensions import db, transaction
from app.models.shipping import (
    ShippingArea,
    ShippingRate,
    ShippingService,
    ShippingSurcharge,
    ShippingZone,
)
from app.rules.chargeable import KG, LB, grams_of
from app.rules.rate_card import KINDS
from app.rules.zones import plain_postcode
from app.services import csv_lines
from app.services.csv_lines import RowError
from app.services.outbox import log
from app.services.rates import columns as read
from app.services.rates.columns import Reader, needed, one_of, shaped, text
from app.services.rates.load import FileReport
from app.services.shipping.versions import ADDED, Clash, Version, keep

Row = dict[str, Any]
Numbered = list[tuple[int, Row]]
_POSTCODE = shaped(r"[A-Z0-9]{0,12}", "a postcode prefix without spaces")
_ZONE = shaped(r"[A-Za-z0-9_-]{1,24}", "a zone of letters, digits, - and _")


def _place(cell: str) -> str:
    return str(_POSTCODE(plain_postcode(cell)))


def _weight(cell: str) -> Decimal | None:
    return read.above_zero(cell) if cell else None


def _percent(cell: str) -> Decimal:
    return read.number(cell or "0")


def _whole(cell: str) -> int:
    return read.whole(cell or "0")


RATES: Mapping[str, Reader] = {
    "service": needed(text(48)), "zone": _ZONE, "basis": one_of("weight", "first", "value"),
    "up_to": _weight, "unit": one_of(KG, LB, ""), "up_to_value_minor": read.maybe_whole,
    "price_minor": read.whole, "step": _weight, "step_price_minor": _whole,
    "currency": needed(read.currency), "valid_from": read.day, "valid_to": read.maybe_day,
    "source": text(),
}
SURCHARGES: Mapping[str, Reader] = {
    "service": needed(text(48)), "code": shaped(r"[a-z][a-z0-9_]{0,31}", "a code like remote_area"),
    "kind": one_of(*KINDS), "zone": text(24), "area": text(32), "amount_minor": _whole,
    "minimum_minor": _whole, "percent": _percent, "above_minor": _whole,
    "per_parcel": read.yes_no, "in_fuel": read.yes_no, "position": _whole,
    "currency": needed(read.currency), "valid_from": read.day, "valid_to": read.maybe_day,
    "source": text(),
}
AREAS: Mapping[str, Reader] = {
    "area": needed(text(32)), "country": shaped(r"[A-Z]{2}", "a country of two letters"),
    "region": shaped(r"[A-Z0-9]{0,8}", "a state like CA"), "postcode_prefix": _place,
    "postcode_to": _place,
}


@dataclass(slots=True)
class _Run:
    """One file on its way in."""

    name: str
    session: Session
    services: Mapping[str, int]
    errors: list[RowError]
    added: int = 0
    unchanged: int = 0

    def wrong(self, line: int, column: str, reason: str) -> None:
        self.errors.append(RowError(self.name, line, column, reason))

    def count(self, rows: int, *, is_new: bool) -> None:
        if is_new:
            self.added += rows
        else:
            self.unchanged += rows

    def end(self) -> None:
        if self.errors:
            raise _Wrong


def import_cards(path: Path, kind: str) -> FileReport:
    """Take a file of "rates", "surcharges" or "areas"; the report tells new rows or errors."""
    name = path.name
    table, taken = _TABLES[kind]
    rows, errors = _read(path, table)
    if errors:
        return FileReport(name, errors=tuple(errors))
    try:
        with transaction() as session:
            run = _Run(name, session, dict(session.execute(
                select(ShippingService.code, ShippingService.id)).all()), [])
            taken(run, rows)
            run.end()
            if run.added:
                log.emit("rates")
    except _Wrong:
        return FileReport(name, errors=tuple(sorted(run.errors, key=lambda one: one.line)))
    return FileReport(name, run.added, 0, run.unchanged)


class _Wrong(Exception):
    """Some row cannot be taken: undoes the transaction and never leaves this module."""


def _read(path: Path, table: Mapping[str, Reader]) -> tuple[Numbered, list[RowError]]:
    lines, errors = csv_lines.read(path, table)
    rows: Numbered = []
    for line, cells in lines:
        row, wrong = _cells(path.name, line, cells, table)
        rows.append((line, row))
        errors += wrong
    return rows, errors


def _cells(
    name: str, line: int, cells: Mapping[str, str], table: Mapping[str, Reader]
) -> tuple[Row, list[RowError]]:
    row: Row = {}
    errors: list[RowError] = []
    for column, reader in table.items():
        try:
            row[column] = reader(cells[column])
        except ValueError as error:
            errors.append(RowError(name, line, column, str(error)))
    first, last = row.get("valid_from"), row.get("valid_to")
    if first and last and last < first:
        errors.append(RowError(name, line, "valid_to", "is before valid_from"))
    return row, errors


def _take_rates(run: _Run, rows: Numbered) -> None:
    groups: dict[tuple[str, str, Any], Numbered] = {}
    zones = {(service, zone) for service, zone in run.session.execute(
        select(ShippingZone.service_id, ShippingZone.zone).distinct())}
    for line, row in rows:
        service_id = run.services.get(row["service"])
        if service_id is None:
            run.wrong(line, "service", f"there is no service {row['service']!r}")
        elif (service_id, row["zone"]) not in zones:
            run.wrong(line, "zone", f"{row['service']!r} has no zone {row['zone']!r}")
        else:
            _check_basis(run, line, row)
            groups.setdefault((row["service"], row["zone"], row["valid_from"]), []).append(
                (line, row))
    for (service, zone, first), held in sorted(groups.items()):
        _one_card(run, held)
        thing = {"service_id": run.services[service], "zone": zone}
        _keep(run, held, Version(ShippingRate, thing, first, [_rate(row) for _, row in held]))


def _check_basis(run: _Run, line: int, row: Row) -> None:
    """What each way to price needs, and what it has no use for."""
    wanted = {"weight": {"up_to"}, "first": {"up_to", "step"}, "value": {"up_to_value_minor"}}
    for column in ("up_to", "step", "up_to_value_minor"):
        if (row[column] is None) is (column in wanted[row["basis"]]):
            run.wrong(line, column, "is empty" if row[column] is None
                      else f"has no meaning for {row['basis']!r}")


def _one_card(run: _Run, held: Numbered) -> None:
    first_line, first = held[0]
    seen: dict[Any, int] = {}
    for line, row in held:
        if row["currency"] != first["currency"]:
            run.wrong(line, "currency", f"differs from line {first_line}")
        if row["basis"] != first["basis"]:
            run.wrong(line, "basis", f"differs from line {first_line}")
        key = row["up_to_value_minor"] if row["basis"] == "value" else row["up_to"]
        known = seen.setdefault(key, line)
        if known != line or (row["basis"] == "first" and line != first_line):
            run.wrong(line, "up_to", f"is line {min(known, first_line)} again")


def _rate(row: Row) -> Row:
    unit = row["unit"] or KG
    return {
        "up_to_g": grams_of(row["up_to"], unit) if row["up_to"] else 0,
        "amount_minor": row["price_minor"],
        "step_g": grams_of(row["step"], unit) if row["step"] else 0,
        "step_minor": row["step_price_minor"], "up_to_value_minor": row["up_to_value_minor"],
        "currency": row["currency"], "valid_to": row["valid_to"], "source": row["source"],
    }


def _take_surcharges(run: _Run, rows: Numbered) -> None:
    areas = set(run.session.scalars(select(ShippingArea.code).distinct()))
    seen: dict[tuple[Any, ...], int] = {}
    for line, row in sorted(rows, key=lambda one: str(one[1]["valid_from"])):
        values = dict(row)
        key = tuple(row[name] for name in ("service", "code", "zone", "area", "valid_from"))
        known = seen.setdefault(key, line)
        service_id = run.services.get(values.pop("service"))
        if service_id is None:
            run.wrong(line, "service", f"there is no service {row['service']!r}")
        elif row["area"] and row["area"] not in areas:
            run.wrong(line, "area", f"there is no list of places {row['area']!r}")
        elif known != line:
            run.wrong(line, "", f"is line {known} again")
        else:
            thing = {"service_id": service_id} | {
                name: values.pop(name) for name in ("code", "zone", "area")}
            _keep(run, [(line, row)],
                  Version(ShippingSurcharge, thing, values.pop("valid_from"), [values]))


def _take_areas(run: _Run, rows: Numbered) -> None:
    known = {
        (row.code, row.country, row.region, row.postcode_prefix, row.postcode_to)
        for row in run.session.scalars(select(ShippingArea))
    }
    for line, row in rows:
        if row["postcode_to"] and (len(row["postcode_to"]) != len(row["postcode_prefix"])
                                   or row["postcode_to"] < row["postcode_prefix"]):
            run.wrong(line, "postcode_to", "has the length of postcode_prefix and follows it")
        key = tuple(row.values())
        run.count(1, is_new=key not in known)
        if key not in known:
            known.add(key)
            run.session.add(ShippingArea(code=row.pop("area"), **row))


def _keep(run: _Run, held: Numbered, version: Version) -> None:
    if run.errors:
        return
    try:
        run.count(len(held), is_new=keep(run.session, version) == ADDED)
    except Clash as clash:
        run.wrong(held[0][0], "valid_from", clash.reason)


Taker = Callable[[_Run, Numbered], None]
_TABLES: Mapping[str, tuple[Mapping[str, Reader], Taker]] = {
    "rates": (RATES, _take_rates), "surcharges": (SURCHARGES, _take_surcharges),
    "areas": (AREAS, _take_areas),
}
KIND_NAMES: Sequence[str] = tuple(_TABLES)


def columns_of(kind: str) -> list[str]:
    """The header of a kind of file."""
    return list(_TABLES[kind][0])


def service_codes() -> dict[int, str]:
    """Services by id."""
    return dict(db.session.execute(select(ShippingService.id, ShippingService.code)).all())

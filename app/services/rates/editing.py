"""Rows of the rate tables set up one by one: a new one from a day on, an old one ended.

Cells are those of the CSV files, by their columns, and read in the same way. What is added or
ended here is the shop's own: `flask tax load` leaves it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.extensions import db, transaction
from app.kernel.errors import Conflict, Invalid, NotFound
from app.models.rates import Editable
from app.services.outbox.log import emit
from app.services.rates.tables import TABLES, Table

EDITABLE: Mapping[str, Table] = {
    name: table for name, table in TABLES.items()
    if table.is_dated and issubclass(table.model, Editable)
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row whose figure somebody should check: table, what it is about, days, source."""

    table: str
    thing: str
    first: date
    last: date | None
    confidence: str
    source: str


def add_row(name: str, cells: Mapping[str, str], *, by: str, end_previous: bool = False) -> str:
    """Keep a row; columns left out are empty. Source and confidence have to be said.

    end_previous  the open row of the same thing ends the day before
    returns       what the row is about, in its cells
    raises        Invalid `row_not_possible` with the columns and reasons; Conflict `row_overlaps`
    """
    table = EDITABLE[name]
    values = _read(table, cells)
    with transaction() as session:
        for old in _of(session, table, values):
            _make_room(table, old, values, by=by, end_previous=end_previous)
        session.add(table.model(**values, edited_by=by))
        emit("rates")
    return _thing(table, values)


def end_row(name: str, cells: Mapping[str, str], last: date, *, by: str) -> str:
    """The open row of a thing ends on a day.

    cells   the columns that tell it from others; those left out are empty
    raises  NotFound `no_open_row`; Invalid `row_not_possible`, `ends_before_it_begins`
    """
    table = EDITABLE[name]
    values = _read(table, cells, only=frozenset(table.key) - {"valid_from"})
    with transaction() as session:
        rows = [row for row in _of(session, table, values) if row.valid_to is None]
        if not rows:
            raise NotFound("no_open_row", table=name, row=_thing(table, values))
        (row,) = rows
        if last < row.valid_from:
            raise Invalid("ends_before_it_begins", first=row.valid_from.isoformat())
        row.valid_to, row.edited_by = last, by
        emit("rates")
    return _thing(table, values)


def doubtful(on: date, confidences: frozenset[str] = frozenset({"review", "estimate"}),
             ) -> list[Doubt]:
    """Rows that hold on a day or later and were not verified, by table."""
    found = []
    for name, table in TABLES.items():
        if "confidence" not in table.columns:
            continue
        keys = table.model.__table__.primary_key
        for row in db.session.scalars(select(table.model).order_by(*keys)):
            record: Any = row
            last = getattr(record, "valid_to", None)
            if record.confidence in confidences and (last is None or last >= on):
                values = {column: getattr(record, column) for column in table.key}
                found.append(Doubt(name, _thing(table, values),
                                   getattr(record, "valid_from", date.min), last,
                                   record.confidence, record.source))
    return found


def _read(table: Table, cells: Mapping[str, str], only: frozenset[str] | None = None,
          ) -> dict[str, Any]:
    """Values by attribute. Raises Invalid with every column that cannot be."""
    wrong = {column: "is no column of this table"
             for column in cells if column not in table.columns}
    values: dict[str, Any] = {}
    for column, (attribute, reader) in table.columns.items():
        if only is not None and attribute not in only:
            continue
        cell = cells.get(column, "").strip()
        try:
            values[attribute] = reader(cell)
        except ValueError as error:
            wrong[column] = str(error)
        if column == "source" and not cell:
            wrong[column] = "is empty"
    if values.get("valid_to") and values.get("valid_from") and (
        values["valid_to"] < values["valid_from"]
    ):
        wrong["valid_to"] = "is before valid_from"
    if wrong:
        raise Invalid("row_not_possible", fields=wrong, **wrong)
    return values


def _of(session: Session, table: Table, values: Mapping[str, Any]) -> list[Any]:
    """The rows of the same thing, whatever their days."""
    model: Any = table.model
    same = [getattr(model, name) == values[name] for name in table.key if name != "valid_from"]
    return list(session.scalars(select(model).where(*same).order_by(model.valid_from)))


def _make_room(table: Table, old: Any, values: Mapping[str, Any], *, by: str,
               end_previous: bool) -> None:
    first, last = values["valid_from"], values["valid_to"] or date.max
    if first > (old.valid_to or date.max) or old.valid_from > last:
        return
    if not end_previous or old.valid_to is not None or old.valid_from >= first:
        raise Conflict("row_overlaps", row=_thing(table, values),
                       first=old.valid_from.isoformat(),
                       last=old.valid_to.isoformat() if old.valid_to else "open")
    old.valid_to, old.edited_by = first - timedelta(days=1), by


def _thing(table: Table, values: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={values[name]}" for name in table.key
                    if name != "valid_from" and values[name] != "")

"""A seller's tax registrations as dated rows: shown, added, ended, loaded from a file.

A quote asks for those that hold on its day (`MarketView.seller_on`). While a seller has no row, the
list of codes in its record stands for all days; with the first row that list becomes rows without
a number, open since ever, which a row with days takes the place of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.extensions import db, transaction
from app.kernel.errors import Conflict, Invalid, NotFound
from app.models.market import Seller, SellerRegistration
from app.services import csv_lines
from app.services.csv_lines import RowError
from app.services.outbox.log import emit

EVER = date(2000, 1, 1)
"""From when the undated list of a seller holds, once it becomes rows."""

COLUMNS = ("seller", "code", "number", "valid_from", "valid_to", "note")
_CODE = re.compile(r"[A-Z]{2,4}(:[A-Z0-9-]{1,8})?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A registration of a seller: `code` as in SellerFacts, `last` is its last day."""

    seller: str
    code: str
    number: str
    first: date
    last: date | None = None
    note: str = ""


def listed(seller: str = "", on: date | None = None) -> list[Wanted]:
    """Registrations of one seller or of all, on a day or on any. Raises NotFound."""
    if seller:
        _seller(db.session(), seller)
    rows = db.session.execute(
        select(Seller.code, SellerRegistration)
        .join(SellerRegistration, SellerRegistration.seller_id == Seller.id)
        .order_by(Seller.code, SellerRegistration.code, SellerRegistration.valid_from)
    ).all()
    found = [Wanted(code, row.code, row.number, row.valid_from, row.valid_to, row.note)
             for code, row in rows if not seller or code == seller]
    return [one for one in found if on is None or _holds(one.first, one.last, on)]


def add(wanted: Wanted) -> None:
    """Register a seller from a day on.

    raises  NotFound for the seller, Invalid for the code or days, Conflict where the same
            registration holds already on one of the days
    """
    with transaction() as session:
        _add(session, wanted)
        emit("market")


def end(seller: str, code: str, last: date) -> None:
    """The registration that is open ends with this day. Raises NotFound, Invalid."""
    with transaction() as session:
        owner = _seller(session, seller)
        _take_over(session, owner)
        row = next((row for row in _rows(session, owner, code) if row.valid_to is None), None)
        if row is None:
            raise NotFound("not_registered", seller=seller, registration=code)
        if last < row.valid_from:
            raise Invalid("ends_before_it_begins", registration=code)
        row.valid_to = last
        emit("market")


def load(path: Path) -> tuple[int, list[RowError]]:
    """Add the rows of a CSV file (columns in COLUMNS), the whole file or nothing.

    A row that is there already is left as it is: safe to repeat.
    returns  how many were new, and the rows that cannot be taken
    """
    wanted, errors = _read(path)
    if errors:
        return 0, errors
    try:
        with transaction() as session:
            added = sum(_add_line(session, path.name, line, one) for line, one in wanted)
            emit("market")
    except _RowRefused as refused:
        return 0, [refused.error]
    return added, []


class _RowRefused(Exception):
    """Ends the transaction of a file at its first bad row."""

    def __init__(self, error: RowError) -> None:
        self.error = error
        super().__init__(str(error))


def _add_line(session: Session, file: str, line: int, wanted: Wanted) -> bool:
    try:
        return _add(session, wanted)
    except (NotFound, Invalid, Conflict) as error:
        details = ", ".join(f"{key}={value}" for key, value in error.params.items())
        raise _RowRefused(RowError(file, line, "", f"{error.code} ({details})")) from error


def _add(session: Session, wanted: Wanted) -> bool:
    """True when the row is new. Raises NotFound, Invalid, Conflict."""
    owner = _seller(session, wanted.seller)
    if not _CODE.fullmatch(wanted.code):
        raise Invalid("registration_code_unknown", registration=wanted.code)
    if wanted.last is not None and wanted.last < wanted.first:
        raise Invalid("ends_before_it_begins", registration=wanted.code)
    _take_over(session, owner)
    for row in _rows(session, owner, wanted.code):
        if _is_taken_over(row) and wanted.first > EVER:
            session.delete(row)
            continue
        same = (row.number, row.valid_from, row.valid_to) == (
            wanted.number, wanted.first, wanted.last)
        if same:
            return False
        if _overlap((row.valid_from, row.valid_to), (wanted.first, wanted.last)):
            raise Conflict("registration_overlaps", registration=wanted.code,
                           first=row.valid_from.isoformat(),
                           last=row.valid_to.isoformat() if row.valid_to else "")
    session.add(SellerRegistration(
        seller_id=owner.id, code=wanted.code, number=wanted.number, valid_from=wanted.first,
        valid_to=wanted.last, note=wanted.note,
    ))
    session.flush()
    return True


def _is_taken_over(row: SellerRegistration) -> bool:
    return row.valid_from == EVER and row.valid_to is None and not row.number


def _take_over(session: Session, seller: Seller) -> None:
    """The undated list becomes rows when the first row comes, so that nothing is lost."""
    if _rows(session, seller):
        return
    for code in seller.registrations:
        session.add(SellerRegistration(seller_id=seller.id, code=code, number="",
                                       valid_from=EVER, valid_to=None, note=""))
    session.flush()


def _seller(session: Session, code: str) -> Seller:
    found = session.scalar(select(Seller).where(Seller.code == code))
    if found is None:
        raise NotFound("unknown_seller", seller=code)
    return found


def _rows(session: Session, seller: Seller, code: str = "") -> list[SellerRegistration]:
    rows = session.scalars(
        select(SellerRegistration).where(SellerRegistration.seller_id == seller.id)
        .order_by(SellerRegistration.valid_from))
    return [row for row in rows if not code or row.code == code]


def _overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    return one[0] <= (other[1] or date.max) and other[0] <= (one[1] or date.max)


def _holds(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or day <= last)


def _read(path: Path) -> tuple[list[tuple[int, Wanted]], list[RowError]]:
    lines, errors = csv_lines.read(path, COLUMNS[:4], COLUMNS)
    wanted: list[tuple[int, Wanted]] = []
    for line, cells in lines:
        try:
            wanted.append((line, _wanted(cells)))
        except ValueError as error:
            errors.append(RowError(path.name, line, "", str(error)))
    return wanted, errors


def _wanted(cells: Mapping[str, str]) -> Wanted:
    """A row's cells. Raises ValueError for a day that is none."""
    last = cells["valid_to"]
    return Wanted(cells["seller"], cells["code"], cells["number"],
                  date.fromisoformat(cells["valid_from"]),
                  date.fromisoformat(last) if last else None, cells["note"])

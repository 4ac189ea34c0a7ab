"""Loading the rate tables from CSV files: `flask tax load`. Safe to repeat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.extensions import transaction
from app.services import csv_lines
from app.services.csv_lines import RowError
from app.services.outbox.log import emit
from app.services.rates.tables import TABLES, Table

FOLDER = Path(__file__).resolve().parents[2] / "data" / "rates"
"""The tables the shop is shipped with."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What happened to one file: rows new, changed and untouched.

    kept  lines that say something else than a row the shop edited, whose word stands
    """

    file: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: tuple[RowError, ...] = ()
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The files that were looked at, in their order."""

    files: tuple[FileReport, ...] = ()

    @property
    def errors(self) -> tuple[RowError, ...]:
        """Every row that could not be taken; its whole file was left out."""
        return tuple(error for file in self.files for error in file.errors)

    @property
    def has_changed(self) -> bool:
        """Something in the database differs from before."""
        return any(file.added or file.changed for file in self.files)


def load_tables(folder: Path, only: Collection[str] | None = None) -> LoadReport:
    """Bring the tables in step with the CSV files of `folder`, each file whole or not at all.

    A row is known by its natural key; rows that are the same are not touched, rows that the files
    do not name (a merchant's own) stay. One change of "rates" is noted for everything together.

    only    names of files without `.csv`; None takes every file that is there
    raises  ValueError  for a name that is no rate table
    """
    unknown = set(only or ()) - set(TABLES)
    if unknown:
        raise ValueError(f"no such rate table: {', '.join(sorted(unknown))}")
    chosen = [table for name, table in TABLES.items() if only is None or name in only]
    read = [
        _read(table, folder / table.file)
        for table in chosen
        if only is not None or (folder / table.file).exists()
    ]
    with transaction() as session:
        files = tuple(
            FileReport(table.file, errors=tuple(errors))
            if errors else _keep(session, table, rows)
            for table, rows, errors in read
        )
        report = LoadReport(files)
        if report.has_changed:
            emit("rates")
    return report


def _read(table: Table, path: Path) -> tuple[Table, list[tuple[int, Row]], list[RowError]]:
    """Rows with their lines, or the errors for which the file is left out."""
    needed = [name for name in table.columns if name not in table.optional]
    lines, errors = csv_lines.read(path, needed, (*table.columns, *table.extra))
    rows: list[tuple[int, Row]] = []
    for line, cells in lines:
        row, wrong = _row(table, cells, line)
        rows.append((line, row))
        errors += wrong
    return table, rows, errors or list(_clashes(table, rows))


def _row(table: Table, cells: Mapping[str, str], line: int) -> tuple[Row, list[RowError]]:
    row: Row = dict(table.fixed)
    errors: list[RowError] = []
    for column, (attribute, reader) in table.columns.items():
        try:
            row[attribute] = reader(cells[column])
        except ValueError as error:
            errors.append(RowError(table.file, line, column, str(error)))
    return row, errors


def _clashes(table: Table, rows: list[tuple[int, Row]]) -> Iterator[RowError]:
    """Two rows of one key, and dated rows of one thing that hold on the same day."""
    seen: dict[tuple[Any, ...], int] = {}
    for line, row in rows:
        first = seen.setdefault(_key(table, row), line)
        if first != line:
            yield RowError(table.file, line, "", f"is line {first} again")
    if table.is_dated:
        yield from _overlaps(table, rows)


def _overlaps(table: Table, rows: list[tuple[int, Row]]) -> Iterator[RowError]:
    things = defaultdict(list)
    for line, row in rows:
        thing = tuple(row[name] for name in table.key if name != "valid_from")
        last = row["valid_to"] or date.max
        if last < row["valid_from"]:
            yield RowError(table.file, line, "valid_to", "is before valid_from")
        things[thing].append((row["valid_from"], last, line))
    for periods in things.values():
        periods.sort()
        for (_, last, before), (first, _, line) in pairwise(periods):
            if first <= last:
                yield RowError(table.file, line, "valid_from", f"overlaps line {before}")


def _own_clashes(table: Table, rows: list[tuple[int, Row]], own: list[Any]) -> Iterator[RowError]:
    """Rows of the file that hold on a day of a row the shop edited or added itself."""
    if not table.is_dated:
        return
    names = [name for name in table.key if name != "valid_from"]
    kept = {tuple(getattr(row, name) for name in table.key) for row in own}
    by_thing = defaultdict(list)
    for old in own:
        by_thing[tuple(getattr(old, name) for name in names)].append(old)
    for line, row in rows:
        if not by_thing or _key(table, row) in kept:
            continue
        for old in by_thing.get(tuple(row[name] for name in names), ()):
            if row["valid_from"] <= (old.valid_to or date.max) and old.valid_from <= (
                row["valid_to"] or date.max
            ):
                yield RowError(table.file, line, "valid_from",
                               f"overlaps the shop's own row from {old.valid_from}")


def _keep(session: Session, table: Table, rows: list[tuple[int, Row]]) -> FileReport:
    """Add and change rows; those somebody edited in the shop stay. A log's row that would change,
    or a row over days of the shop's own, makes the file an error."""
    known = {
        tuple(getattr(row, name) for name in table.key): row
        for row in session.scalars(select(table.model))
    }
    fresh: list[Row] = []
    moved: list[tuple[Any, Row]] = []
    kept: list[int] = []
    for line, row in rows:
        old = known.get(_key(table, row))
        if old is None:
            fresh.append(row)
        elif getattr(old, "edited_by", ""):
            if any(getattr(old, name) != value for name, value in row.items()):
                kept.append(line)
        elif any(getattr(old, name) != value for name, value in row.items()):
            if table.is_log:
                reason = "differs from the stored rate; give the new one its own day"
                return FileReport(table.file, errors=(RowError(table.file, line, "", reason),))
            moved.append((old, row))
    own = [old for old in known.values() if getattr(old, "edited_by", "")]
    if clashes := list(_own_clashes(table, rows, own)):
        return FileReport(table.file, errors=tuple(clashes))
    for old, row in moved:
        for name, value in row.items():
            setattr(old, name, value)
    session.flush()
    if fresh:
        session.execute(insert(table.model), fresh)
    same = len(rows) - len(fresh) - len(moved) - len(kept)
    return FileReport(table.file, len(fresh), len(moved), same, kept=tuple(kept))


def _key(table: Table, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in table.key)

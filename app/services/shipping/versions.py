"""Versions of a rate card: a new one is dated and closes the one before, nothing is overwritten.

A version is all rows of one thing (a service's zone, a surcharge, a free-delivery threshold) that
start on the same day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

_DAY = timedelta(days=1)
ADDED, UNCHANGED = "added", "unchanged"


class Clash(Exception):
    """This version cannot be taken; `reason` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Version:
    """All rows of one thing from a day on.

    thing  columns that name it; rows are the other columns, without valid_from
    """

    model: type[Any]
    thing: Mapping[str, Any]
    valid_from: date
    rows: Sequence[Mapping[str, Any]]


def keep(session: Session, version: Version) -> str:
    """Add the version and close the one before, or find that it is there already.

    returns  "added" or "unchanged"
    raises   Clash  when the day has a version with other values, or a later one exists
    """
    model, first = version.model, version.valid_from
    held = session.scalars(
        select(model).where(*(getattr(model, name) == value
                              for name, value in version.thing.items()))
    ).all()
    same_day = [row for row in held if row.valid_from == first]
    if same_day:
        if _plain(same_day, version.rows) == _sorted(version.rows):
            return UNCHANGED
        raise Clash(f"a version from {first} is there already with other values; "
                    "give the new one its own, later day")
    later = min((row.valid_from for row in held if row.valid_from > first), default=None)
    if later is not None:
        raise Clash(f"a version from {later} is there already; a new one has to follow it")
    for row in held:
        if row.valid_to is None or row.valid_to >= first:
            row.valid_to = first - _DAY
    session.add_all(model(**version.thing, **row, valid_from=first) for row in version.rows)
    session.flush()
    return ADDED


def _plain(held: Sequence[Any], wanted: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """The stored rows by the columns that are compared; a later close is no difference."""
    names = [name for name in (wanted[0] if wanted else {}) if name != "valid_to"]
    return sorted((tuple(getattr(row, name) for name in names) for row in held), key=repr)


def _sorted(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((tuple(value for name, value in row.items() if name != "valid_to")
                   for row in rows), key=repr)

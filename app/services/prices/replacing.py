"""Closing and adding many price rows at once, without an object per row."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from app.models.price import Price
from app.models.types import UtcDateTime

Place = tuple[int, int, str]  # variant, price list, currency


class Result(Protocol):
    """What a new converted row says."""

    @property
    def amount(self) -> int:
        """Minor units of the place's currency."""

    @property
    def compare_at(self) -> int | None:
        """The struck price in minor units, or None."""

    @property
    def derivation(self) -> dict[str, Any]:
        """How the amount came about, kept with the row."""


class Replacing:
    """Collects what is to be closed and added, then writes it: first closed, then added."""

    def __init__(self, now: datetime, author: str) -> None:
        self.now, self.author = now, author
        self.variants: set[int] = set()
        self.added = self.replaced = self.ended = self.kept = 0
        self._closed: list[int] = []
        self._never_held: list[int] = []
        self._rows: list[dict[str, Any]] = []

    def end(self, row: Any) -> None:
        """End a row now, with none to follow."""
        self.ended += 1
        self._close(row)

    def add(self, place: Place, result: Result, until: datetime | None) -> None:
        """A converted row from now on, where there was none."""
        self.added += 1
        self._append(place, result, until)

    def replace(self, row: Any, place: Place, result: Result) -> None:
        """End a row now and let another follow, for as long as the old one would have held."""
        self.replaced += 1
        self._close(row)
        self._append(place, result, row.valid_until)

    def _close(self, row: Any) -> None:
        """One that begins at this very moment never held: it goes."""
        self.variants.add(row.variant_id)
        (self._closed if row.valid_from < self.now else self._never_held).append(row.id)

    def _append(self, place: Place, result: Result, until: datetime | None) -> None:
        variant_id, list_id, currency = place
        self.variants.add(variant_id)
        self._rows.append({
            "variant_id": variant_id, "price_list_id": list_id, "currency": currency,
            "amount_minor": result.amount, "compare_at_minor": result.compare_at,
            "valid_from": self.now, "valid_until": until, "origin": "converted",
            "derivation": result.derivation, "author": self.author, "created_at": self.now,
        })

    def write(self, session: Session) -> None:
        """Write everything inside the open transaction."""
        connection = session.connection()
        if self._never_held:
            connection.execute(
                delete(Price).where(Price.id == bindparam("row_id")),
                [{"row_id": row_id} for row_id in self._never_held],
            )
        if self._closed:
            connection.execute(
                update(Price).where(Price.id == bindparam("row_id")).values(
                    valid_until=bindparam("at", type_=UtcDateTime())
                ),
                [{"row_id": row_id, "at": self.now} for row_id in self._closed],
            )
        if self._rows:
            connection.execute(insert(Price), self._rows)

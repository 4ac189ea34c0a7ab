"""Putting a price into the row of prices that hold one after another. Nothing is overwritten.

A price that has held is only closed. A plan (a row that has not begun) may be taken back, since
nobody ever saw it. After a price for a limited time the one before resumes, as a row of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.models.price import Price

RESUMES = "resumes"  # in `derivation`: the row goes on with the price from before a limited one


@dataclass(frozen=True, slots=True)
class Offer:
    """What a row of prices is to say: amounts in minor units, who says so, and why."""

    amount_minor: int
    compare_at_minor: int | None
    author: str
    origin: str = "set"
    derivation: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, row: Price) -> Offer:
        """The same as an existing row says."""
        return cls(row.amount_minor, row.compare_at_minor, row.author, row.origin,
                   tuple(row.derivation.items()))

    def says_the_same_as(self, row: Price) -> bool:
        """Nothing would change for anybody."""
        return (self.amount_minor, self.compare_at_minor, self.origin) == (
            row.amount_minor, row.compare_at_minor, row.origin
        )


@dataclass(frozen=True, slots=True)
class Period:
    """A new row: what it says and when it holds; `resumes` after a limited price."""

    offer: Offer
    begin: datetime
    end: datetime | None
    resumes: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Rows to close (at `at`), plans to take back, rows to add."""

    at: datetime
    close: Price | None
    drop: tuple[Price, ...]
    add: tuple[Period, ...]


def splice(
    rows: Sequence[Price], offer: Offer, begin: datetime, end: datetime | None
) -> Change | None:
    """How `offer` gets its place from `begin` on; None when it says so already.

    rows  those of one variant, list and currency that end after `begin`
    end   None: from now on, until the next plan, and wherever this price resumes after a plan
    """
    held = next((row for row in rows if row.valid_from <= begin), None)
    later = sorted((row for row in rows if row.valid_from > begin), key=lambda row: row.valid_from)
    if held is not None and offer.says_the_same_as(held) and _covers(held, later, offer, end):
        return None
    drop = [held] if held is not None and held.valid_from == begin else []
    close = held if held is not None and held.valid_from < begin else None
    if end is None:
        added, dropped = _from_now_on(later, offer, begin)
    else:
        added, dropped = _for_a_time(held, later, offer, begin, end)
    return Change(begin, close, (*drop, *dropped), tuple(added))


def _covers(held: Price, later: Sequence[Price], offer: Offer, end: datetime | None) -> bool:
    """The row in force already holds for all the time that is asked for."""
    if end is not None:
        return held.valid_until is None or held.valid_until >= end
    plans = [row for row in later if not row.derivation.get(RESUMES)]
    resumed = [row for row in later if row.derivation.get(RESUMES)]
    until = plans[0].valid_from if plans else None
    return held.valid_until == until and all(offer.says_the_same_as(row) for row in resumed)


def _from_now_on(
    later: Sequence[Price], offer: Offer, begin: datetime
) -> tuple[list[Period], list[Price]]:
    """Until the next plan; rows that resume the price of before now resume this one."""
    plans = [row for row in later if not row.derivation.get(RESUMES)]
    resumed = [row for row in later if row.derivation.get(RESUMES)]
    end = plans[0].valid_from if plans else None
    added = [Period(offer, begin, end)]
    if end is not None:
        added += [Period(offer, row.valid_from, row.valid_until, resumes=True)
                  for row in resumed if row.valid_from > end]
    return added, resumed


def _for_a_time(
    held: Price | None, later: Sequence[Price], offer: Offer, begin: datetime, end: datetime
) -> tuple[list[Period], list[Price]]:
    """The plans beneath are taken back; what would have held at `end` resumes there."""
    beneath = [row for row in later if row.valid_from < end]
    last = beneath[-1] if beneath else held
    added = [Period(offer, begin, end)]
    if last is not None and (last.valid_until is None or last.valid_until > end):
        added.append(Period(Offer.of(last), end, last.valid_until, resumes=True))
    return added, beneath

"""What a destination does not let in, or only with a paper: licences, certificates, prohibitions.

A row names the goods by HS prefix, by class (tax category or shelf), by both, or everything. A
line that falls under a row is barred unless it carries the document on the day it would leave; a
prohibition is lifted by nothing. Goods without an HS code can only be recognised by their class:
that the code is missing is said by the readiness report, before anything is sold.
source  rows of `restriction` (app/data/rates/restrictions.csv), each with its own
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.kernel.address import Destination
from app.rules.explanation import Why
from app.rules.places import Area, crosses_border, locate

if TYPE_CHECKING:  # the book holds these rows
    from app.rules.facts import LineFacts
    from app.rules.rate_book import RateBook, Validity

PROHIBITED = "prohibited"
EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class RestrictionRow:
    """Goods that a destination (country, customs area, group or "*") takes under a condition.

    kind     licence, certificate or prohibited
    applies  import (only across the customs border) or always
    """

    id: str
    destination: str
    hs_prefix: str
    goods: str
    kind: str
    document: str
    applies: str
    note: str
    validity: Validity


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A paper we have for a variant, for a destination or all ("*"); last day inclusive."""

    document: str
    destination: str
    first: date
    last: date | None = None

    def serves(self, row: RestrictionRow, country: str, day: date) -> bool:
        """It is the document the row asks for, for this country and day."""
        return row.kind != PROHIBITED and (
            self.document.casefold() == row.document.casefold()
            and self.destination in {EVERYWHERE, row.destination, country}
            and self.first <= day and (self.last is None or day <= self.last)
        )


@dataclass(frozen=True, slots=True)
class Barred:
    """A line that may not go there, and which paper would change that ("" for none)."""

    line: str
    sku: str
    country: str
    kind: str
    document: str
    note: str
    rule: str
    source: str
    since: str


def barred(lines: Iterable[LineFacts], destination: Destination, book: RateBook,
           day: date) -> tuple[Barred, ...]:
    """Each line that a rule keeps out of the destination on a day, once per rule."""
    area = locate(destination, book)
    rows = list(_rows(area, book, day))
    if not rows:
        return ()
    found: dict[tuple[str, str], Barred] = {}
    for line in lines:
        for row in rows:
            if _falls_under(line, row) and _reaches(line, row, area, book) and not any(
                    held.serves(row, area.country, day) for held in line.documents):
                found[line.line, row.id] = Barred(
                    line.line, line.sku, destination.country, row.kind, row.document, row.note,
                    row.id, row.validity.source, row.validity.first.isoformat(),
                )
    return tuple(found.values())


def why(found: Sequence[Barred]) -> tuple[Why, ...]:
    """The reasons, for the explanation of the quote."""
    return tuple(
        Why(f"restricted:{one.sku}", f"restricted_{one.kind}", day=one.since, source=one.source,
            params={"document": one.document, "country": one.country, "row": one.rule})
        for one in found
    )


def _rows(area: Area, book: RateBook, day: date) -> Iterator[RestrictionRow]:
    groups = [code for code, countries in book.origin_groups.items() if area.country in countries]
    names = dict.fromkeys([area.country, area.tax, area.customs, EVERYWHERE, *sorted(groups)])
    for name in names:
        yield from (row for row in book.restrictions.get(name, ()) if row.validity.covers(day))


def _falls_under(line: LineFacts, row: RestrictionRow) -> bool:
    if row.hs_prefix and not line.hs_code.startswith(row.hs_prefix):
        return False
    return not row.goods or row.goods == line.tax_category or row.goods in line.categories


def _reaches(line: LineFacts, row: RestrictionRow, area: Area, book: RateBook) -> bool:
    """Rules of import do not hold for what is already inside the customs area."""
    if row.applies != "import":
        return True
    start = book.warehouses.get(line.warehouse)
    return start is None or crosses_border(locate(Destination(start.country), book), area)

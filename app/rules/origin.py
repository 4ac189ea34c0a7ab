"""Proof that goods originate where an agreement asks for it: papers we hold for them.

Without authorisation a seller may make out a statement for consignments to EUR 6,000 only.
source  cross-border rules §9.4; EU-UK TCA Art. 56, Impl. Reg. (EU) 2015/2447 Art. 75, 92
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from app.kernel.money import Money
from app.rules.limits import is_within
from app.rules.places import Area
from app.rules.rate_book import RateBook
from app.rules.restrictions import EVERYWHERE, HeldDocument

STATEMENT = "Statement on origin"
AUTHORISED = "Statement on origin by an authorised exporter"
PAPERS = (STATEMENT, AUTHORISED)
STATEMENT_LIMIT = Money(600_000, "EUR")


def is_proven(papers: Iterable[HeldDocument], area: Area, day: date, value: Money,
              book: RateBook) -> bool:
    """One of the papers proves the origin on arrival in this place on this day.

    value  of the goods of the consignment
    """
    names = {paper.document.casefold() for paper in papers
             if paper.destination in (EVERYWHERE, area.customs, area.country)
             and paper.first <= day and (paper.last is None or day <= paper.last)}
    if AUTHORISED.casefold() in names:
        return True
    return STATEMENT.casefold() in names and is_within(value, STATEMENT_LIMIT, book)

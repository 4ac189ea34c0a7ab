"""One tax rate more, from a day on: what holds is ended the day before, nothing may overlap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.extensions import transaction
from app.kernel.errors import Conflict, Invalid
from app.models.rates import TaxRate
from app.services.outbox.log import emit
from app.services.rates.tables import TAX_RATES


@dataclass(frozen=True, slots=True)
class NewRate:
    """A rate in percent ("25.5"). `last` is its last day; `name` '' is the only component there is
    (VAT in DE); `shipping` '' is as before."""

    jurisdiction: str
    category: str
    percent: str
    first: date
    last: date | None = None
    name: str = ""
    shipping: str = ""
    source: str = ""
    by: str = "command"


def add_rate(new: NewRate, *, end_previous: bool = False) -> TaxRate:
    """Keep the rate.

    end_previous  the open rate of the same place, category and name ends the day before
    raises        Invalid for a place, rate or days that cannot be; Conflict `rate_overlaps` where
                  another row holds on one of its days
    """
    percent = _percent(new)
    if new.last is not None and new.last < new.first:
        raise Invalid("ends_before_it_begins", first=new.first.isoformat())
    with transaction() as session:
        known = _known(session, new)
        like = known[-1] if known else None
        row = TaxRate(
            jurisdiction=new.jurisdiction, category=new.category, rate=percent,
            name=new.name or (like.name if like else "VAT"),
            shipping=new.shipping or (like.shipping if like else "follows"),
            valid_from=new.first, valid_to=new.last, source=new.source, confidence="review",
            edited_by=new.by,
        )
        for old in known:
            if old.name == row.name:
                _make_room(old, row, end_previous=end_previous)
        session.add(row)
        emit("rates")
        session.flush()
        session.expunge(row)
    return row


def _percent(new: NewRate) -> Decimal:
    try:
        for column, cell in (("jurisdiction", new.jurisdiction), ("category", new.category)):
            TAX_RATES.columns[column][1](cell)
        percent = TAX_RATES.columns["rate"][1](new.percent)
    except ValueError as error:
        raise Invalid("rate_not_possible", reason=str(error)) from None
    return Decimal(percent)


def _known(session: Session, new: NewRate) -> list[TaxRate]:
    """Rows of the place and category by their first day; of several taxes one must be named."""
    rows = list(session.scalars(
        select(TaxRate).where(TaxRate.jurisdiction == new.jurisdiction,
                              TaxRate.category == new.category).order_by(TaxRate.valid_from)))
    names = {row.name for row in rows}
    if len(names) > 1 and not new.name:
        raise Invalid("component_needed", names=", ".join(sorted(names)))
    return rows


def _make_room(old: TaxRate, row: TaxRate, *, end_previous: bool) -> None:
    """Raises Conflict where the old row holds on a day of the new one and may not be ended."""
    if row.valid_from > (old.valid_to or date.max) or old.valid_from > (row.valid_to or date.max):
        return
    if not end_previous or old.valid_to is not None or old.valid_from >= row.valid_from:
        raise Conflict(
            "rate_overlaps", rate=f"{old.rate} %", first=old.valid_from.isoformat(),
            last=old.valid_to.isoformat() if old.valid_to else "open",
        )
    old.valid_to = row.valid_from - timedelta(days=1)
    old.edited_by = row.edited_by

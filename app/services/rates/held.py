"""The RateBook of a moment: a quote that holds keeps the exchange rates it began with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from app.extensions import db, versions
from app.models.rates import FxRate
from app.rules.rate_book import RateBook
from app.services.fx.stored import euro_rates
from app.services.rates.book import rate_book

_newest: dict[tuple[int, int], datetime | None] = {}


def rate_book_of(moment: datetime) -> RateBook:
    """The book of a moment's day; rates that came after it are left out.

    Costs nothing but a dictionary look-up where none has come since.
    """
    book, newest = rate_book(moment.date()), _last_arrival()
    if newest is None or newest <= moment:
        return book
    return replace(book, fx=euro_rates(moment.date(), moment))


def _last_arrival() -> datetime | None:
    key = id(db.engine), versions().of("rates")
    if key not in _newest:
        found = db.session.scalar(select(func.max(FxRate.added_at)))
        _newest.clear()
        _newest[key] = found
    return _newest[key]

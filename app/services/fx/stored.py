"""The rates we keep: EUR -> quote as of a day, chosen between sources, crossed where needed.

The newest row on or before the day wins; of one day, `live` before `ecb`. `fixed` answers only
where no other source knows the currency: a peg that was typed in is no match for a market rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select, true

from app.extensions import db
from app.kernel.fx import Rate
from app.models.rates import FxRate

EURO = "EUR"
FALLBACK = "fixed"
PREFERENCE = {"live": 2, "ecb": 1}


JUST_PUBLISHED = timedelta(days=4)  # a weekend with a holiday


def euro_rates(on: date, known_at: datetime | None = None) -> Mapping[str, Rate]:
    """Quote -> the rate 1 EUR = value quote that holds on this day. Read from the database.

    known_at  without the days published just now that came to the shop after this moment
    """
    known = true() if known_at is None else or_(
        FxRate.added_at.is_(None), FxRate.added_at <= known_at, FxRate.source == FALLBACK,
        FxRate.as_of < on - JUST_PUBLISHED,
    )
    newest = (
        select(FxRate.source, FxRate.base, FxRate.quote, func.max(FxRate.as_of).label("as_of"))
        .where(FxRate.as_of <= on, known).group_by(FxRate.source, FxRate.base, FxRate.quote)
        .subquery()
    )
    rows = db.session.execute(
        select(FxRate.base, FxRate.quote, FxRate.value, FxRate.source, FxRate.as_of).join(
            newest,
            (FxRate.source == newest.c.source) & (FxRate.base == newest.c.base)
            & (FxRate.quote == newest.c.quote) & (FxRate.as_of == newest.c.as_of),
        )
    ).all()
    rates = [Rate(*row) for row in rows]
    return choose(rates, [Rate(*row) for row in _declared_later(rates, on)])


def choose(rates: Iterable[Rate], declared: Iterable[Rate] = ()) -> dict[str, Rate]:
    """One rate from the euro per currency; `declared` fills what nobody else knows."""
    market: dict[str, Rate] = {}
    crossing: list[Rate] = []
    for rate in sorted(rates, key=_merit):
        if rate.base == EURO and rate.source != FALLBACK:
            market[rate.quote] = rate
        else:
            crossing.append(rate)
    found = dict(market)
    for rate in (*declared, *crossing):
        if rate.quote not in market and rate.quote != EURO:
            if rate.base == EURO:
                found[rate.quote] = rate
            elif rate.base in market:
                found[rate.quote] = market[rate.base].through(rate)
    return found


def _merit(rate: Rate) -> tuple[date, int]:
    return rate.as_of, PREFERENCE.get(rate.source, 0)


def _declared_later(known: Iterable[Rate], on: date) -> list[tuple]:  # type: ignore[type-arg]
    """The first fixed row of a pair that has none yet on this day: a peg has no history here."""
    pairs = {(rate.base, rate.quote) for rate in known}
    rows = db.session.execute(
        select(FxRate.base, FxRate.quote, FxRate.value, FxRate.source, FxRate.as_of)
        .where(FxRate.source == FALLBACK, FxRate.as_of > on).order_by(FxRate.as_of.desc())
    ).all()
    return [tuple(row) for row in rows if (row.base, row.quote) not in pairs]

"""Bringing exchange rates into the shop, and asking for one. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import structlog
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.extensions import db, providers, transaction
from app.kernel import clock
from app.kernel.errors import ProviderError
from app.kernel.fx import Rate
from app.models.rates import FxRate
from app.rules.rate_book import RateBook
from app.services.fx.port import RateHistory, RateSource
from app.services.fx.stored import euro_rates
from app.services.outbox.log import emit

HISTORY = timedelta(days=400)  # a year of reports and a quarter to correct them in
log = structlog.get_logger()
DISTRUSTED = frozenset({"live"})

Key = tuple[str, str, str, date]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A rate that was not believed: it moved too far from the one before."""

    rate: Rate
    before: Rate


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """added: source -> rows stored. failed: source -> why it could not be asked."""

    added: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()
    differing: tuple[Rate, ...] = ()  # a known day with another value: the stored one stays


def update(
    sources: Iterable[RateSource] | None = None, accept: Collection[str] = ()
) -> UpdateReport:
    """Ask every source and store what is new. Safe to repeat; a source that fails is reported.

    A rate from the network that moved more than TRADEWIND_FX_LARGEST_MOVE percent against the last
    known one is left out and reported, unless its currency is in `accept`. Sources with a history
    fill the last 400 days.
    """
    chosen = list(providers().rates.values() if sources is None else sources)
    offered: list[Rate] = []
    failed: dict[str, str] = {}
    for source in chosen:
        try:
            offered.extend(_ask(source))
        except ProviderError as error:
            failed[source.code] = str(error.params.get("reason") or error.code)
    last = _last_known()
    db.session.rollback()
    believed, dropped = _believe(offered, last, accept)
    for drop in dropped:
        log.warning("fx_rate_refused", source=drop.rate.source, currency=drop.rate.quote,
                    value=str(drop.rate.value), before=str(drop.before.value))
    with transaction() as session:
        added, differing = _store(session, believed)
        if added:
            emit("rates")
    return UpdateReport(added, failed, tuple(dropped), tuple(differing))


def rate(base: str, quote: str, on: date | None = None) -> Rate | None:
    """The rate that holds on this day (today), through the euro where needed; None: unknown."""
    on = on or clock.now().date()
    return RateBook(fx=euro_rates(on)).rate(base, quote)


def age_days(base: str, quote: str, on: date | None = None) -> int | None:
    """How many days old the rate in force is; 0 for one currency, None when it is unknown."""
    on = on or clock.now().date()
    found = rate(base, quote, on)
    if found is None:
        return None
    return max((on - found.as_of).days, 0)


def _ask(source: RateSource) -> tuple[Rate, ...]:
    if not isinstance(source, RateHistory):
        return source.latest()
    day = db.session.scalar(select(func.max(FxRate.as_of)).where(FxRate.source == source.code))
    db.session.rollback()  # asking may take its time
    found = source.since(day or clock.now().date() - HISTORY)
    return found if found or day else source.latest()


def _last_known() -> dict[str, Rate]:
    return dict(euro_rates(date.max))


def _believe(
    offered: Iterable[Rate], last: Mapping[str, Rate], accept: Collection[str]
) -> tuple[list[Rate], list[Dropped]]:
    believed: list[Rate] = []
    dropped: list[Dropped] = []
    known = dict(last)
    largest = Decimal(providers().settings.fx_largest_move) / 100
    for one in sorted(offered, key=lambda one: one.source in DISTRUSTED):
        before = known.get(one.quote) if one.base == "EUR" else None
        if one.source not in DISTRUSTED:
            if one.base == "EUR" and (before is None or before.as_of <= one.as_of):
                known[one.quote] = one
        elif before is not None and one.quote not in accept and _moved(before, one) > largest:
            dropped.append(Dropped(one, before))
            continue
        believed.append(one)
    return believed, dropped


def _moved(before: Rate, after: Rate) -> Decimal:
    return abs(after.value / before.value - 1)


def _store(session: Session, rates: list[Rate]) -> tuple[dict[str, int], list[Rate]]:
    first = min((one.as_of for one in rates), default=date.max)
    stored: dict[Key, Decimal] = {
        (row.source, row.base, row.quote, row.as_of): row.value
        for row in session.execute(
            select(FxRate.source, FxRate.base, FxRate.quote, FxRate.as_of, FxRate.value)
            .where(FxRate.as_of >= first)
        )
    }
    added: dict[str, int] = {}
    differing: list[Rate] = []
    rows = []
    for one in rates:
        key = (one.source, one.base, one.quote, one.as_of)
        if key not in stored:
            stored[key] = one.value
            added[one.source] = added.get(one.source, 0) + 1
            rows.append({
                "source": one.source, "base": one.base, "quote": one.quote, "value": one.value,
                "as_of": one.as_of,
            })
        elif stored[key] != one.value:
            differing.append(one)
    if rows:
        session.execute(insert(FxRate), rows)
    return added, differing

"""How fresh the rates of the shop's currencies are: for terminal, /readyz, /metrics and log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import structlog

from app.extensions import providers
from app.kernel import clock
from app.kernel.fx import Rate
from app.rules.rate_book import RateBook
from app.services import markets
from app.services.payment.units import PRESENTMENT, charge_step
from app.services.rates.book import rate_book

log = structlog.get_logger()

BASE = "EUR"
PEG, PEGGED_TO = "fixed", "USD"


@dataclass(frozen=True, slots=True)
class RateStatus:
    """One currency. rate None: nobody knows it; age_days of what the market last said (a peg of a
    file does not age, the rate it is crossed with does). step_problem: totals are not rounded to
    what a card can be charged with, so that payments would be refused."""

    currency: str
    rate: Rate | None
    age_days: int | None
    is_stale: bool
    step_problem: bool = False


def statuses(on: date | None = None) -> list[RateStatus]:
    """Every currency of the shop but the base, as it stands on a day (today)."""
    on = on or clock.now().date()
    limit, book = int(providers().settings.fx_stale_days), rate_book(on)
    found = []
    for currency in markets.currencies():
        if currency != BASE:
            known = book.rate(BASE, currency)
            age = None if known is None else (on - _published(known, book)).days
            step = book.currency(currency).payment_step
            found.append(RateStatus(
                currency, known, age, is_stale=age is None or age > limit,
                step_problem=currency in PRESENTMENT and step % charge_step(currency) != 0,
            ))
    return found


def stale(on: date | None = None) -> tuple[str, ...]:
    """Currencies whose rate is unknown or older than the setting allows."""
    return tuple(one.currency for one in statuses(on) if one.is_stale)


def warn() -> tuple[str, ...]:
    """Say in the log which rates are stale."""
    found = stale()
    if found:
        log.warning("fx_rates_stale", currencies=" ".join(found),
                    days=providers().settings.fx_stale_days)
    return found


def _published(known: Rate, book: RateBook) -> date:
    """The day the market spoke: a peg does not age, what it is crossed with does."""
    through = book.rate(BASE, PEGGED_TO) if PEG in known.source else None
    return through.as_of if through else known.as_of

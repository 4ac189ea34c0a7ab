"""Sales per country and state against the turnover from which a registration is due.

Turnover is net, refunds taken off, from the ledger of paid orders; in euro at each sale's day and
compared in the threshold's currency at today's rate: near enough to be warned, not to file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import func, or_, select

from app.extensions import db
from app.kernel import clock
from app.kernel.money import Money
from app.models.market import Seller
from app.models.tax_filing import RegistrationThreshold, TaxEntry
from app.services.fx.flow import rate
from app.services.tax_returns import ledger
from app.services.tax_returns.calendar import codes_on, has
from app.services.tax_watch.union_sales import DISTANCE_SALES

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Standing:
    """How near a seller is to one threshold.

    percent  of the limit (or of the number of sales, whichever the law looks at first); a limit
             of zero is reached by the first sale
    state    registered, ok, warn (from warn_percent on), due (reached, and not registered),
             unknown (no exchange rate: the turnover stands in euro)
    """

    seller: str
    jurisdiction: str
    turnover: Money
    limit: Money | None
    sales: int
    percent: int
    state: str
    registration: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class _Sold:
    country: str
    region: str
    is_distance: bool
    euros: int  # cents
    orders: int


def standings(on: date | None = None) -> list[Standing]:
    """Every threshold in force for every seller that sold there, the nearest first."""
    on = on or clock.now().date()
    rows = db.session.scalars(
        select(RegistrationThreshold).where(
            RegistrationThreshold.valid_from <= on,
            or_(RegistrationThreshold.valid_to.is_(None), RegistrationThreshold.valid_to >= on),
        )
    ).all()
    found = []
    for seller in db.session.scalars(select(Seller).order_by(Seller.id)):
        year = date(on.year, 1, 1)
        sold = {
            "calendar": _sold(seller.id, year, on),
            "before": _sold(seller.id, date(on.year - 1, 1, 1), year - timedelta(days=1)),
            "rolling": _sold(seller.id, on - timedelta(days=365), on),
        }
        codes = codes_on(seller, on)
        found += [_standing(seller, codes, row, sold, on) for row in rows]
    return sorted((one for one in found if one.sales),
                  key=lambda one: (one.state == "registered", -one.percent, one.jurisdiction))


def warn() -> list[Standing]:
    """Bring the ledger up to date and say in the log what needs a person: warn and due."""
    ledger.bring_up_to_date()
    urgent = [one for one in standings() if one.state in {"warn", "due"}]
    for one in urgent:
        log.warning("registration_threshold", seller=one.seller, jurisdiction=one.jurisdiction,
                    percent=one.percent, state=one.state, turnover=one.turnover.minor,
                    currency=one.turnover.currency)
    return urgent


def _sold(seller_id: int, first: date, last: date) -> list[_Sold]:
    is_distance = TaxEntry.treatment.in_(DISTANCE_SALES)
    rows = db.session.execute(
        select(
            TaxEntry.country, TaxEntry.region, is_distance.label("is_distance"),
            func.sum(TaxEntry.turnover_eur_minor).label("euros"),
            func.count(func.distinct(TaxEntry.order_id)).label("orders"),
        )
        .where(TaxEntry.seller_id == seller_id, TaxEntry.day >= first, TaxEntry.day <= last)
        .group_by(TaxEntry.country, TaxEntry.region, is_distance)
    )
    return [_Sold(row.country, row.region, bool(row.is_distance), int(row.euros or 0),
                  int(row.orders)) for row in rows]


def _standing(seller: Seller, codes: frozenset[str], row: RegistrationThreshold,
              sold: dict[str, list[_Sold]], on: date) -> Standing:
    spans: Sequence[str] = ("rolling",) if row.period == "rolling" else ("calendar", "before")
    sums = [_sum(_meant(row, sold[span])) for span in spans]
    euros, sales = max(sums)
    currency = row.currency or "EUR"
    turnover = _in(Money(euros, "EUR"), currency, on)
    limit = Money(row.limit_minor, currency) if row.limit_minor is not None else None
    percent = _percent(row, turnover, sales) if turnover is not None else 0
    if turnover is None:
        turnover, state = Money(euros, "EUR"), "unknown"
    elif has(codes, row.registration):
        state = "registered"
    elif percent >= 100:
        state = "due"
    else:
        state = "warn" if percent >= row.warn_percent else "ok"
    return Standing(seller.code, row.jurisdiction, turnover, limit, sales, percent, state,
                    row.registration, row.source, row.confidence)


def _meant(row: RegistrationThreshold, sold: Iterable[_Sold]) -> list[_Sold]:
    if row.scope == "eu_distance":
        return [one for one in sold if one.is_distance]
    country, _, region = row.jurisdiction.partition("-")
    return [one for one in sold if one.country == country and (not region or one.region == region)]


def _sum(sold: Sequence[_Sold]) -> tuple[int, int]:
    return sum(one.euros for one in sold), sum(one.orders for one in sold)


def _percent(row: RegistrationThreshold, turnover: Money, sales: int) -> int:
    parts: list[int] = []
    if row.limit_minor is not None:
        reached = 100 if turnover.minor > 0 else 0
        parts.append(turnover.minor * 100 // row.limit_minor if row.limit_minor else reached)
    if row.sales_count:
        parts.append(sales * 100 // row.sales_count)
    if not parts:
        return 0
    return max(min(parts) if row.combine == "all" else max(parts), 0)


def _in(amount: Money, currency: str, on: date) -> Money | None:
    known = rate(amount.currency, currency, on)
    return None if known is None else Money.from_major(amount.major * known.value, currency)

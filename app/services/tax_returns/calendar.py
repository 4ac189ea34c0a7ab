"""When returns are due: of every scheme the sellers are registered for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import or_, select

from app.extensions import db
from app.kernel import clock
from app.kernel import period as periods
from app.kernel.period import Period
from app.models.market import Seller, SellerRegistration
from app.models.tax_filing import ReturnRule
from app.rules.rate_book import EU_MEMBERS

log = structlog.get_logger()

ALERT_DAYS = 14


@dataclass(frozen=True, slots=True)
class Due:
    """One return to be filed. days: until it is due, negative when it is overdue."""

    seller: str
    scheme: str
    period: Period
    due: date
    days: int
    source: str


def upcoming(on: date | None = None) -> list[Due]:
    """For every registration the last period that has ended and the one that runs, by due date.

    A return whose day has passed is no longer listed: the shop does not know whether it was filed.
    """
    on = on or clock.now().date()
    rules = db.session.scalars(
        select(ReturnRule).where(
            ReturnRule.valid_from <= on,
            or_(ReturnRule.valid_to.is_(None), ReturnRule.valid_to >= on),
        )
    ).all()
    found = []
    for seller in db.session.scalars(select(Seller).order_by(Seller.id)):
        codes = codes_on(seller, on)
        for rule in rules:
            if not has(codes, rule.registration):
                continue
            running = periods.of_day(on, rule.period)
            before = periods.of_day(running.first - timedelta(days=1), rule.period)
            for period in (before, running):
                due = period.due(rule.due_months, rule.due_day)
                if due >= on:
                    found.append(Due(seller.code, rule.scheme, period, due, (due - on).days,
                                     rule.source))
    return sorted(found, key=lambda one: (one.due, one.scheme))


def warn() -> list[Due]:
    """Say in the log which returns are due within two weeks."""
    urgent = [one for one in upcoming() if one.days <= ALERT_DAYS]
    for one in urgent:
        log.warning("tax_return_due", seller=one.seller, scheme=one.scheme,
                    period=one.period.name, due=str(one.due), days=one.days)
    return urgent


def codes_on(seller: Seller, on: date) -> frozenset[str]:
    """A seller's registrations on a day; those of its record where it has no dated ones."""
    rows = db.session.scalars(
        select(SellerRegistration).where(SellerRegistration.seller_id == seller.id)
    ).all()
    if not rows:
        return frozenset(seller.registrations)
    return frozenset(row.code for row in rows if row.valid_from <= on and (
        row.valid_to is None or on <= row.valid_to))


def has(codes: frozenset[str], registration: str) -> bool:
    """One of these registrations is meant; OSS in any member, EU in any member."""
    if registration == "OSS":
        return any(code.startswith("OSS:") for code in codes)
    if registration == "EU":
        return not codes.isdisjoint(EU_MEMBERS)
    return registration in codes

"""What happens by the clock. Each slot runs once, however many schedulers there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete

from app.extensions import db, transaction, upsert
from app.kernel import clock
from app.models.outbox import Job, ScheduleRun
from app.services import idempotency, web_sessions
from app.services.cart import carts
from app.services.fx import flow as fx
from app.services.fx import gains
from app.services.fx import status as fx_status
from app.services.outbox import follow
from app.services.payment import reconciling
from app.services.prices import renewal
from app.services.tax_ids import rechecking
from app.services.tax_returns import calendar, ledger
from app.services.tax_watch import watch

log = structlog.get_logger()


def daily_rates() -> None:
    """New exchange rates, then the prices converted with them."""
    fx.update()
    renewal.renew_converted()
    fx_status.warn()


def tidy() -> None:
    """Forget what has served: sessions, carts, old changes, answers, done jobs."""
    web_sessions.forget_expired()
    carts.forget_expired()
    follow.forget_old()
    idempotency.forget_old()
    month = clock.now() - timedelta(days=30)
    with transaction() as session:
        session.execute(delete(Job).where(Job.state == "done", Job.done_at < month))
        session.execute(delete(ScheduleRun).where(ScheduleRun.ran_at < month))


def tax_alerts() -> None:
    """Thresholds that come near and returns that fall due, said in the log."""
    watch.warn()
    calendar.warn()


# name -> (every so many minutes, what)
APPOINTMENTS: Mapping[str, tuple[int, Callable[[], object]]] = {
    "expire_unpaid": (1, reconciling.expire_unpaid),
    "prices_due": (1, renewal.refresh_due),
    "reconcile": (5, reconciling.reconcile),
    "fx_differences": (10, gains.bring_up_to_date),
    "tax_ledger": (10, ledger.bring_up_to_date),
    "tax_ids_again": (60, rechecking.recheck),
    "tax_alerts": (24 * 60, tax_alerts),
    "tidy": (60, tidy),
    "daily_rates": (24 * 60, daily_rates),
}


def keep(name: str, now: datetime | None = None) -> bool:
    """Run an appointment if its present slot has not been run yet. Returns whether it ran."""
    minutes, act = APPOINTMENTS[name]
    now = now or clock.now()
    slot = int(now.timestamp()) // 60 // minutes
    if not _take(name, str(slot)):
        return False
    try:
        act()
    except Exception:
        db.session.rollback()
        log.exception("appointment_failed", name=name)
    return True


def _take(name: str, slot: str) -> bool:
    if db.session.get(ScheduleRun, (name, slot)) is not None:
        db.session.rollback()
        return False
    with transaction() as session:
        taken = session.execute(
            upsert(ScheduleRun).values(name=name, slot=slot, ran_at=clock.now())
            .on_conflict_do_nothing().returning(ScheduleRun.name)
        ).first()
    return taken is not None

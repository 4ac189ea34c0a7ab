"""Jobs: work that leaves the shop, written with its cause and done by one worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import and_, func, or_, select, update

from app.extensions import db, transaction, upsert
from app.kernel import clock
from app.kernel.errors import ProviderError
from app.models.outbox import Job

log = structlog.get_logger()

LEASE = timedelta(minutes=5)
BACK_OFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800))
SLOW = ("renditions", "fetch_picture")
Handler = Callable[[Mapping[str, Any]], None]


def add(kind: str, key: str, payload: Mapping[str, Any], delay: timedelta = timedelta()) -> None:
    """Ask for a job inside the open transaction; the same key asks once."""
    now = clock.now()
    db.session.execute(
        upsert(Job)
        .values(kind=kind, key=key, payload=dict(payload), state="waiting", attempts=0,
                due_at=now + delay, error="", made_at=now)
        .on_conflict_do_nothing(index_elements=[Job.key])
    )


def claim(limit: int = 8) -> list[tuple[int, str, dict[str, Any]]]:
    """Lease due jobs (id, kind, payload). One whose worker died is leased again after LEASE."""
    now = clock.now()
    due = or_(
        and_(Job.state == "waiting", Job.due_at <= now),
        and_(Job.state == "running", Job.lease_until <= now),
    )
    if not db.session.scalar(select(Job.id).where(due).limit(1)):
        db.session.rollback()
        return []
    with transaction() as session:
        rows = [*_due(due, Job.kind.not_in(SLOW), limit), *_due(due, Job.kind.in_(SLOW), _room())]
        for job in rows:
            job.state, job.lease_until = "running", now + LEASE
            job.attempts += 1
        return [(job.id, job.kind, job.payload) for job in rows]


def _due(due: Any, kinds: Any, limit: int) -> list[Job]:
    return list(db.session.scalars(
        select(Job).where(due, kinds).order_by(Job.due_at, Job.id).limit(limit)
        .with_for_update(skip_locked=True)
    ))


def _room() -> int:
    """How many more slow jobs may begin: one at a time, so that a mail never waits for pictures."""
    running = db.session.scalar(select(func.count(Job.id)).where(
        Job.state == "running", Job.kind.in_(SLOW), Job.lease_until > clock.now()
    )) or 0
    return max(1 - running, 0)


def run(job_id: int, kind: str, payload: Mapping[str, Any], handlers: Mapping[str, Handler]) -> bool:
    """Do one leased job and note how it went; failures come back later, at last as `dead`."""
    try:
        handlers[kind](payload)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises must not end the worker
        db.session.rollback()
        final = isinstance(error, ProviderError) and not error.retryable
        _failed(job_id, f"{type(error).__name__}: {getattr(error, 'code', error)}", final=final)
        log.warning("job_failed", kind=kind, job=job_id, error=type(error).__name__, exc_info=True)
        return False
    with transaction() as session:
        session.execute(
            update(Job).where(Job.id == job_id)
            .values(state="done", done_at=clock.now(), lease_until=None, error="")
        )
    return True


def backlog() -> dict[str, Any]:
    """How many jobs wait, how old the oldest due one is (seconds), how many have given up."""
    now = clock.now()
    waiting, oldest = db.session.execute(
        select(func.count(Job.id), func.min(Job.due_at)).where(
            Job.state.in_(["waiting", "running"]), Job.due_at <= now
        )
    ).one()
    dead = db.session.scalar(select(func.count(Job.id)).where(Job.state == "dead")) or 0
    age = (now - oldest).total_seconds() if oldest else 0.0
    return {"waiting": waiting, "oldest_seconds": max(age, 0.0), "dead": dead}


def _failed(job_id: int, error: str, *, final: bool) -> None:
    with transaction() as session:
        job = session.get(Job, job_id)
        if job is None:
            return
        gives_up = final or job.attempts > len(BACK_OFF)
        job.state = "dead" if gives_up else "waiting"
        job.error, job.lease_until = error[:500], None
        job.due_at = clock.now() + BACK_OFF[min(job.attempts, len(BACK_OFF)) - 1]

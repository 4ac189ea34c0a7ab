"""Jobs: work that leaves the shop, written with its cause and done by one worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from traceback import extract_tb
from typing import Any

import structlog
from sqlalchemy import and_, func, or_, select, update

from app.extensions import db, touched, transaction, upsert
from app.kernel import clock
from app.kernel.errors import ProviderError
from app.models.outbox import Job

log = structlog.get_logger()

LEASE = timedelta(minutes=5)
BACK_OFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800))
SLOW = ("renditions", "fetch_picture")
GAVE_UP = "the worker died at every attempt"
Handler = Callable[[Mapping[str, Any]], None]
Leased = tuple[int, str, dict[str, Any], int]
"""id, kind, payload, attempt: the attempt tells this lease from a later one of the same job."""


def add(kind: str, key: str, payload: Mapping[str, Any], delay: timedelta = timedelta()) -> None:
    """Ask for a job inside the open transaction; the same key asks once."""
    now = clock.now()
    db.session.execute(_asked(db.session().get_bind().dialect.name), {
        "kind": kind, "key": key, "payload": dict(payload), "state": "waiting", "attempts": 0,
        "due_at": now + delay, "error": "", "made_at": now,
    })


@cache
def _asked(_dialect: str) -> Any:
    return upsert(Job).on_conflict_do_nothing(index_elements=[Job.key])


def claim(limit: int = 8, lease: timedelta = LEASE) -> list[Leased]:
    """Lease due jobs. One whose worker died is leased again when its lease is over, but not for
    ever: a job that ends every worker that takes it is given up like one that always fails."""
    now = clock.now()
    due = or_(
        and_(Job.state == "waiting", Job.due_at <= now),
        and_(Job.state == "running", Job.lease_until <= now),
    )
    if not db.session.scalar(select(Job.id).where(due).limit(1)):
        db.session.rollback()
        return []
    with transaction():
        rows = [*_due(due, Job.kind.not_in(SLOW), limit), *_due(due, Job.kind.in_(SLOW), _room())]
        for job in rows:
            if job.attempts > len(BACK_OFF):
                job.state, job.lease_until, job.error = "dead", None, job.error or GAVE_UP
                continue
            job.state, job.lease_until = "running", now + lease
            job.attempts += 1
        return [(job.id, job.kind, job.payload, job.attempts) for job in rows
                if job.state == "running"]


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


def run(job_id: int, kind: str, payload: Mapping[str, Any], attempt: int,  # noqa: PLR0913 - a lease's parts, and how it is done
        handlers: Mapping[str, Handler], lease: timedelta = LEASE) -> bool:
    """Do one leased job and note how it went; failures come back later, at last as `dead`.

    A worker that was held up until its lease was over, and somebody else's turn had come, does
    nothing. returns  whether the job was done here
    """
    if not _begin(job_id, attempt, lease):
        log.warning("job_lease_lost", kind=kind, job=job_id)
        return False
    try:
        handlers[kind](payload)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises must not end the worker
        db.session.rollback()
        final = isinstance(error, ProviderError) and not error.retryable
        _failed(job_id, attempt, f"{type(error).__name__}: {getattr(error, 'code', error)}",
                final=final)
        # Not the error's own words: a mail server names the recipient in them.
        where = [f"{frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
        log.warning("job_failed", kind=kind, job=job_id, error=type(error).__name__,
                    where=where[-4:])
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


def _begin(job_id: int, attempt: int, lease: timedelta) -> bool:
    """The lease anew from now on, if it is still this attempt's."""
    with transaction() as session:
        renewed = session.execute(
            update(Job).where(Job.id == job_id, Job.attempts == attempt, Job.state == "running")
            .values(lease_until=clock.now() + lease)
            .execution_options(synchronize_session=False)
        )
    return touched(renewed) > 0


def _failed(job_id: int, attempt: int, error: str, *, final: bool) -> None:
    with transaction() as session:
        job = session.get(Job, job_id, populate_existing=True, with_for_update=True)
        if job is None or (job.state, job.attempts) != ("running", attempt):
            return  # somebody else's turn has come meanwhile
        gives_up = final or job.attempts > len(BACK_OFF)
        job.state = "dead" if gives_up else "waiting"
        job.error, job.lease_until = error[:500], None
        job.due_at = clock.now() + BACK_OFF[min(job.attempts, len(BACK_OFF)) - 1]

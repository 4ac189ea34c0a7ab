"""Answers kept under a caller's key, so that a request sent twice acts once.

A key is taken before the act and holds its answer for 24 hours afterwards. A key whose request
never came to an end (the process died) may be taken again after two minutes: what lies beneath is
itself safe to repeat.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid
from app.models.payment import IdempotentAnswer

LIVES = timedelta(hours=24)
RUNS = timedelta(minutes=2)
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Kept:
    """The first answer: HTTP status and whatever the caller needs to give it again."""

    status: int
    answer: Mapping[str, Any]


def begin(key: str, scope: str, content: str) -> Kept | None:
    """Take a key, or find the answer it already has.

    key      at most LONGEST_KEY characters; scope says where it counts (at most 200)
    content  the request's body in one fixed form; kept only as a hash
    returns  the answer of the first request, or None: the caller now acts, then calls keep() or
             release()
    raises   Invalid (idempotency_mismatch), Conflict (idempotency_running)
    """
    now, mark = clock.now(), hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    with transaction() as session:
        if _insert(key, scope, mark, now):
            return None
        row = session.get(IdempotentAnswer, (key, scope), populate_existing=True,
                          with_for_update=True)
        if row is None:  # released between the two statements
            raise Conflict("idempotency_running")
        if row.made_at > now - LIVES:
            if row.body_hash != mark:
                raise Invalid("idempotency_mismatch")
            if row.status is not None:
                return Kept(row.status, row.answer)
            if row.made_at > now - RUNS:
                raise Conflict("idempotency_running")
        row.body_hash, row.status, row.answer, row.made_at = mark, None, {}, now
    return None


def keep(key: str, scope: str, status: int, answer: Mapping[str, Any]) -> None:
    """The act is done: this is what the key answers from now on."""
    with transaction() as session:
        session.execute(
            update(IdempotentAnswer)
            .where(IdempotentAnswer.key == key, IdempotentAnswer.scope == scope)
            .values(status=status, answer=dict(answer))
            .execution_options(synchronize_session=False)
        )


def release(key: str, scope: str) -> None:
    """Nothing was done: the key is free again. A kept answer stays."""
    with transaction() as session:
        session.execute(
            delete(IdempotentAnswer)
            .where(IdempotentAnswer.key == key, IdempotentAnswer.scope == scope,
                   IdempotentAnswer.status.is_(None))
            .execution_options(synchronize_session=False)
        )


def abandon(key: str, scope: str) -> None:
    """The act failed: what it left unfinished in the session is dropped, the key is free again."""
    db.session.rollback()
    release(key, scope)


def forget_old() -> int:
    """Delete answers older than 24 hours. Returns how many; safe to run at any time."""
    with transaction() as session:
        gone = session.execute(
            delete(IdempotentAnswer).where(IdempotentAnswer.made_at <= clock.now() - LIVES)
            .returning(IdempotentAnswer.scope).execution_options(synchronize_session=False)
        )
        return len(gone.all())


def _insert(key: str, scope: str, mark: str, now: datetime) -> bool:
    session = db.session()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(IdempotentAnswer).values(
        key=key, scope=scope, body_hash=mark, status=None, answer={}, made_at=now,
    )
    added = statement.on_conflict_do_nothing().returning(IdempotentAnswer.key)
    return session.execute(added).first() is not None  # rowcount is not told on PostgreSQL

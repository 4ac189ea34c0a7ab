"""Reading the log: each follower (a consumer on a host) has its own cursor and misses nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, text, tuple_

from app.extensions import db, touched, transaction
from app.kernel import clock
from app.models.outbox import OutboxCursor, OutboxEvent

KEPT, RENEWED = timedelta(days=14), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the log."""

    topic: str
    subject: str


def follow(follower: str, take: Callable[[Sequence[Change]], None], limit: int = 500) -> int:
    """Hand the changes since this follower's cursor to `take`, then move the cursor.

    `take` must be safe to repeat: a crash between it and the cursor's move hands the same changes
    again. A new follower starts at the end of the log: it builds its state from the tables first.
    returns  how many changes were taken
    """
    cursor = db.session.get(OutboxCursor, follower)
    if cursor is None:
        start(follower)
        return 0
    rows = db.session.execute(
        select(OutboxEvent.txid, OutboxEvent.id, OutboxEvent.topic, OutboxEvent.subject)
        .where(
            tuple_(OutboxEvent.txid, OutboxEvent.id) > tuple_(cursor.txid, cursor.event_id),
            *_settled(),
        )
        .order_by(OutboxEvent.txid, OutboxEvent.id)
        .limit(limit)
    ).all()
    db.session.rollback()
    if rows:
        take([Change(row.topic, row.subject) for row in rows])
        _move(follower, rows[-1].txid, rows[-1].id)
    elif clock.now() - cursor.moved_at > RENEWED:  # or tidying would take it for one that has gone
        _move(follower, cursor.txid, cursor.event_id)
    return len(rows)


def is_known(follower: str) -> bool:
    """Whether the follower has a cursor. One that was away for long has lost it, and with it what
    has changed meanwhile: it must build its state from the tables again."""
    return db.session.get(OutboxCursor, follower) is not None


def start(follower: str) -> None:
    """Put a follower's cursor at the end of the log (before it rebuilds from the tables)."""
    with transaction() as session:
        last = session.execute(
            select(OutboxEvent.txid, OutboxEvent.id)
            .where(*_settled())
            .order_by(OutboxEvent.txid.desc(), OutboxEvent.id.desc())
            .limit(1)
        ).first()
        cursor = session.get(OutboxCursor, follower) or OutboxCursor(follower=follower)
        cursor.txid, cursor.event_id = (last.txid, last.id) if last else (0, 0)
        session.add(cursor)


def forget_old() -> int:
    """Delete changes that every follower has long read. Returns how many."""
    with transaction() as session:
        gone = session.execute(
            delete(OutboxEvent).where(OutboxEvent.happened_at < clock.now() - KEPT)
        )
        session.execute(
            delete(OutboxCursor).where(OutboxCursor.moved_at < clock.now() - KEPT)
        )
    return touched(gone)


def _move(follower: str, txid: int, event_id: int) -> None:
    with transaction() as session:
        cursor = session.get(OutboxCursor, follower)
        if cursor is not None:
            cursor.txid, cursor.event_id, cursor.moved_at = txid, event_id, clock.now()


def _settled() -> tuple:  # type: ignore[type-arg] # SQL conditions
    if db.session.get_bind().dialect.name != "postgresql":
        return ()
    return (text("outbox_event.txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"),)

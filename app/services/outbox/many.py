"""The log of changes and the jobs, for work that writes hundreds of rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, insert, literal_column

from app.extensions import db
from app.kernel import clock
from app.models.outbox import Job, OutboxEvent
from app.services.outbox import log


def emit_all(topic: str, subjects: Iterable[object]) -> None:
    """log.emit() for many subjects of one topic, in two statements. Call inside transaction()."""
    named = [str(subject) for subject in subjects]
    if not named:
        return
    *some, last = named
    session = db.session()
    if some:
        is_postgresql = session.get_bind().dialect.name == "postgresql"
        txid: ColumnElement[int] = literal_column(
            "pg_current_xact_id()::text::bigint" if is_postgresql else "0"
        )
        now = clock.now()
        session.connection().execute(
            insert(OutboxEvent).values(txid=txid),
            [{"topic": topic, "subject": subject, "happened_at": now} for subject in some],
        )
    log.emit(topic, last)


def add_all(kind: str, payloads: Mapping[str, Mapping[str, Any]]) -> None:
    """jobs.add() for many jobs of one kind (key -> payload), none of which was asked for before."""
    if payloads:
        now = clock.now()
        db.session().connection().execute(insert(Job), [
            {"kind": kind, "key": key, "payload": dict(payload), "state": "waiting", "attempts": 0,
             "due_at": now, "error": "", "made_at": now}
            for key, payload in payloads.items()
        ])

"""Rows of browser sessions. The id is the hash of the cookie's token: a copy opens nothing."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from app.extensions import db, touched, transaction
from app.kernel import clock
from app.models.outbox import WebSession


def read(token: str) -> dict[str, Any] | None:
    """What is kept under this token; None when there is nothing or it has ended."""
    row = db.session.get(WebSession, _id(token)) if token else None
    return dict(row.data) if row is not None and row.expires_at > clock.now() else None


def write(token: str, data: dict[str, Any], until: datetime) -> None:
    """Keep this under the token until then."""
    with transaction() as session:
        row = session.get(WebSession, _id(token)) or WebSession(id=_id(token))
        row.data, row.expires_at = data, until
        session.add(row)


def end(token: str) -> None:
    """Revoke a session."""
    with transaction() as session:
        session.execute(delete(WebSession).where(WebSession.id == _id(token)))


def forget_expired() -> int:
    """Delete sessions that have ended. Returns how many."""
    with transaction() as session:
        return touched(session.execute(
            delete(WebSession).where(WebSession.expires_at < clock.now())
        ))


def _id(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""Writers of prices take turns, so that two never add the open row of one price."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

KEY = 0x7072696365  # "price"


def take(session: Session) -> None:
    """Wait for the others; the turn ends with the transaction. SQLite's writers do so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": KEY})

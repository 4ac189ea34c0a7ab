"""Writing the log of changes, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, literal_column

from app.extensions import after_commit, db
from app.kernel import clock
from app.models.outbox import OutboxEvent

# topic -> the version counter it moves
DOMAIN_OF = {
    "product": "catalogue", "category": "catalogue", "media": "catalogue", "price": "price",
    "stock": "stock", "page": "content", "menu": "content", "rates": "rates", "market": "market",
    "promotion": "promotion", "wording": "wording",
}

_bump: Callable[[str], None] = lambda domain: None  # noqa: E731 - replaced at start by wiring


def connect(bump: Callable[[str], None]) -> None:
    """Tell the log whom to wake in this process after a commit (Versions.bump)."""
    global _bump  # noqa: PLW0603 - one per process, set once at start
    _bump = bump


def emit(topic: str, subject: object = "") -> None:
    """Note a change of `topic` (a key of DOMAIN_OF). Call inside transaction()."""
    session = db.session()
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    txid: Any = literal_column("pg_current_xact_id()::text::bigint") if is_postgresql else 0
    session.execute(
        insert(OutboxEvent).values(
            topic=topic, subject=str(subject), txid=txid, happened_at=clock.now()
        )
    )
    domain = DOMAIN_OF[topic]
    after_commit(f"version:{domain}", lambda: _bump(domain))


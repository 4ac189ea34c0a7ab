"""The test gateway's memory in the database, so that web and worker see the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from app.extensions import db, transaction, upsert
from app.models.payment import GatewayMemory
from app.services.payment.test_gateway import Memory


class DatabaseMemory:
    """See test_gateway.Store. Each call is whole by itself."""

    def get(self, reference: str) -> Memory | None:
        """What was put last, or None."""
        row = db.session.get(GatewayMemory, reference, populate_existing=True)
        return dict(row.memory) if row is not None else None

    def put(self, reference: str, memory: Memory) -> None:
        """Keep it, in place of what was there; one statement, as a double click puts it twice."""
        values = {"memory": dict(memory),
                  "started_at": datetime.fromisoformat(memory["started_at"])}
        with transaction() as session:
            session.execute(
                upsert(GatewayMemory).values(reference=reference, **values)
                .on_conflict_do_update(index_elements=[GatewayMemory.reference], set_=values)
                .execution_options(synchronize_session=False)
            )

    def since(self, moment: datetime) -> Iterable[Memory]:
        """Payments started at or after the moment (aware UTC)."""
        rows = db.session.scalars(
            select(GatewayMemory.memory).where(GatewayMemory.started_at >= moment)
        )
        return [dict(memory) for memory in rows]

"""Counting searches that found nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import db
from app.models.content import SearchMiss


def count(text: str, language: str, market_code: str, now: datetime) -> None:
    """One more search without a find, inside the open transaction."""
    query = " ".join(text.split()).lower()[:200]
    if not query:
        return
    session = db.session()
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    statement = insert(SearchMiss).values(
        query=query, language=language, market_code=market_code, count=1, last_at=now
    )
    session.execute(statement.on_conflict_do_update(
        index_elements=[SearchMiss.query, SearchMiss.language, SearchMiss.market_code],
        set_={"count": SearchMiss.count + 1, "last_at": now},
    ))

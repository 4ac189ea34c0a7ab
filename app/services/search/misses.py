"""Counting searches that found nothing."""

from __future__ import annotations

from datetime import datetime

from app.extensions import db, upsert
from app.models.content import SearchMiss


def count(text: str, language: str, market_code: str, now: datetime) -> None:
    """One more search without a find, inside the open transaction."""
    query = " ".join(text.split()).lower()[:200]
    if not query:
        return
    statement = upsert(SearchMiss).values(
        query=query, language=language, market_code=market_code, count=1, last_at=now
    )
    db.session.execute(statement.on_conflict_do_update(
        index_elements=[SearchMiss.query, SearchMiss.language, SearchMiss.market_code],
        set_={"count": SearchMiss.count + 1, "last_at": now},
    ))

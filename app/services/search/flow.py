"""The index fed from the tables and the outbox; results and suggestions for shoppers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import structlog

from app.extensions import db, providers, transaction
from app.kernel import clock
from app.services.markets import MarketView
from app.services.outbox.follow import Change
from app.services.search import documents, misses
from app.services.search.port import Document, Found, IndexOutdated, Query, Suggestion

log = structlog.get_logger()
SHOWN = 24
CHUNK = 200


def needs_rebuild() -> bool:
    """True when there is no index of today's rules on this host."""
    return bool(providers().search.needs_rebuild())


def rebuild() -> int:
    """Build this host's index anew from the tables, in constant memory. Returns documents."""
    count = int(providers().search.rebuild(_everything()))
    log.info("search_rebuilt", documents=count)
    return count


def update(changes: Sequence[Change]) -> None:
    """Bring the index in step with changes of products, categories and pages."""
    wanted = {(change.topic, int(change.subject)) for change in changes
              if change.topic in documents.KINDS and change.subject.isdigit()}
    if any(change.topic == "market" for change in changes) or any(
        change.topic in documents.KINDS and not change.subject for change in changes
    ):
        rebuild()
        return
    if not wanted:
        return
    index = providers().search
    fresh: list[Document] = []
    for kind in documents.KINDS:
        ids = sorted(id_ for topic, id_ in wanted if topic == kind)
        fresh += documents.of(kind, ids)
    there = {document.key for document in fresh}
    gone = [f"{kind}:{id_}" for kind, id_ in wanted if f"{kind}:{id_}" not in there]
    if gone:
        index.remove(gone)
    if fresh:
        index.put(fresh)


def find(text: str, language: str, market: MarketView, *, kinds: tuple[str, ...] = (),  # noqa: PLR0913 - the parts of a Query
         categories: tuple[str, ...] = (), limit: int = SHOWN, offset: int = 0) -> Found:
    """Finds of a market in a language; nothing while the index is being made."""
    try:
        return providers().search.find(Query(
            text=text[:200], language=language, market=market.code, kinds=kinds, limit=limit,
            offset=offset, facets={"category": categories} if categories else {},
        ))
    except IndexOutdated:
        log.warning("search_outdated")
        return Found()


def suggest(text: str, language: str, market: MarketView, limit: int) -> Sequence[Suggestion]:
    """Proposals while typing; none while the index is being made."""
    try:
        return providers().search.suggest(text[:80], language, market.code, limit)
    except IndexOutdated:
        return ()


def note_miss(text: str, language: str, market: MarketView) -> None:
    """Count what was not found, for the merchant; who looked for it is not kept."""
    with transaction():
        misses.count(text, language, market.code, clock.now())


def _everything() -> Iterator[Document]:
    for kind in documents.KINDS:
        for ids in _chunks(documents.ids(kind)):
            yield from documents.of(kind, ids)
            db.session.rollback()


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    every = list(ids)
    for start in range(0, len(every), CHUNK):
        yield every[start : start + CHUNK]



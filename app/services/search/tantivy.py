"""The embedded search engine: an index in a folder, one writer, any number of readers.

Readers of other processes notice a change within LOOK_EVERY seconds by looking at two files.
Writing takes turns between processes. A commit costs 10 to 90 ms, so put many at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy

from app.services.search import tantivy_schema as schema
from app.services.search.port import Document, Found, IndexOutdated, Query, Suggestion
from app.services.search.tantivy_answers import Reader
from app.services.search.tantivy_folder import Generation, IndexFolder, Mark

LOOK_EVERY = 0.2
PATIENCE = 120
HEAP_BYTES = 48_000_000
NEVER = ((0, 0), (0, 0))


@dataclass(frozen=True, slots=True)
class _Opened:
    """The current generation as last seen; reader is None when it is absent or outdated."""

    generation: Generation | None
    stamp: tuple[Mark, Mark]
    reader: Reader | None


class TantivyIndex:
    """SearchIndex in the folder `path`, which is made when something is first put into it."""

    def __init__(self, path: Path, patience: int = PATIENCE) -> None:
        self.folder = IndexFolder(Path(path))
        self.patience = patience
        self._opened = _Opened(None, NEVER, None)
        self._looked = float("-inf")
        self._lock = threading.Lock()

    def put(self, documents: Iterable[Document]) -> int:
        """Add or replace, all in one commit. Returns how many."""
        with self._writer() as writer:
            count = 0
            for document in documents:
                writer.delete_documents_by_term("uid", schema.uid(document))
                writer.add_document(schema.fill(document))
                count += 1
        return count

    def remove(self, keys: Iterable[str]) -> None:
        """Forget these keys in every language, in one commit."""
        with self._writer() as writer:
            for key in keys:
                writer.delete_documents_by_term("key", schema.clean(key))

    def clear(self) -> None:
        """Forget everything: an empty generation takes over."""
        self.rebuild(())

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Fill a new generation and make it the current one. Returns how many."""
        count = 0
        with self.folder.writing(self.patience):
            fresh = self.folder.begin(schema.LAYOUT)
            try:
                with _committed(_create(fresh)) as writer:
                    for document in documents:
                        writer.add_document(schema.fill(document))
                        count += 1
                self.folder.complete(fresh)
            except BaseException:
                self.folder.discard(fresh)
                raise
        self.reload()
        return count

    def find(self, query: Query) -> Found:
        """Nothing when there is no index yet. Raises IndexOutdated."""
        reader = self._reader()
        return reader.find(query) if reader else Found()

    def suggest(
        self, text: str, language: str, market: str, limit: int = 10
    ) -> tuple[Suggestion, ...]:
        """None when there is no index yet. Raises IndexOutdated."""
        reader = self._reader()
        return reader.suggest(text, language, market, limit) if reader else ()

    def needs_rebuild(self) -> bool:
        """Whether the newest generation is absent, unreadable or of other rules."""
        self.reload()
        return self._opened.reader is None

    def version(self) -> str:
        """The generation and the stamps of its files."""
        self._look()
        generation, stamp = self._opened.generation, self._opened.stamp
        if generation is None:
            return ""
        return "-".join((generation.path.name, *(f"{n:x}" for mark in stamp for n in mark)))

    def reload(self) -> None:
        """Look at the files now."""
        self._looked = float("-inf")
        self._look()

    def _reader(self) -> Reader | None:
        """None when there is no index yet. Raises IndexOutdated."""
        self._look()
        opened = self._opened
        if opened.generation and not opened.reader:
            raise IndexOutdated(provider="tantivy")
        return opened.reader

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY:
            return
        with self._lock:
            generation = self.folder.current()
            stamp = self.folder.stamp(generation)
            if stamp != self._opened.stamp:
                self._opened = _Opened(generation, stamp, _open(generation))
            self._looked = now

    @contextmanager
    def _writer(self) -> Iterator[tantivy.IndexWriter]:
        """The only writer of the current generation, which is made when there is none."""
        with self.folder.writing(self.patience):
            current = self.folder.current()
            if current is None:
                fresh = self.folder.begin(schema.LAYOUT)
                with _committed(_create(fresh)):
                    pass
                self.folder.complete(fresh)
                current = fresh
            index = _index(current)
            if index is None:
                raise IndexOutdated(provider="tantivy")
            with _committed(index) as writer:
                yield writer
        self.reload()


@contextmanager
def _committed(index: tantivy.Index) -> Iterator[tantivy.IndexWriter]:
    """A writer whose work is kept as a whole, or not at all when something is raised."""
    writer = index.writer(HEAP_BYTES, num_threads=1)
    try:
        yield writer
        writer.commit()
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()


def _create(generation: Generation) -> tantivy.Index:
    return tantivy.Index(schema.build(), path=str(generation.path))


def _index(generation: Generation) -> tantivy.Index | None:
    """None when it was made by other rules or cannot be read."""
    if generation.layout != schema.LAYOUT:
        return None
    try:
        return tantivy.Index.open(str(generation.path))
    except (ValueError, OSError):
        return None


def _open(generation: Generation | None) -> Reader | None:
    index = _index(generation) if generation else None
    if index is None:
        return None
    index.config_reader("manual")
    index.reload()
    return Reader(index.schema, index.searcher())

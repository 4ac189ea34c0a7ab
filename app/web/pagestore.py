"""Kept pages of one process: bounded in bytes, the least recently used go first."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from app.web import encodings

Key = tuple[str, str, str, str, str]  # host, path, query, shape, currency
OVERHEAD = 3000  # bytes an entry costs beside its bodies: headers, key, objects
LARGEST = 1024 * 1024
HOUR = 3600.0
REMEMBERED = 4096


@dataclass(slots=True)
class Entry:
    """One answer. stamp: the change counters it was made under; times are seconds of the epoch.

    seen_fresh  when it was last known to be right; `rests` while it is served although it is not
    """

    stamp: bytes
    until: float
    headers: list[tuple[str, str]]
    endpoint: str
    etag: str
    seen_fresh: float
    is_shared: bool
    rests: float = 0.0
    bodies: dict[str, bytes] = field(default_factory=dict)
    ready: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def is_fresh(self, stamp: bytes, now: float) -> bool:
        """Nothing has changed and no schedule has run out; or it may rest, see pagecache.py."""
        return (self.stamp == stamp and now < self.until) or now < self.rests

    def body(self, encoding: str) -> bytes:
        """The answer in br, gzip (made on the first demand) or '' (unpacked on each)."""
        held = self.bodies.get(encoding)
        if held is None:
            plain = encodings.unpack(self.bodies["br"])
            if encoding != "gzip":
                return plain
            held = self.bodies["gzip"] = encodings.pack(plain, "gzip", encodings.ONCE)
        return held

    def told(self, encoding: str, length: int) -> list[tuple[str, str]]:
        """The headers that are the same each time this body goes out in this encoding."""
        held = self.ready.get(encoding)
        if held is None:
            held = [("ETag", self.etag), *self.headers, ("Content-Length", str(length))]
            if encoding:
                held.append(("Content-Encoding", encoding))
            self.ready[encoding] = held
        return held

    @property
    def size(self) -> int:
        """Bytes held."""
        return OVERHEAD + sum(map(len, self.bodies.values()))


def etag_of(body: bytes) -> str:
    """A weak validator from the content: the same for every encoding of it."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


class Store:
    """Entries by key, at most so many bytes together."""

    def __init__(self, limit: int) -> None:
        self.limit, self.size = limit, 0
        self._entries: OrderedDict[Key, tuple[Entry, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Entry | None:
        """The entry, fresh or not."""
        with self._lock:
            held = self._entries.get(key)
            if held is None:
                return None
            self._entries.move_to_end(key)
            return held[0]

    def put(self, key: Key, entry: Entry) -> None:
        """Keep an entry in the place of an older one; too large a one is not kept.

        Counted with twice its brotli, for the gzip that may be made later.
        """
        size = entry.size * 2
        if size > min(LARGEST, self.limit):
            return
        with self._lock:
            self._drop(key)
            self._entries[key] = (entry, size)
            self.size += size
            while self.size > self.limit:
                self._drop(next(iter(self._entries)))

    def __len__(self) -> int:
        return len(self._entries)

    def _drop(self, key: Key) -> None:
        held = self._entries.pop(key, None)
        if held is not None:
            self.size -= held[1]


class Doorkeeper:
    """Lets in what is asked for a second time: invented query strings never fill the store.

    Remembers hashes of the last few thousand first requests (in two generations), nothing more.
    """

    def __init__(self, size: int = REMEMBERED) -> None:
        self.size = size
        self._new: set[int] = set()
        self._old: set[int] = set()

    def knows(self, key: Key) -> bool:
        """True from the second time on."""
        mark = hash(key)
        if mark in self._new or mark in self._old:
            return True
        self._new.add(mark)
        if len(self._new) >= self.size:
            self._old, self._new = self._new, set()
        return False

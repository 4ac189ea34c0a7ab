"""Counters that say 'something of this kind has changed', shared by all processes of a host.

They live in a small memory-mapped file: a read costs a microsecond, and a change made by any
worker is seen by every other at once. The page cache, the RateBook and fragment caches put them
in their keys. Hosts learn of each other's changes from the outbox (services/outbox/follow.py).
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from pathlib import Path

DOMAINS = ("catalogue", "price", "stock", "content", "rates", "market", "promotion", "index",
           "wording")
_SLOT = struct.Struct("<Q")


class Versions:
    """The counters of one shop on one host. Open once per process, after forking."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        size = _SLOT.size * len(DOMAINS)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if os.fstat(self._fd).st_size < size:
            os.ftruncate(self._fd, size)
        self._map = mmap.mmap(self._fd, size)

    def of(self, domain: str) -> int:
        """The counter of one domain."""
        return int(_SLOT.unpack_from(self._map, DOMAINS.index(domain) * _SLOT.size)[0])

    def all(self) -> bytes:
        """All counters as one opaque value, for cache keys."""
        return bytes(self._map[:])

    def bump(self, domain: str) -> None:
        """Say that something of this domain has changed."""
        offset = DOMAINS.index(domain) * _SLOT.size
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            _SLOT.pack_into(self._map, offset, _SLOT.unpack_from(self._map, offset)[0] + 1)
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

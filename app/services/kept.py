"""Values kept in this process while the shop's change counters stand still."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock, local
from time import monotonic
from typing import Any, Generic, TypeVar

from app.extensions import db, versions
from app.kernel import clock

V = TypeVar("V")

COSTLY_S, REST = 0.25, 5


@dataclass(frozen=True, slots=True)
class _Entry(Generic[V]):
    stamp: tuple[object, ...]
    value: V
    rests_until: float


class Kept(Generic[V]):
    """A bounded store of derived values, the least recently used go first.

    domains  counters (services/versions.py) whose change makes a value stale
    A value that took long to make (a quarter of a second) rests for five times as long before it
    is made again, so that a busy import cannot keep a huge catalogue rebuilding it.
    """

    def __init__(self, *domains: str, size: int = 256) -> None:
        self._domains, self._size = domains, size
        self._entries: OrderedDict[Hashable, _Entry[V]] = OrderedDict()
        self._lock = Lock()
        _ALL.append(self)

    def get(self, key: Hashable, make: Callable[[], V],
            is_fresh: Callable[[V], bool] | None = None) -> V:
        """The value under a key, made when it is missing, stale or no longer fresh."""
        counters = versions()
        engine = db.engine
        stamp = (id(engine), engine.url.database,
                 *(counters.of(domain) for domain in self._domains))
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
        if entry is not None and (is_fresh is None or is_fresh(entry.value)):
            is_same = entry.stamp == stamp
            rests = entry.stamp[:2] == stamp[:2] and monotonic() < entry.rests_until
            if rests and not is_same:
                _resting.until = max(entry.rests_until, getattr(_resting, "until", 0.0))
            if is_same or rests:
                return entry.value
        begun = monotonic()
        value = make()
        cost = monotonic() - begun
        rests_until = monotonic() + REST * cost if cost > COSTLY_S else 0.0
        with self._lock:
            self._entries[key] = _Entry(stamp, value, rests_until)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()


_ALL: list[Kept[Any]] = []
_resting = local()


def rests_until() -> datetime | None:
    """When the resting values this thread was given since the last question will be made again
    (UTC); None if all were right. A page made of them must not be kept longer."""
    until = getattr(_resting, "until", 0.0)
    _resting.until = 0.0
    return clock.now() + timedelta(seconds=max(until - monotonic(), 0.0)) if until else None


def forget() -> None:
    """Drop what this process keeps (tests, and a database that was replaced beneath us)."""
    for kept in _ALL:
        kept.clear()

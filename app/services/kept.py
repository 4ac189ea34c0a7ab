"""Values kept in this process while the shop's change counters stand still."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock, local
from time import monotonic
from typing import Any, Generic, TypeVar

from app.extensions import db, versions
from app.kernel import clock

K = TypeVar("K", bound=Hashable)
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
        stamp = self._stamp()
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
        if entry is not None and self._holds(entry, stamp, is_fresh):
            return entry.value
        begun = monotonic()
        value = make()
        cost = monotonic() - begun
        rests_until = monotonic() + REST * cost if cost > COSTLY_S else 0.0
        self._keep({key: _Entry(stamp, value, rests_until)})
        return value

    def many(self, keys: Iterable[K], make: Callable[[list[K]], Mapping[K, V]],
             is_fresh: Callable[[V], bool] | None = None) -> dict[K, V]:
        """Key -> value; `make` is asked once for all that are missing and may leave some out."""
        stamp = self._stamp()
        found: dict[K, V] = {}
        missing: list[K] = []
        with self._lock:
            for key in keys:
                entry = self._entries.get(key)
                if entry is not None and self._holds(entry, stamp, is_fresh):
                    self._entries.move_to_end(key)
                    found[key] = entry.value
                else:
                    missing.append(key)
        if missing:
            made = make(missing)
            self._keep({key: _Entry(stamp, value, 0.0) for key, value in made.items()})
            found.update(made)
        return found

    def _stamp(self) -> tuple[object, ...]:
        counters, engine = versions(), db.engine
        return (id(engine), engine.url.database,
                *(counters.of(domain) for domain in self._domains))

    @staticmethod
    def _holds(entry: _Entry[V], stamp: tuple[object, ...],
               is_fresh: Callable[[V], bool] | None) -> bool:
        if is_fresh is not None and not is_fresh(entry.value):
            return False
        is_same = entry.stamp == stamp
        rests = entry.stamp[:2] == stamp[:2] and monotonic() < entry.rests_until
        if rests and not is_same:
            _resting.until = max(entry.rests_until, getattr(_resting, "until", 0.0))
        return is_same or rests

    def _keep(self, entries: Mapping[Any, _Entry[V]]) -> None:
        with self._lock:
            self._entries.update(entries)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

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

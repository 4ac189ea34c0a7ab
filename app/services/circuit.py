"""A circuit breaker: an outside service that fails again and again is left alone for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from app.kernel.errors import ProviderUnavailable

T = TypeVar("T")


class Circuit:
    """Opens after `failures` in a row; after `rest` seconds one caller may try again.

    One per service and process; safe for threads.
    """

    def __init__(self, name: str, failures: int = 5, rest: float = 60.0) -> None:
        self.name, self.failures, self.rest = name, failures, rest
        self._failed, self._until = 0, 0.0
        self._lock = threading.Lock()

    def call(self, act: Callable[[], T]) -> T:
        """Do it, unless the circuit is open. Raises ProviderUnavailable (circuit_open)."""
        with self._lock:
            now = time.monotonic()
            if self._failed >= self.failures:
                if now < self._until:
                    raise ProviderUnavailable(provider=self.name, reason="circuit_open")
                self._until = now + self.rest  # this caller tries; the others wait
        try:
            found = act()
        except ProviderUnavailable:
            with self._lock:
                self._failed += 1
                self._until = time.monotonic() + self.rest
            raise
        with self._lock:
            self._failed = 0
        return found


class Circuits:
    """One circuit per outside service, by its code."""

    def __init__(self) -> None:
        self._found: dict[str, Circuit] = {}

    def of(self, name: str) -> Circuit:
        """The service's own circuit."""
        return self._found.setdefault(name, Circuit(name))

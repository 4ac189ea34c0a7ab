"""Counters and the access log of answers that Flask never sees: the same, in microseconds."""

from __future__ import annotations

import logging
import os
import sys
from threading import Lock
from time import gmtime, strftime, time
from typing import Any

from prometheus_client import Counter

from app.web.observe import REQUESTS

LOOKUPS = Counter("tradewind_page_cache_total", "Answers of the page cache by state", ["state"])
TIME = Counter("tradewind_page_cache_seconds_total", "Seconds the page cache took to answer")


class Seen:
    """Notes answers of the page cache the way observe.py notes those of the application."""

    def __init__(self, level: str) -> None:
        self.is_logging = logging.getLevelName(level) <= logging.INFO
        self._tally: dict[tuple[str, str, str], int] = {}
        self._seconds = 0.0
        self._lock = Lock()
        self._second, self._clock = -1, ""

    @staticmethod
    def request_id(environ: dict[str, Any]) -> str:
        """The proxy's id of the request if it is a plain one, else one of our own."""
        given = environ.get("HTTP_X_REQUEST_ID", "")
        return given if given.isalnum() and len(given) <= 64 else os.urandom(16).hex()

    def note(self, method: str, endpoint: str, status: str, request_id: str,  # noqa: PLR0913 - a log line's parts
             state: str, seconds: float) -> None:
        """Count one answer and log it without its address (queries may be personal)."""
        key = (endpoint, status[:3], state)
        with self._lock:
            self._tally[key] = self._tally.get(key, 0) + 1
            self._seconds += seconds
        if self.is_logging:
            sys.stderr.write(
                f'{{"request_id": "{request_id}", "method": "{method}", "endpoint": "{endpoint}", '
                f'"status": {key[1]}, "ms": {seconds * 1000:.2f}, "cache": "{state}", '
                f'"event": "request", "level": "info", "timestamp": "{self._now()}"}}\n'
            )

    def fold(self) -> None:
        """Add what was noted since the last time to the counters that /metrics shows."""
        with self._lock:
            tally, self._tally = self._tally, {}
            seconds, self._seconds = self._seconds, 0.0
        for (endpoint, code, state), count in tally.items():
            REQUESTS.labels(endpoint, code).inc(count)
            LOOKUPS.labels(state).inc(count)
        TIME.inc(seconds)

    def _now(self) -> str:
        """The moment in ISO 8601, UTC; the date and time of a second are written once."""
        now = time()
        second = int(now)
        if second != self._second:
            self._second, self._clock = second, strftime("%Y-%m-%dT%H:%M:%S", gmtime(second))
        return f"{self._clock}.{int(now * 1000) % 1000:03d}Z"

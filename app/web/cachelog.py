"""Counters and the access log of answers that Flask never sees: the same, in microseconds."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

from prometheus_client import Counter

from app.kernel import clock
from app.web.observe import REQUESTS, SECONDS

LOOKUPS = Counter("tradewind_page_cache_total", "Answers of the page cache by state", ["state"])


class Seen:
    """Notes answers of the page cache the way observe.py notes those of the application."""

    def __init__(self, level: str) -> None:
        self.is_logging = logging.getLevelName(level) <= logging.INFO
        self._counters: dict[tuple[str, str, str], tuple[Any, Any, Any]] = {}

    @staticmethod
    def request_id(environ: dict[str, Any]) -> str:
        """The proxy's id of the request if it is a plain one, else one of our own."""
        given = environ.get("HTTP_X_REQUEST_ID", "")
        return given if given.isalnum() and len(given) <= 64 else os.urandom(16).hex()

    def note(self, method: str, endpoint: str, status: str, request_id: str,  # noqa: PLR0913 - a log line's parts
             state: str, seconds: float) -> None:
        """Count one answer and log it without its address (queries may be personal)."""
        code = status[:3]
        found = self._counters.get((endpoint, code, state))
        if found is None:
            found = self._counters[endpoint, code, state] = (
                REQUESTS.labels(endpoint, code), SECONDS.labels(endpoint), LOOKUPS.labels(state)
            )
        found[0].inc()
        found[1].observe(seconds)
        found[2].inc()
        if self.is_logging:
            now = clock.now().isoformat()
            sys.stderr.write(
                f'{{"request_id": "{request_id}", "method": "{method}", "endpoint": "{endpoint}", '
                f'"status": {code}, "ms": {seconds * 1000:.2f}, "cache": "{state}", '
                f'"event": "request", "level": "info", "timestamp": "{now}"}}\n'
            )

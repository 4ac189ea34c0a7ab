"""Seeing what happens: request ids, structured logs without personal data, counters."""

from __future__ import annotations

import logging
import re
import sys
import time
import uuid
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

REQUESTS = Counter("tradewind_requests_total", "Requests by endpoint and status",
                   ["endpoint", "status"])
SECONDS = Histogram("tradewind_request_seconds", "Seconds per request the application answered",
                    ["endpoint"],
                    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10))
BACKLOG = Gauge("tradewind_backlog_seconds", "Age of the oldest job that is due")

FX_AGE = Gauge("tradewind_fx_age_days", "Days since the rate in force was published",
               ["currency"])
THRESHOLD = Gauge("tradewind_registration_threshold_percent",
                  "Sales in percent of the turnover from which a registration is due",
                  ["seller", "jurisdiction"])

DETAIL = re.compile(r"\bDETAIL: .*")

log = structlog.get_logger()


def configure_logging(level: str) -> None:
    """JSON lines on standard error; request id and endpoint come from the context."""
    logging.basicConfig(format="%(message)s", stream=sys.stderr, level=level, force=True)
    for noisy in ("stripe", "urllib3", "huey", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_details,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def without_details(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    """PostgreSQL tells the whole row it refuses; names and addresses stay out of the log."""
    if "exception" in event:
        event["exception"] = DETAIL.sub("DETAIL: …", event["exception"])
    return event


def install(app: Flask) -> None:
    """Give each request an id, log it without its query or body, and count it."""

    @app.before_request
    def _begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if given.isalnum() and len(given) <= 64 else uuid.uuid4().hex
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def _end(response: Response) -> Response:
        endpoint = request.endpoint or "unknown"
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        REQUESTS.labels(endpoint, response.status_code).inc()
        SECONDS.labels(endpoint).observe(seconds)
        log.info("request", method=request.method, endpoint=endpoint,
                 status=response.status_code, ms=round(seconds * 1000, 1))
        return response


def metrics() -> Response:
    """The counters of this process in Prometheus' format."""
    current_app.extensions["page_cache"].seen.fold()
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

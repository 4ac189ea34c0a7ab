"""Liveness, readiness, metrics."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from app.services import condition
from app.web import observe

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The database answers and is migrated; the backlog is shown, but stops nothing."""
    found = condition.readiness()
    return jsonify(found), 200 if found["ready"] else 503


@bp.get("/metrics")
def metrics() -> Response:
    """Prometheus' text format."""
    observe.BACKLOG.set(condition.backlog_age())
    for currency, days in condition.rate_ages().items():
        observe.FX_AGE.labels(currency).set(days)
    for (seller, jurisdiction), percent in condition.thresholds().items():
        observe.THRESHOLD.labels(seller, jurisdiction).set(percent)
    return observe.metrics()

"""The JSON API, version 1: storefront calls without cookies, and their description."""

from __future__ import annotations

from flask import Flask

from app.blueprints.api import carts, catalogue, delivery, openapi, orders, reading
from app.blueprints.api.entry import bp

CALLS = (catalogue, carts, delivery, orders)  # importing them puts their calls on the blueprint


def register(app: Flask) -> None:
    """Put the calls and their document under /api/v1 of a plain Flask application."""
    # The hook flask-openapi3 looks for on its own application class (docs/decisions/0003).
    app.validation_error_callback = reading.refuse  # type: ignore[attr-defined]
    app.register_blueprint(bp)
    app.register_blueprint(openapi.bp)

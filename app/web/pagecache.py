"""The page cache in front of Flask."""

from __future__ import annotations

from flask import Flask

from app.config import Settings


def in_front_of(app: Flask, settings: Settings) -> Flask:
    """Put the cache before the application."""
    return app

"""Every blueprint and where it lives."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

LOCALISED = ("storefront", "search", "cart", "checkout", "orders", "preferences",
             "styleguide", "pages")
PLAIN = ("entrance", "pay", "callbacks", "health", "media", "crawlers")


def register(app: Flask) -> None:
    """Register all; localised ones live under /<prefix>, pages last because it takes any slug."""
    for name in PLAIN:
        app.register_blueprint(import_module(f"app.blueprints.{name}").bp)
    for name in LOCALISED:
        module = import_module(f"app.blueprints.{name}")
        app.register_blueprint(module.bp, url_prefix="/<prefix:prefix>")
    import_module("app.blueprints.api").register(app)

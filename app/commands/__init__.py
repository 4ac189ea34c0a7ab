"""`flask …` commands, grouped by area."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

AREAS = (
    "catalog", "demo", "documents", "fx", "markets", "orders", "pages", "prices",
    "quote", "search", "shipping", "tax", "tax_filing", "tax_ids", "words", "worker",
)


def register(app: Flask) -> None:
    """Register every area's command group."""
    for area in AREAS:
        app.cli.add_command(import_module(f"app.commands.{area}").group)

"""`flask search`: the index of this host."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.services.search import flow

group = AppGroup("search", help="The search index of this host.")


@group.command("rebuild")
def rebuild() -> None:
    """Build the index anew from the tables; the old one serves until the new one is whole."""
    click.echo(f"{flow.rebuild()} documents")

"""`flask demo`: load the demo shop."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.services.demo import foundation, goods, site
from app.services.search import flow as search

group = AppGroup("demo", help="The demo shop porto.nova.")


@group.command("load")
@click.option("--foundation", "only_foundation", is_flag=True,
              help="Only markets, lists, warehouses, rates and pages: no goods.")
def load(only_foundation: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Load what is not there yet. Safe to run again."""
    click.echo("laying the foundation")
    foundation.lay()
    if not only_foundation:
        count = goods.load(lambda what: click.echo(f"loading {what}"))
        click.echo(f"{count} products")
        site.load()
    search.rebuild()
    click.echo("done")

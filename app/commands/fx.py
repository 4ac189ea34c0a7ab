"""`flask fx …`: exchange rates."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.services.fx import flow
from app.services.prices.renewal import renew_converted

group = AppGroup("fx", help="Exchange rates.")


@group.command("update")
@click.option(
    "--accept", multiple=True, metavar="CURRENCY",
    help="Believe this currency's rate even if it moved more than 20 %.",
)
@click.option("--renew/--no-renew", default=True, help="Let converted prices follow.")
def update(accept: tuple[str, ...], *, renew: bool) -> None:
    """Ask the sources for new rates and store them. Safe to repeat."""
    report = flow.update(accept={currency.upper() for currency in accept})
    for source, count in sorted(report.added.items()):
        click.echo(f"{source}: {count} new")
    if not report.added:
        click.echo("nothing new")
    for drop in report.dropped:
        click.echo(
            f"not believed: {drop.rate.quote} {drop.rate.value} of {drop.rate.as_of}"
            f" (before: {drop.before.value}); --accept {drop.rate.quote} takes it",
            err=True,
        )
    for rate in report.differing:
        click.echo(f"kept as stored: {rate.source} {rate.quote} of {rate.as_of}", err=True)
    if renew:
        renewed = renew_converted()
        click.echo(f"{renewed.added} prices converted, {renewed.replaced} replaced")
    if report.failed:
        reasons = ", ".join(f"{source}: {why}" for source, why in sorted(report.failed.items()))
        raise click.ClickException(f"no answer from {reasons}; try again later")

"""`flask tax …`: load the rate tables, show what holds where."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from app.kernel.errors import NotFound
from app.services.rates import show as rates
from app.services.rates.load import FOLDER, load_tables
from app.services.rates.tables import TABLES

group = AppGroup("tax", help="Taxes, duties and other dated rates.")

@group.command("load")
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=FOLDER,
    help="Folder of CSV files; the tables shipped with the shop by default.",
)
@click.option("--only", multiple=True, type=click.Choice(list(TABLES)), help="Only this table.")
def load(folder: Path, only: tuple[str, ...]) -> None:
    """Bring the rate tables in step with CSV files, each file whole or not at all."""
    report = load_tables(folder, only or None)
    if not report.files:
        raise click.ClickException(f"{folder} holds no rate tables")
    for file in report.files:
        if not file.errors:
            click.echo(
                f"{file.file}: {file.added} new, {file.changed} changed, {file.unchanged} the same"
            )
    for error in report.errors:
        click.echo(str(error), err=True)
    if report.errors:
        files = sorted({error.file for error in report.errors})
        raise click.ClickException(
            f"{len(report.errors)} rows cannot be taken; not loaded: {', '.join(files)}"
        )


@group.command("show")
@click.argument("jurisdiction")
@click.option(
    "--on", type=click.DateTime(formats=["%Y-%m-%d"]), default=None, help="Day; today by default."
)
def show(jurisdiction: str, on: datetime | None) -> None:
    """List the rates of a JURISDICTION (DE, US-CA) on a day."""
    day: date | None = on.date() if on else None
    try:
        rows = rates.tax_rates(jurisdiction.upper(), day)
    except NotFound:
        raise click.ClickException(f"no rates are known for {jurisdiction.upper()}") from None
    for row in rows:
        until = row.validity.last or "open"
        click.echo(
            f"{row.category:<22}{row.name:<18}{row.percent:>7} %  shipping {row.shipping:<8} "
            f"{row.validity.first} – {until}  {row.validity.confidence}: {row.validity.source}"
        )
    for fee in rates.fees(jurisdiction.upper(), day):
        click.echo(
            f"fee {fee.code}: {fee.amount.major} {fee.amount.currency} per {fee.per}  "
            f"{fee.validity.confidence}: {fee.validity.source}"
        )

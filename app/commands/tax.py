"""`flask tax …`: load the rate tables, show what holds where."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from app.commands import rate_rows
from app.commands.refusals import plain
from app.kernel.errors import NotFound
from app.services import registrations
from app.services.rates import show as rates
from app.services.rates.future import NewRate, add_rate
from app.services.rates.load import FOLDER, load_tables
from app.services.rates.tables import TABLES

group = AppGroup("tax", help="Taxes, duties and other dated rates; registrations of sellers.")
DAY = click.DateTime(formats=["%Y-%m-%d"])
for command in rate_rows.EVERY:
    if command.callback is not None:
        command.callback = with_appcontext(command.callback)
    group.add_command(command)


@group.command("load")
@click.argument("directory", required=False,
                type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=FOLDER,
    help="Folder of CSV files; the tables shipped with the shop by default.",
)
@click.option("--only", multiple=True, type=click.Choice(list(TABLES)), help="Only this table.")
def load(directory: Path | None, folder: Path, only: tuple[str, ...]) -> None:
    """Bring the rate tables in step with the CSV files of DIRECTORY, each file whole or not at all.

    Rows that were edited in the shop stay as they are and are counted.
    """
    folder = directory or folder
    report = load_tables(folder, only or None)
    if not report.files:
        raise click.ClickException(f"{folder} holds no rate tables")
    for file in report.files:
        if not file.errors:
            click.echo(
                f"{file.file}: {file.added} new, {file.changed} changed, {file.unchanged} the same"
                + _kept(file.kept)
            )
    for error in report.errors:
        click.echo(str(error), err=True)
    if report.errors:
        files = sorted({error.file for error in report.errors})
        raise click.ClickException(
            f"{len(report.errors)} rows cannot be taken; not loaded: {', '.join(files)}"
        )


def _kept(lines: tuple[int, ...]) -> str:
    if not lines:
        return ""
    return (f", {len(lines)} not taken because they were edited in the shop"
            f" (lines {', '.join(map(str, lines))})")


@group.command("show")
@click.argument("jurisdiction")
@click.option(
    "--on", "--date", "on", type=DAY, default=None, help="Day; today by default."
)
def show(jurisdiction: str, on: datetime | None) -> None:
    """List the rates of a JURISDICTION (DE, US-CA) on a day, and how it takes imports."""
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
    for line in rates.border(jurisdiction.upper(), day):
        click.echo(line)


@group.command("add")
@click.argument("jurisdiction")
@click.argument("category")
@click.argument("percent")
@click.option("--from", "first", type=DAY, required=True, help="First day.")
@click.option("--to", "last", type=DAY, default=None, help="Last day; open by default.")
@click.option("--name", default="", help="Which tax, where there are several (GST, QST).")
@click.option("--source", default="", help="Where the rate is announced.")
@click.option("--end-previous", is_flag=True, help="The open rate before it ends the day before.")
def add(jurisdiction: str, category: str, percent: str, first: datetime, last: datetime | None,  # noqa: PLR0913 - options
        name: str, source: str, end_previous: bool) -> None:  # noqa: FBT001 - a flag
    """Add a rate of PERCENT for CATEGORY goods in JURISDICTION (DE, CA-QC) from a day on.

    Refused where another rate of it holds on one of the days.
    """
    new = NewRate(jurisdiction.upper(), category, percent, first.date(),
                  last.date() if last else None, name, source=source)
    with plain():
        row = add_rate(new, end_previous=end_previous)
    click.echo(f"{row.jurisdiction} {row.category} {row.name} {row.rate} % from {row.valid_from}"
               f" to {row.valid_to or 'open'}")


@group.group("registrations")
def registered() -> None:
    """Tax registrations of the sellers, with their numbers and days."""


@registered.command("list")
@click.option("--seller", default="", help="Only this seller.")
@click.option("--on", type=DAY, default=None, help="Only those that hold on this day.")
def list_registrations(seller: str, on: datetime | None) -> None:
    """Show them by seller."""
    with plain():
        rows = registrations.listed(seller, on.date() if on else None)
    for row in rows:
        click.echo(f"{row.seller:<16}{row.code:<12}{row.number or '-':<24}"
                   f"{row.first} – {row.last or 'open'}  {row.note}".rstrip())


@registered.command("add")
@click.argument("seller")
@click.argument("code")
@click.argument("number")
@click.option("--from", "first", type=DAY, required=True, help="First day.")
@click.option("--to", "last", type=DAY, default=None, help="Last day; open by default.")
@click.option("--note", default="")
def add_registration(seller: str, code: str, number: str, first: datetime,  # noqa: PLR0913 - options
                     last: datetime | None, note: str) -> None:
    """SELLER is registered as CODE (DE, OSS:DE, IOSS, US:CA) under NUMBER from a day on."""
    with plain():
        registrations.add(registrations.Wanted(
            seller, code.upper(), number, first.date(), last.date() if last else None, note))
    click.echo(f"{seller} is registered as {code.upper()} from {first.date()}")


@registered.command("end")
@click.argument("seller")
@click.argument("code")
@click.option("--on", "last", type=DAY, required=True, help="Last day.")
def end_registration(seller: str, code: str, last: datetime) -> None:
    """The open registration CODE of SELLER ends."""
    with plain():
        registrations.end(seller, code.upper(), last.date())
    click.echo(f"{seller} is no longer registered as {code.upper()} after {last.date()}")


@registered.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load_registrations(file: Path) -> None:
    """Add the rows of FILE (CSV: seller, code, number, valid_from, valid_to, note), all or none."""
    added, errors = registrations.load(file)
    for error in errors:
        click.echo(str(error), err=True)
    if errors:
        raise click.ClickException(f"{len(errors)} rows cannot be taken; nothing was loaded")
    click.echo(f"{file.name}: {added} new")

"""More of `flask tax …`: one row of a rate table added or ended, and what should be checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from app.commands.refusals import plain
from app.kernel import clock
from app.services.rates import editing

DAY = click.DateTime(["%Y-%m-%d"])
TABLE = click.argument("table", type=click.Choice(sorted(editing.EDITABLE)))
CELLS = click.argument("cells", nargs=-1, required=True, metavar="COLUMN=VALUE…")


@click.command("add-row")
@TABLE
@CELLS
@click.option("--end-previous", is_flag=True, help="The open row before it ends the day before.")
@click.option("--by", default="command", show_default=True, help="Who says so, for the record.")
def add_row(table: str, cells: Sequence[str], end_previous: bool, by: str) -> None:  # noqa: FBT001 - a flag
    """Add a row to TABLE: its columns as in the CSV file, those left out are empty.

    \b
    flask tax add-row duty_rates destination=EU hs_prefix=61 origin='*' kind=mfn percent=12 \\
        valid_from=2027-01-01 source='Reg. …' confidence=verified --end-previous
    """
    with plain():
        thing = editing.add_row(table, _read(cells), by=by, end_previous=end_previous)
    click.echo(f"{table}: {thing} is added")


@click.command("end-row")
@TABLE
@CELLS
@click.option("--on", "last", type=DAY, required=True, help="Last day.")
@click.option("--by", default="command", show_default=True, help="Who says so, for the record.")
def end_row(table: str, cells: Sequence[str], last: datetime, by: str) -> None:
    """End the open row of TABLE that these columns name (destination=RO code=RO_PARCEL)."""
    with plain():
        thing = editing.end_row(table, _read(cells), last.date(), by=by)
    click.echo(f"{table}: {thing} ends on {last.date()}")


@click.command("review")
@click.option("--confidence", type=click.Choice(["review", "estimate"]), default=None,
              help="Only these; both by default.")
@click.option("--on", type=DAY, default=None, help="Rows of this day and later; today by default.")
def review(confidence: str | None, on: datetime | None) -> None:
    """List rows nobody has verified: general knowledge (review) and rough figures (estimate)."""
    wanted = frozenset({confidence} if confidence else {"review", "estimate"})
    rows = editing.doubtful(on.date() if on else clock.now().date(), wanted)
    for row in rows:
        click.echo(f"{row.confidence:<9}{row.table}: {row.thing}  {row.first} – "
                   f"{row.last or 'open'}  {row.source}")
    click.echo(f"{len(rows)} rows to check")


def _read(cells: Sequence[str]) -> dict[str, str]:
    found = {}
    for cell in cells:
        column, sign, value = cell.partition("=")
        if not sign:
            raise click.BadParameter(f"{cell!r} is not COLUMN=VALUE")
        found[column] = value
    return found


EVERY = (add_row, end_row, review)

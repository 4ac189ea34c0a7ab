"""`flask tax …` for what the seller owes: thresholds, returns, due dates."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import click

from app.commands.refusals import plain
from app.commands.tax import group
from app.kernel import period as periods
from app.services.tax_returns import calendar, ledger, returns
from app.services.tax_watch import watch

__all__ = ["group"]

COLUMNS = ("seller", "scheme", "period", "corrects", "consumed_in", "sent_from", "treatment", "tax",
           "percent", "buyer", "net", "tax_amount", "currency")


@group.command("watch")
@click.option("--all", "show_all", is_flag=True, help="Also what is far from its threshold.")
def watch_thresholds(*, show_all: bool) -> None:
    """Compare sales with the turnover from which a registration is due. Fails when one is due."""
    ledger.bring_up_to_date()
    found = watch.standings()
    shown = [one for one in found if show_all or one.state in {"warn", "due", "unknown"}]
    for one in shown:
        limit = f"{one.limit.major} {one.limit.currency}" if one.limit else "no limit"
        click.echo(f"{one.state:<11}{one.jurisdiction:<7}{one.percent:>5} %  {one.turnover.major} "
                   f"{one.turnover.currency} of {limit}, {one.sales} sales  {one.registration}  "
                   f"{one.confidence}: {one.source}")
    if not shown:
        click.echo(f"nothing near a threshold ({len(found)} watched with sales)")
    due = [one.jurisdiction for one in found if one.state == "due"]
    if due:
        raise click.ClickException(f"registration is due: {', '.join(due)}")


@group.command("return")
@click.option("--scheme", required=True, help="OSS, IOSS, ESL, a country (PT, GB) or US-CA.")
@click.option("--period", "name", required=True, help="2026-11, 2026Q4 or 2026.")
@click.option("--seller", "code", default="", help="Code of the seller, where there are several.")
@click.option("--csv", "file", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="Write the rows here.")
def tax_return(scheme: str, name: str, code: str, file: Path | None) -> None:
    """Work out the data of a return from paid orders and refunds. Nothing is filed."""
    try:
        period = periods.read(name)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    with plain():
        seller = returns.seller_of(code)
        found = returns.compute(scheme.upper(), period, seller)
    rows = [_cells(seller.code, found, row) for row in found.rows]
    if file is not None:
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            writer.writerows(rows)
    else:
        for row in rows:
            click.echo("  ".join(cell or "-" for cell in row[3:]))
    click.echo(f"{found.scheme} {period.name}: {len(rows)} rows, net {found.net.major}, tax "
               f"{found.tax.major} {found.currency}, due {found.due}")
    for rate in found.rates:
        if rate.currency != "EUR":
            click.echo(f"1 EUR = {rate.value} {rate.currency} ({rate.source} {rate.as_of})"
                       f"{'' if rate.is_final else ', preliminary: run again when published'}")
    if found.missing:
        raise click.ClickException(f"no rate for {', '.join(found.missing)}: flask fx update")


@group.command("due")
def due() -> None:
    """List returns to be filed, the next first."""
    for one in calendar.upcoming():
        mark = "!" if one.days <= calendar.ALERT_DAYS else " "
        click.echo(f"{mark} {one.due}  {one.scheme:<7}{one.period.name:<9}in {one.days} days  "
                   f"{one.seller}  {one.source}")


def _cells(seller: str, found: returns.Return, row: returns.ReturnRow) -> list[str]:
    return [seller, found.scheme, found.period.name, row.corrects, row.consumed_in,
            row.sent_from, row.treatment, row.tax, _plain(row.percent), row.buyer,
            str(row.net.major), str(row.amount.major), found.currency]


def _plain(percent: Decimal) -> str:
    return f"{percent:f}"

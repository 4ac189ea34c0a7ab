"""`flask prices …`: converted prices, and why something costs what it costs."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click
from flask.cli import AppGroup
from rich.progress import Progress

from app.commands.refusals import plain
from app.kernel.errors import NotFound
from app.services.catalogue import finding
from app.services.prices import explain as reasons
from app.services.prices import listing, setting
from app.services.prices.lookup import PriceRow
from app.services.prices.renewal import RenewalReport, renew_converted

group = AppGroup("prices", help="Prices, set and converted.")


@group.command("renew")
def renew() -> None:
    """Let converted prices follow base prices and exchange rates. Safe to repeat."""
    report = _with_progress() if sys.stdout.isatty() else renew_converted()
    listing.refresh()
    click.echo(
        f"{report.added} new, {report.replaced} replaced, {report.closed} ended, {report.kept} kept"
    )
    if report.without_rate:
        raise click.ClickException(
            f"no exchange rate for {', '.join(sorted(report.without_rate))}; run flask fx update"
        )


@group.command("set")
@click.argument("sku")
@click.argument("price_list")
@click.argument("amount", type=click.IntRange(min=0))
@click.argument("currency")
@click.option("--compare-at", type=click.IntRange(min=1), help="The price before, struck through.")
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), help="First day, UTC.")
@click.option("--until", "end", type=click.DateTime(["%Y-%m-%d"]), help="Not from this day on.")
@click.option("--by", default="staff", show_default=True, help="Who says so, for the price log.")
def set_price(  # noqa: PLR0913 - the columns of a price
    sku: str, price_list: str, amount: int, currency: str, compare_at: int | None,
    start: datetime | None, end: datetime | None, by: str,
) -> None:
    """Set SKU's price on PRICE_LIST to AMOUNT (minor units) CURRENCY; the old row is closed."""
    with plain():
        changed = setting.set_price(
            finding.variant(sku), price_list, currency.upper(), amount, compare_at,
            start and start.replace(tzinfo=UTC), end and end.replace(tzinfo=UTC), author=by)
    click.echo("set" if changed else "it is so already")


@group.command("withdraw")
@click.argument("sku")
@click.argument("price_list")
@click.argument("currency")
def withdraw(sku: str, price_list: str, currency: str) -> None:
    """End a set price: the parent list or the conversion answers from here on."""
    with plain():
        ended = setting.withdraw_price(finding.variant(sku), price_list, currency.upper())
    click.echo("ended" if ended else "none was set")


@group.command("explain")
@click.argument("sku")
@click.option("--market", required=True, help="Code of the market: de, us, …")
@click.option("--currency", default=None, help="The market's first currency by default.")
def explain(sku: str, market: str, currency: str | None) -> None:
    """Say what SKU costs in a market, where the price comes from, and what it cost lately."""
    try:
        found = reasons.explain(sku, market.lower(), currency.upper() if currency else None)
    except NotFound as error:
        raise click.ClickException(
            f"no such {'market' if error.code == 'unknown_market' else 'SKU'}"
        ) from None
    if found.price is None:
        raise click.ClickException(f"{sku} has no price in {market}")
    click.echo(_line(found.price))
    for name, value in found.price.derivation.items():
        click.echo(f"  {name}: {value}")
    if found.prior is not None:
        click.echo(f"lowest of the 30 days before: {found.prior.major} {found.prior.currency}")
    for row in found.log:
        click.echo(f"log: {_line(row)}")


def _line(row: PriceRow) -> str:
    until = f"{row.valid_until:%Y-%m-%d %H:%M}" if row.valid_until else "open"
    before = f" instead of {row.compare_at.major}" if row.compare_at else ""
    return (
        f"{row.amount.major} {row.amount.currency}{before}, {row.origin} on list {row.list_code}"
        f" by {row.author or 'unknown'}, {row.valid_from:%Y-%m-%d %H:%M} – {until} UTC"
    )


def _with_progress() -> RenewalReport:
    with Progress(transient=True) as bar:
        task = bar.add_task("prices")
        return renew_converted(
            progress=lambda done, total: bar.update(task, completed=done, total=total)
        )

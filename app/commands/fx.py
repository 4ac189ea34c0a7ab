"""`flask fx …`: exchange rates."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.kernel import period as periods
from app.kernel.money import Money
from app.services.fx import flow, gains
from app.services.fx import status as fx_status
from app.services.prices.renewal import renew_converted

group = AppGroup("fx", help="Exchange rates.")


@group.command("update")
@click.option(
    "--accept", multiple=True, metavar="CURRENCY",
    help="Believe this currency's rate however far it moved.",
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


@group.command("status")
def status() -> None:
    """Show the rate of every currency of the shop and its age. Fails when one is stale."""
    found = fx_status.statuses()
    for one in found:
        if one.rate is None:
            click.echo(f"{one.currency}  no rate")
            continue
        step = "  totals are not rounded to what a card can be charged" if one.step_problem else ""
        old = "  stale" if one.is_stale else ""
        click.echo(f"{one.currency}  1 EUR = {one.rate.value:.8g}  {one.rate.source} "
                   f"{one.rate.as_of}  {one.age_days} days{old}{step}")
    stale = [one.currency for one in found if one.is_stale]
    if stale:
        raise click.ClickException(f"stale: {', '.join(stale)}; flask fx update")


@group.command("gains")
@click.option("--period", "name", required=True, help="2026-11, 2026Q4 or 2026.")
def exchange_gains(name: str) -> None:
    """List what refunds gained or lost by exchange rates: the order's rate against the day's."""
    try:
        found = gains.of_period(periods.read(name))
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    sums: dict[str, Money] = {}
    for one in found:
        gain = one.gain
        base = one.at_order.currency
        if gain is not None:
            sums[base] = sums.get(base, Money.zero(base)) + gain
        click.echo(f"{one.order}  {one.amount.major} {one.amount.currency}  at the order's rate "
                   f"{one.at_order.major}, that day {one.at_refund.major if one.at_refund else '?'}"
                   f" {base}  {'unknown' if gain is None else f'{gain.major:+}'}")
    for base, total in sums.items():
        click.echo(f"{name}: {total.major:+} {base}")
    if not found:
        click.echo(f"{name}: no refunds in foreign currencies")

"""`flask orders`: what staff do until there is a back office."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation

import click
from flask.cli import AppGroup

from app.commands.refusals import plain
from app.kernel.money import Money
from app.kernel.order_state import OrderState
from app.services.cart import abandoned
from app.services.orders import handling, mailing
from app.services.payment import reconciling

group = AppGroup("orders", help="Look at orders and move them on.")


@group.command("show")
@click.argument("number")
def show(number: str) -> None:
    """Where an order stands."""
    with plain():
        for name, value in handling.summary(number).items():
            click.echo(f"{name:10} {value}")


@group.command("left-behind")
@click.option("--hours", default=24, show_default=True, help="Untouched for so many hours.")
def left_behind(hours: int) -> None:
    """Carts that were not finished: last step, pieces, and whom one may write to."""
    for cart in abandoned.abandoned(timedelta(hours=hours)):
        click.echo("\t".join((cart.touched_at.isoformat(timespec="minutes"), str(cart.id),
                              cart.market, cart.language, cart.last_step, str(cart.pieces),
                              cart.email or "-")))


@group.command("mark-paid")
@click.argument("number")
@click.argument("amount")
@click.argument("currency")
@click.option("--by", default="staff", show_default=True, help="Who says so, for the log.")
def mark_paid(number: str, amount: str, currency: str, by: str) -> None:
    """A transfer of AMOUNT (as on the statement, 19.99) CURRENCY has arrived for NUMBER."""
    with plain():
        order = handling.mark_paid(number, money(amount, currency), by)
    if order.state != OrderState.PAID:
        raise click.ClickException(f"not settled: {order.attention or order.state}")
    click.echo(f"{order.number} is paid")


@group.command("ship")
@click.argument("number")
@click.option("--tracking", default="", help="The carrier's number for the parcel.")
def ship(number: str, tracking: str) -> None:
    """The parcel of NUMBER has left; the shopper gets a mail."""
    with plain():
        click.echo(f"{handling.ship(number, tracking).number} is on its way")


@group.command("step")
@click.argument("number")
@click.argument("state", type=click.Choice(["verified", "packed", "cleared", "delivered",
                                            "closed"]))
def advance(number: str, state: str) -> None:
    """Take a step: verified, packed, cleared, delivered, closed."""
    with plain():
        click.echo(f"{handling.advance(number, OrderState(state)).number} is {state}")


@group.command("cancel")
@click.argument("number")
@click.option("--reason", default="by_staff", show_default=True)
def cancel(number: str, reason: str) -> None:
    """Cancel before dispatch: money goes back, goods return to stock."""
    with plain():
        click.echo(f"{handling.cancel(number, reason).number} is cancelled")


@group.command("refund")
@click.argument("number")
@click.option("--amount", default="", help="As written (19.99); all that is left by default.")
@click.option("--currency", default="")
@click.option("--reason", default="goodwill", show_default=True)
def refund(number: str, amount: str, currency: str, reason: str) -> None:
    """Give money back to where it came from."""
    with plain():
        part = money(amount, currency) if amount else None
        asked = handling.refund(number, part, reason)
        click.echo(f"{asked.amount_minor} {asked.currency} (minor units) asked for")


@group.command("resend")
@click.argument("number")
@click.argument("kind", required=False, default="",
                type=click.Choice(["", *sorted(mailing.KINDS)]))
def resend(number: str, kind: str) -> None:
    """Send an order's mail again (by default the one its state calls for)."""
    with plain():
        click.echo(f"{mailing.resend(number, kind)} asked for")


@group.command("expire-unpaid")
def expire_unpaid() -> None:
    """End orders that were not paid in time and free their stock. Safe to run every minute."""
    click.echo(f"{reconciling.expire_unpaid()} expired")


@group.command("reconcile")
def reconcile() -> None:
    """Ask payment providers for everything that is still open."""
    counts = reconciling.reconcile()
    click.echo(", ".join(f"{count} {name}" for name, count in counts.items()))


def money(amount: str, currency: str) -> Money:
    """Major units as people write them. Raises ClickException."""
    try:
        return Money.from_major(Decimal(amount), currency.upper())
    except (InvalidOperation, ValueError) as error:
        raise click.ClickException(f"{amount} {currency} is not an amount") from error



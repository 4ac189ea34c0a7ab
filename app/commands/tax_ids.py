"""`flask tax …` for business buyers: check a number, recheck orders, pay tax back, policy."""

from __future__ import annotations

import getpass

import click

from app.commands.refusals import plain
from app.commands.tax import group
from app.kernel.errors import Invalid
from app.services.tax_ids import flow, numbers, policy, rechecking

__all__ = ["group"]


@group.command("check-id")
@click.argument("number")
@click.option("--country", default="", help="Where the buyer is, for numbers without a prefix.")
@click.option("--asker", default="", help="The seller's own number, for a consultation number.")
def check_id(number: str, country: str, asker: str) -> None:
    """Check a tax id's form and checksum, and ask its register where one is configured."""
    try:
        found = numbers.read(number, country)
    except Invalid as error:
        raise click.ClickException(error.fields["tax_id"]) from None
    click.echo(f"{found.number}: form {'and checksum ' if found.is_checked else ''}right")
    if not found.authority:
        click.echo("no register can be asked about numbers of this country")
        return
    with plain():
        answer = flow.ask(found.key, found.authority, asker)
    click.echo(f"{answer.authority}: {answer.state}  {answer.name}  {answer.address}"
               f"  {answer.consultation}".rstrip())


@group.command("recheck")
def recheck() -> None:
    """Ask again about buyers' numbers that could not be confirmed when they ordered.

    For each that is valid now it says how much tax to pay back; `flask tax credit ORDER` does it.
    """
    found = rechecking.recheck()
    for one in found:
        owed = f"pay back {one.credit.major} {one.credit.currency}: flask tax credit {one.order}"
        click.echo(f"{one.order}  {one.number}  {one.state}{'  ' + owed if one.credit else ''}")
    if not found:
        click.echo("no order waits for its buyer's number")


@group.command("credit")
@click.argument("order")
def credit(order: str) -> None:
    """Pay the tax of ORDER back: its buyer's number has turned out valid. Safe to repeat."""
    with plain():
        refund = rechecking.credit(order, f"command:{getpass.getuser()}")
    click.echo(f"refund {refund.id}: {refund.amount_minor} {refund.currency} (minor units)"
               f" {refund.state}")


@group.command("business")
@click.argument("market")
@click.option("--unproven", type=click.Choice(policy.UNPROVEN),
              help="A number that is not confirmed: taxed as a consumer, or at the origin.")
@click.option("--price", type=click.Choice(policy.PRICES),
              help="A confirmed business, where prices hold tax: pays net, or the price is kept.")
@click.option("--trust", multiple=True, metavar="COUNTRY",
              help="Take this country's numbers by their checksum alone. Repeat for more.")
@click.option("--trust-none", is_flag=True, help="Take no country's numbers unasked.")
def business(market: str, unproven: str | None, price: str | None,
             trust: tuple[str, ...], *, trust_none: bool) -> None:
    """Show or change how MARKET taxes business buyers."""
    trusted = () if trust_none else trust or None
    with plain():
        found = policy.set_policy(market, unproven=unproven, price=price, trusted=trusted)
    click.echo(f"unproven: {found['unproven']}  price: {found['price']}"
               f"  trusted: {' '.join(found['trusted']) or 'none'}")

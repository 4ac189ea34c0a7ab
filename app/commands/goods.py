"""More of `flask catalog …`: customs data, papers, and in which markets a product is sold."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from app.commands.refusals import plain
from app.services import certificates
from app.services.catalogue import customs_codes, customs_data, finding, goods_file, hs_list
from app.services.csv_lines import RowError
from app.services.readiness import reports
from app.services.readiness.finding import Report

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("publish")
@click.argument("code")
@click.option("--market", "codes", multiple=True, help="Only there; all open markets by default.")
def publish(code: str, codes: tuple[str, ...]) -> None:
    """Show the product CODE in every market it is ready for; the others are listed with why.

    Refused while title, description, picture or price is missing, or where no market takes it.
    """
    try:
        with plain():
            refused = reports.publish(finding.product(code), codes)
    except click.ClickException as error:
        cause = error.__cause__
        found = getattr(cause, "params", {}).get("reports")
        if not found:
            raise
        _tell(found)
        raise click.ClickException(f"{code} is not published: no market can sell it yet") from None
    _tell(refused)
    click.echo(f"{code} is published" + (f", but not in {', '.join(refused)}" if refused else ""))


@click.command("hide")
@click.argument("code")
@click.option("--market", required=True, help="Code of the market.")
def hide(code: str, market: str) -> None:
    """Take the product CODE out of one market; `publish CODE --market M` puts it back."""
    with plain():
        reports.hide(finding.product(code), market)
    click.echo(f"{code} is not sold in {market}")


@click.command("hs")
@click.argument("words", nargs=-1)
@click.option("--missing", is_flag=True, help="Propose codes for every SKU that has none.")
@click.option("--most", type=click.IntRange(1, 100), default=10, show_default=True)
def hs(words: tuple[str, ...], missing: bool, most: int) -> None:  # noqa: FBT001 - a flag
    """Find HS 2022 codes by English WORDS ("t-shirt") or by their first digits."""
    if not missing:
        found = hs_list.search(" ".join(words), most)
        for one in found:
            click.echo(f"{one.code:<8}{one.text}")
        if not found:
            raise click.ClickException("nothing in HS 2022 reads like this")
        return
    for sku, name in customs_data.without_code():
        click.echo(f"{sku}: {name}")
        for one in customs_data.proposals(name):
            click.echo(f"    {one.code:<8}{one.text}")


@click.command("customs")
@click.argument("sku")
@click.option("--hs", "hs_code", default="", help="HS code of six to ten digits.")
@click.option("--origin", default="", help="Country of origin, two letters.")
@click.option("--weight", "weight_g", type=click.IntRange(min=1), default=None, help="Grams.")
@click.option("--in", "area", default="",
              help="The HS code is that of this customs area (EU, US) alone; '-' takes it away.")
def customs(sku: str, hs_code: str, origin: str, weight_g: int | None, area: str) -> None:
    """Give SKU its HS code, origin and weight, or the national code of one customs area."""
    if area:
        with plain():
            changed = customs_codes.set_code(sku, area, hs_code.removeprefix("-"))
        click.echo(f"{sku} in {area.upper()} is {'set' if changed else 'as it was'}")
        return
    with plain():
        changed = customs_data.set_customs(sku, hs_code=hs_code, origin=origin,
                                           weight_g=weight_g or 0)
    click.echo(f"{sku} is {'set' if changed else 'as it was'}"
               + (f": {hs_list.text_of(hs_code)}" if hs_code else ""))


@click.command("customs-codes")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load_customs_codes(file: Path) -> None:
    """Set national tariff codes from FILE (CSV: sku, destination, code), all or none."""
    _tell_of_file(file, *customs_codes.load(file))


@click.command("goods")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load_goods(file: Path) -> None:
    """Set what decides tax, duty and delivery of SKUs from FILE, all or none.

    CSV: sku, hs_code, origin, weight_g, length_mm, width_mm, height_mm, tax_category; an empty
    cell leaves things as they are.
    """
    _tell_of_file(file, *goods_file.load(file))


@click.command("maker")
@click.argument("code")
@click.option("--name", default="")
@click.option("--address", default="", help="Postal address on one line.")
@click.option("--email", default="")
def maker(code: str, name: str, address: str, email: str) -> None:
    """Say who made the product CODE and how to reach them."""
    with plain():
        customs_data.set_maker(code, {"name": name, "address": address, "email": email})
    click.echo(f"{code} has its manufacturer")


@click.command("certificate")
@click.argument("sku")
@click.argument("document")
@click.option("--to", "destination", default="*", show_default=True,
              help="Country, EU, or * for everywhere the document is asked for.")
@click.option("--number", default="", help="Its number.")
@click.option("--from", "first", type=DAY, default=None, help="First day; today by default.")
@click.option("--until", "last", type=DAY, default=None, help="Last day; open by default.")
def certificate(sku: str, document: str, destination: str, number: str,  # noqa: PLR0913 - options
                first: datetime | None, last: datetime | None) -> None:
    """Record the licence or certificate DOCUMENT for SKU, so that it may be sold where it must."""
    with plain():
        written = certificates.record(sku, document, destination, number,
                                      first.date() if first else None,
                                      last.date() if last else None)
    click.echo(f"{sku} has {document}" + ("" if written else ", as before"))


def _tell_of_file(file: Path, changed: int, errors: list[RowError]) -> None:
    for error in errors:
        click.echo(str(error), err=True)
    if errors:
        raise click.ClickException(f"{len(errors)} mistakes; nothing was loaded")
    click.echo(f"{file.name}: {changed} set")


def _tell(reports_by_market: dict[str, Report]) -> None:
    for code, report in reports_by_market.items():
        for one in report.blocking:
            click.echo(f"{code}: {one.code}: {one.what}. Mend: {one.mend}", err=True)


EVERY = (publish, hide, hs, customs, load_customs_codes, load_goods, maker, certificate)

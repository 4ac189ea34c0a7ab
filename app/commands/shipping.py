"""`flask shipping …`: rate cards in and out, what a delivery would cost, what is down."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from app.commands.refusals import plain
from app.commands.shipping_words import compared_row, option_row, service_rows
from app.kernel import clock
from app.kernel.address import MILITARY, PO_BOX, Destination
from app.services.json_entries import Refused
from app.services.orders.handling import by_number
from app.services.rates.load import FileReport
from app.services.shipping import asking, carriers, comparing, export, keeping, outages, reading
from app.services.shipping.card_files import KIND_NAMES, import_cards

group = AppGroup("shipping", help="Carriers, rate cards, delivery prices.")
cards = AppGroup("rates", help="Rate cards as CSV.")
group.add_command(cards)
DAY = click.DateTime(formats=["%Y-%m-%d"])
KIND = click.Choice(list(KIND_NAMES))


@group.command("load")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def load(path: Path) -> None:
    """Bring services, boxes, lists of places and cards in step with a file or folder (PATH).

    *.json is a shipping file, rates.csv, surcharges.csv and areas.csv are cards; each is taken
    whole or not at all. Safe to repeat.
    """
    files = [path] if path.is_file() else [*sorted(path.glob("*.json")), *(
        one for name in ("areas", "rates", "surcharges") if (one := path / f"{name}.csv").exists())]
    if not files:
        raise click.ClickException(f"{path} holds no shipping files")
    for file in files:
        if file.suffix == ".json":
            _load_json(file)
        else:
            kind = file.stem if file.stem in KIND_NAMES else "rates"
            _tell(import_cards(file, kind))


def _load_json(file: Path) -> None:
    try:
        kept = keeping.keep(reading.read(file.read_bytes()))
    except Refused as refused:
        for error in refused.errors:
            click.echo(f"{file.name}: {error}", err=True)
        raise click.ClickException(f"{file.name} was not loaded") from None
    for section, counts in kept.counts.items():
        click.echo(f"{section}: {counts['added']} new, {counts['changed']} changed, "
                   f"{counts['unchanged']} the same")


def _tell(report: FileReport) -> None:
    for error in report.errors:
        click.echo(str(error), err=True)
    if report.errors:
        raise click.ClickException(
            f"{len(report.errors)} rows cannot be taken; nothing of {report.file} was loaded")
    click.echo(f"{report.file}: {report.added} new, {report.unchanged} the same")


@group.command("export")
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--on", type=DAY, default=None, help="The cards of a day; today by default.")
def export_file(output: Path | None, on: datetime | None) -> None:
    """Write the shop's shipping as a shipping file. All versions of the cards: rates export."""
    day = on.date() if on else clock.now().date()
    _write(json.dumps(export.shipping_file(day), ensure_ascii=False, indent=1) + "\n", output)


@cards.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=KIND, default="rates", show_default=True)
def import_rates(file: Path, kind: str) -> None:
    """Take a CSV of rates, surcharges or areas: new versions are dated, old ones closed."""
    _tell(import_cards(file, kind))


@cards.command("export")
@click.option("--kind", type=KIND, default="rates", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def export_rates(kind: str, output: Path | None) -> None:
    """Write every version of the cards as CSV; importing it again changes nothing."""
    _write(export.cards_csv(kind), output)


@group.command("show")
@click.argument("service", required=False, default="")
@click.option("--on", type=DAY, default=None, help="Day; today by default.")
def show(service: str, on: datetime | None) -> None:
    """List services and what is down; with a SERVICE its zones, card and surcharges of a day."""
    day: date = on.date() if on else clock.now().date()
    rows = service_rows(service, day)
    if not rows:
        raise click.ClickException(f"there is no service {service!r}")
    for row in rows:
        click.echo(row)
    for outage in outages.open_now() if not service else ():
        click.echo(f"down since {outage.since:%Y-%m-%d %H:%M} UTC: {outage.carrier} "
                   f"{outage.service} {outage.country} {outage.reason}".rstrip())


@group.command("quote")
@click.option("--to", "country", required=True, help="Country of two letters.")
@click.option("--postcode", default="")
@click.option("--region", default="", help="State or province (CA, QC).")
@click.option("--sku", "skus", multiple=True, required=True, help="SKU or SKU:PIECES; repeatable.")
@click.option("--market", default="", help="By default the one that serves the country.")
@click.option("--currency", default="")
@click.option("--kind", type=click.Choice([PO_BOX, MILITARY]), default=None, help="Of address.")
@click.option("--at", default=None, help="Moment in ISO 8601 with its offset; now by default.")
def quote(country: str, postcode: str, region: str, skus: tuple[str, ...], market: str,  # noqa: PLR0913 - an option each
          currency: str, kind: str | None, at: str | None) -> None:
    """Every service for these goods to a place, with the steps of its price, and what is taken."""
    with plain():
        place = Destination(country.upper(), region.upper(), postcode, "", kind or "")
        asked = asking.ask(_pieces(skus), place, _moment(at), market=market,
                           currency=currency.upper())
        for sku, why in asked.held.missing.items():
            click.echo(f"{sku}: {why}", err=True)
        for sku, left in asked.held.short.items():
            click.echo(f"{sku}: only {left} in stock; priced as if there were more", err=True)
        for row in asked.quote.comparison:
            click.echo(compared_row(row))
        for option in asked.quote.options:
            click.echo(option_row(option))
        if not asked.quote.options:
            raise click.ClickException("nothing is offered to this place")


def _pieces(skus: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in skus:
        sku, colon, count = one.rpartition(":")
        if not colon:
            sku, count = one, "1"
        if not count.isascii() or not count.isdecimal() or not int(count):
            raise click.ClickException(f"{one!r} is not SKU or SKU:PIECES")
        found[sku] = found.get(sku, 0) + int(count)
    return found


def _moment(at: str | None) -> datetime:
    if at is None:
        return clock.now()
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        raise click.ClickException(f"{at!r} is not a moment in ISO 8601") from None
    if found.tzinfo is None:
        raise click.ClickException(f"{at!r} says nothing of its offset (+00:00)")
    return found.astimezone(UTC)


@group.command("compare")
@click.argument("order")
def compare(order: str) -> None:
    """The services that were compared when ORDER was made, and what its parcel goes with now."""
    with plain():
        found = by_number(order)
        rows = comparing.comparison(found)
        if not rows:
            raise click.ClickException(f"no comparison was kept with {found.number}")
        country = found.address.get("country", "")
        for row in rows:
            click.echo(compared_row(row, is_down=comparing.is_down(row, country)))
        sent = comparing.service_for(found)
        instead = f" instead of {sent.instead_of}, which is down" if sent.instead_of else ""
        click.echo(f"goes with {sent.service}{instead}")


@group.command("pack")
@click.argument("order")
def pack(order: str) -> None:
    """A plan of which pieces of ORDER go into which carton."""
    with plain():
        for warehouse, plan in asking.packing_plans(by_number(order)).items():
            for box in plan.boxes:
                pieces = ", ".join(f"{count} × {sku}" for sku, count in box.pieces.items())
                click.echo(f"{warehouse}  {box.box}  {box.weight_g} g  {pieces}")
            for sku, count in plan.loose.items():
                click.echo(f"{warehouse}  in its own packaging  {count} × {sku}")


@group.command("down")
@click.argument("carrier")
@click.option("--service", default="", help="Only this service of it.")
@click.option("--to", "country", default="", help="Only its way to this country.")
@click.option("--reason", default="")
def down(carrier: str, service: str, country: str, reason: str) -> None:
    """CARRIER does not work: quotes and shipments pass it over until `up`."""
    with plain():
        is_new = outages.mark_down(carrier, service, country.upper(), reason)
    click.echo(f"{carrier} is down" if is_new else f"{carrier} was down already")


@group.command("up")
@click.argument("carrier")
@click.option("--service", default="")
@click.option("--to", "country", default="")
def up(carrier: str, service: str, country: str) -> None:
    """CARRIER works again; alone, all of its outages end."""
    with plain():
        click.echo(f"{outages.mark_up(carrier, service, country.upper())} outages have ended")


@group.command("carriers")
def list_carriers() -> None:
    """Every carrier with its score, last month's weight and contract."""
    for row in carriers.overview():
        click.echo(row)


@group.command("goods")
@click.argument("sku")
@click.argument("un", required=False, default="")
@click.option("--cell-wh", default="", help="Energy of a cell in Wh (volts × ampere hours).")
@click.option("--battery-wh", default="", help="Energy of the battery in Wh.")
def goods(sku: str, un: str, cell_wh: str, battery_wh: str) -> None:
    """SKU is dangerous goods of the number UN (UN3481); without UN it is harmless."""
    with plain():
        carriers.set_dangerous(sku, un.upper(), cell_wh, battery_wh)
    click.echo(f"{sku} is {un.upper() or 'harmless'}")


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")

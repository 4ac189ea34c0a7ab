"""`flask documents …`: invoices, credit notes and customs papers of orders."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from app.commands.refusals import plain
from app.rules.documents.customs import Package
from app.services.documents import customs, files, issuing, reading
from app.services.markets import LANGUAGES
from app.services.orders.handling import by_number

group = AppGroup("documents", help="Invoices, credit notes and customs papers of orders.")
FORMS = ("pdf", "cii", "ubl")


@group.command("list")
@click.argument("order")
def list_documents(order: str) -> None:
    """Show the papers of ORDER."""
    with plain():
        rows = reading.of_order(by_number(order).id)
    for row in rows:
        click.echo(reading.line(row))


@group.command("issue")
@click.argument("order")
@click.option("--customs", "for_customs", is_flag=True, help="Customs papers as well.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default=customs.LANGUAGE,
              show_default=True, help="Of the customs papers; invoices are in the order's own.")
@click.option("--package", "packages", multiple=True, metavar="WAREHOUSE:GRAMS[:LxWxH]",
              help="A parcel as it was weighed and measured (millimetres); may be given again.")
def issue(order: str, for_customs: bool, language: str, packages: tuple[str, ...]) -> None:  # noqa: FBT001 - a flag
    """Issue what ORDER is due: its invoice, with --customs the papers of parcels that cross a
    border. What is issued already stays as it is."""
    with plain():
        row = by_number(order)
        invoice = issuing.issue_invoice(row.id)
        found = [invoice] if invoice else []
        if for_customs:
            found += customs.issue(row.id, language=language, packages=weighed(packages))
        for document in found:
            files.make(document)
    if not found:
        raise click.ClickException(f"no paper of {order} is due yet")
    for document in found:
        click.echo(reading.line(document))


@group.command("show")
@click.argument("number")
def show(number: str) -> None:
    """Print the frozen content of the paper NUMBER as JSON."""
    with plain():
        document = reading.numbered(number)
    click.echo(json.dumps(document.content, ensure_ascii=False, indent=1))


@group.command("export")
@click.argument("order")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path(),
              help="Folder the files are written to; the present one by default.")
@click.option("--form", type=click.Choice(FORMS), multiple=True, default=FORMS, show_default=True,
              help="PDF, and for sales papers the e-invoice as CII or UBL.")
def export(order: str, folder: Path, form: tuple[str, ...]) -> None:
    """Write every issued paper of ORDER as files."""
    folder.mkdir(parents=True, exist_ok=True)
    with plain():
        for document in reading.of_order(by_number(order).id):
            for one in files.forms_of(document):
                if one in form:
                    path = folder / files.file_name(document, one)
                    path.write_bytes(files.read(document, one))
                    click.echo(str(path))


@group.command("declaration")
@click.argument("order")
@click.option("--format", "shape", type=click.Choice(["json", "csv"]), default="json",
              show_default=True)
def declaration(order: str, shape: str) -> None:
    """Print the export declaration data of ORDER's customs papers. Holds numbers that are sent to
    customs and carriers only (IOSS, VOEC)."""
    with plain():
        found = customs.export_data(by_number(order).id)
    if shape == "csv":
        click.echo(customs.as_csv(found), nl=False)
    else:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))


def weighed(given: tuple[str, ...]) -> dict[str, list[Package]]:
    """Parcels by warehouse, as typed. Raises ClickException."""
    found: dict[str, list[Package]] = {}
    for text in given:
        warehouse, _colon, rest = text.partition(":")
        grams, _colon, sides = rest.partition(":")
        parts = [side for side in sides.lower().split("x") if side]
        if not grams.isdecimal() or len(parts) not in {0, 3} or not all(
            part.isdecimal() for part in parts
        ):
            raise click.ClickException(f"{text} is not WAREHOUSE:GRAMS or WAREHOUSE:GRAMS:LxWxH")
        found.setdefault(warehouse, []).append(Package(int(grams), *map(int, parts)))
    return found

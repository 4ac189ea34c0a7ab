"""flask catalog …: bring catalogues in from other shops and take ours out."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TextIO

import click
from flask.cli import AppGroup, with_appcontext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.commands import goods, products
from app.services.imports import export as exporting
from app.services.imports import running, shopify, woocommerce
from app.services.imports.entries import ERROR, RowNote
from app.services.imports.reading import Unreadable
from app.services.imports.target import Unprepared, shop_target

SHOWN = 40
group = AppGroup("catalog", help="Bring catalogues in and out; publish, move, rename, delete.")
for command in (*products.EVERY, *goods.EVERY):
    if command.callback is not None:
        command.callback = with_appcontext(command.callback)
    group.add_command(command)


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """What both imports can be told."""
    for decorate in (
        click.option("--report", type=click.Path(dir_okay=False, path_type=Path),
                     help="Write every line of the report to this CSV file."),
        click.option("--untracked-stock", type=click.IntRange(min=0), default=0, show_default=True,
                     help="Pieces on hand for what the other shop sells without counting."),
        click.option("--warehouse", default="",
                     help="Code of the warehouse; the first by default."),
        click.option("--language", default="en", show_default=True,
                     help="Language of the texts in the file."),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = decorate(command)
    return command


@group.command("import-shopify")
@_options
def import_shopify(file: Path, language: str, warehouse: str, untracked_stock: int,
                   report: Path | None) -> None:
    """Import the products of a Shopify export. Safe to run again: what is the same stays."""
    _import(file, shopify, language, warehouse, untracked_stock, report)


@group.command("import-woocommerce")
@_options
def import_woocommerce(file: Path, language: str, warehouse: str, untracked_stock: int,
                       report: Path | None) -> None:
    """Import the products of a WooCommerce export. Safe to run again: what is the same stays."""
    _import(file, woocommerce, language, warehouse, untracked_stock, report)


@group.command("export")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path),
              help="File to write; the standard output by default.")
@click.option("--language", default="en", show_default=True)
@click.option("--warehouse", default="", help="Whose stock; the first warehouse by default.")
def export(output: Path | None, language: str, warehouse: str) -> None:
    """Write the catalogue in Shopify's format."""
    try:
        target = shop_target(language, warehouse)
    except Unprepared as error:
        raise click.ClickException(str(error)) from error
    if output is None:
        exporting.export(sys.stdout, target)
        return
    with output.open("w", encoding="utf-8", newline="") as file, _bar("Exporting") as progress:
        count = exporting.export(file, target, progress)
    click.echo(f"{count} products written to {output}")


def _import(  # noqa: PLR0913 - the options of the commands
    path: Path, format_: ModuleType, language: str, warehouse: str, untracked_stock: int,
    report: Path | None,
) -> None:
    shown: list[RowNote] = []
    try:
        target = shop_target(language, warehouse, untracked_stock)
        with _report(report) as write, _bar("Importing") as progress:

            def note(row: RowNote) -> None:
                write(row)
                if len(shown) < SHOWN:
                    shown.append(row)

            summary = running.run(path, format_, target, running.Watch(note, progress))
    except (Unprepared, Unreadable) as error:
        raise click.ClickException(str(error)) from error
    for row in shown:
        click.echo(_line(row), err=row.kind == ERROR)
    rest = sum(summary.notes.values()) - len(shown)
    if rest > 0:
        click.echo(f"… and {rest} more lines" + ("" if report else " (see them with --report)"))
    words = ("created", "updated", "unchanged", "skipped", "failed")
    click.echo(", ".join(f"{summary.products[word]} {word}" for word in words))
    if summary.failed:
        raise click.ClickException(f"{summary.notes[ERROR]} rows could not be imported; the rest is"
                                   " in the shop. Correct them and import the file again.")


def _line(row: RowNote) -> str:
    place = f"line {row.line}" + (f", {row.column}" if row.column else "")
    return f"{row.kind}: {place}: {row.reason}" + (f" ({row.product})" if row.product else "")


@contextmanager
def _report(path: Path | None) -> Iterator[Callable[[RowNote], None]]:
    if path is None:
        yield lambda row: None
        return
    file: TextIO
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("kind", "line", "column", "reason", "product"))
        yield lambda row: writer.writerow(
            (row.kind, row.line, row.column, row.reason, row.product)
        )


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, silence elsewhere."""
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

"""`flask markets …`: set them up from a file, ask what they lack, open and close them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from app.commands.refusals import plain
from app.kernel.errors import Conflict, NotFound
from app.services.json_entries import Refused
from app.services.market_files import export as exporting
from app.services.market_files import loading
from app.services.readiness import reports
from app.services.readiness.finding import Finding, Report

group = AppGroup("markets", help="Markets with their countries, sellers, lists, warehouses.")


@group.command("readiness")
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def readiness(code: str | None, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Say what is missing before goods may be sold in the market CODE (all markets)."""
    with plain():
        found = [reports.report(one) for one in ([code] if code else reports.every_market())]
    if as_json:
        click.echo(json.dumps([_plain(one) for one in found], ensure_ascii=False, indent=1))
    else:
        for one in found:
            _show(one)
    if not all(one.is_ready for one in found):
        raise click.exceptions.Exit(1)


@group.command("open")
@click.argument("code")
@click.option("--anyway", is_flag=True, help="Open it though something blocks.")
def open_market(code: str, anyway: bool) -> None:  # noqa: FBT001 - a flag
    """Open the market CODE; refused with the list of what is missing."""
    try:
        found = reports.open_market(code, anyway=anyway)
    except Conflict as error:
        _list(error.params["findings"])
        raise click.ClickException(f"{code} stays closed") from None
    except NotFound as error:
        raise click.ClickException(f"{error.code} ({code})") from None
    _list(found.blocking)
    click.echo(f"{code} is open")


@group.command("close")
@click.argument("code")
def close_market(code: str) -> None:
    """Close the market CODE: its pages are gone until it opens again."""
    with plain():
        reports.close_market(code)
    click.echo(f"{code} is closed")


@group.command("load")
@click.argument("file", type=click.File("rb"))
def load(file: BinaryIO) -> None:
    """Bring sellers, price lists, warehouses and markets in step with FILE (docs/markets.md).

    The whole file or nothing of it. Safe to repeat.
    """
    try:
        kept = loading.load(file.read())
    except Refused as error:
        for row in error.errors:
            click.echo(str(row), err=True)
        raise click.ClickException(f"{len(error.errors)} mistakes; nothing was loaded") from None
    for word in ("added", "changed", "unchanged"):
        for section, codes in getattr(kept.entries, word).items():
            click.echo(f"{section}: {len(codes)} {word} ({', '.join(codes)})")
    for report in kept.not_ready:
        state = "closed" if report.market in kept.closed else "open"
        click.echo(f"{report.market} is {state}, and not ready:", err=True)
        _list(report.blocking)


@group.command("export")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path),
              help="File to write; the standard output by default.")
def export(output: Path | None) -> None:
    """Write everything `load` reads. Loading it again changes nothing."""
    text = json.dumps(exporting.export(), ensure_ascii=False, indent=1)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")


def _plain(report: Report) -> dict[str, object]:
    return {"market": report.market, "ready": report.is_ready,
            "findings": [asdict(one) for one in report.findings]}


def _show(report: Report) -> None:
    state = "ready" if report.is_ready else f"{len(report.blocking)} things block"
    table = Table("", "code", "what is missing", "how to mend it", show_lines=True,
                  title=f"{report.market}: {state}", title_justify="left", expand=True)
    for one in report.findings:
        table.add_row(one.severity, one.code, one.what, one.mend)
    console = Console(width=None if Console().is_terminal else 160)
    console.print(table if report.findings else f"{report.market}: ready")


def _list(findings: tuple[Finding, ...]) -> None:
    for one in findings:
        click.echo(f"{one.code}: {one.what}. Mend: {one.mend}", err=True)

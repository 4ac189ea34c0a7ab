"""`flask quote …`: ask the engines a question from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

import click
from flask.cli import AppGroup

from app.commands.refusals import plain
from app.services import quote_explaining
from app.services.quote_explaining import Explained
from app.services.scenarios.fields import Refused
from app.services.scenarios.solve import solve as solve_cases

group = AppGroup("quote", help="Ask the quote engine without a cart.")


@group.command("solve")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--explain", is_flag=True, help="Add rule, rate, date and source of every figure.")
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="Write the answers here instead of the terminal.")
def solve(file: TextIO, explain: bool, output: Path | None) -> None:  # noqa: FBT001 - a flag
    """Answer the cases of FILE (JSON; - reads the standard input). Nothing is stored."""
    try:
        answers = solve_cases(json.load(file), explain=explain)
    except json.JSONDecodeError as error:
        raise click.ClickException(f"the file is not JSON: {error}") from None
    except Refused as error:
        raise click.ClickException(str(error)) from None
    text = json.dumps(answers, ensure_ascii=False, indent=1)
    if output is not None:
        output.write_text(text + "\n", encoding="utf-8")
    else:
        click.echo(text)
    failed = [name for name, answer in answers.items() if "error" in answer]
    if failed:
        raise click.ClickException(f"cases that cannot be read: {', '.join(failed)}")


@group.command("explain")
@click.argument("order", required=False, default="")
@click.option("--sku", default="", help="One article instead of an order.")
@click.option("--to", default="", help="Country it goes to, two letters.")
@click.option("--market", default="", help="The market that serves the country by default.")
@click.option("--quantity", type=click.IntRange(1, 999), default=1, show_default=True)
@click.option("--postcode", default="")
@click.option("--region", default="", help="State or province: CA, QC.")
@click.option("--currency", default="", help="The market's first by default.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def explain(order: str, sku: str, to: str, market: str, quantity: int, postcode: str,  # noqa: PLR0913 - options
            region: str, currency: str, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Say why the ORDER, or an article (--sku … --to …), costs what it costs: every figure with
    its rule, rate, date and source."""
    if bool(order) == bool(sku) or (sku and not to):
        raise click.UsageError("give the number of an order, or --sku and --to")
    with plain():
        found = quote_explaining.of_order(order) if order else quote_explaining.of_sku(
            sku, to.upper(), market, quantity, postcode, region, currency)
    if as_json:
        click.echo(json.dumps(
            {"currency": found.currency, "sums": found.sums, "problems": found.problems,
             "why": found.why}, ensure_ascii=False, indent=1))
    else:
        _tell(found)


def _tell(found: Explained) -> None:
    for name, minor in found.sums.items():
        click.echo(f"{name:<14}{minor:>12} {found.currency}")
    for code in found.problems:
        click.echo(f"problem: {code}")
    for why in found.why:
        rate = f"  {why['rate']}" if why["rate"] else ""
        day = f"  since {why['day']}" if why["day"] else ""
        click.echo(f"\n{why['figure']}: {why['rule']}{rate}{day}")
        params = {key: value for key, value in why["params"].items() if value}
        if params:
            click.echo("  " + ", ".join(f"{key}={value}" for key, value in params.items()))
        if why["source"] or why["confidence"]:
            click.echo(f"  source: {why['source'] or '-'} ({why['confidence'] or 'not rated'})")

"""`flask quote …`: ask the engines a question from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

import click
from flask.cli import AppGroup

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

"""`flask words`: the interface in the merchant's own words."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.commands.refusals import plain
from app.services import wording

group = AppGroup("words", help="Words of the interface in your own wording.")


@group.command("set")
@click.argument("language")
@click.argument("message")
@click.argument("text")
def set_text(language: str, message: str, text: str) -> None:
    """Say MESSAGE (its English words, as in translations/) as TEXT in LANGUAGE.

    \b
    flask words set de "Add to cart" "In den Korb"
    """
    with plain():
        wording.set_text(language, message, text)


@group.command("forget")
@click.argument("language")
@click.argument("message")
def forget(language: str, message: str) -> None:
    """Say MESSAGE as the catalogue does again."""
    if not wording.forget(language, message):
        raise click.ClickException("nothing was said differently")


@group.command("list")
def list_all() -> None:
    """What is said differently: language, message, text."""
    for (language, message), text in sorted(wording.own_words().items()):
        click.echo(f"{language}\t{message}\t{text}")

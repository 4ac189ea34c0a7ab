"""`flask pages …`: the words of a page."""

from __future__ import annotations

from typing import TextIO

import click
from flask.cli import AppGroup

from app.commands.refusals import plain
from app.services import content_writing

group = AppGroup("pages", help="Pages of words: imprint, terms, privacy, …")


@group.command("set")
@click.argument("code")
@click.argument("language")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--title", default="", help="The first line, without its #, by default.")
@click.option("--footer", default="", help="Group of the footer that links to it: shop, help, "
                                           "legal.")
def set_page(code: str, language: str, file: TextIO, title: str, footer: str) -> None:
    """Write the page CODE in LANGUAGE from FILE (Markdown; - reads the standard input)."""
    body = file.read().strip()
    if not title and body.startswith("# "):
        title, _newline, body = body[2:].partition("\n")
    with plain():
        content_writing.set_page(code, language, title.strip() or code.title(), body.strip(),
                                 footer)
    click.echo(f"{code} is written in {language}")

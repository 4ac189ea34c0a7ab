"""More of `flask catalog …`: what a merchant does with one product, shelf, tag or menu place."""

from __future__ import annotations

import click

from app.commands.refusals import plain
from app.services import content
from app.services.catalogue import category_tree, editing, finding, tags

CODE = click.argument("code")


@click.command("unpublish")
@CODE
@click.option("--reason", default="", help="Why, for the record.")
def unpublish(code: str, reason: str) -> None:
    """Take the product CODE off sale."""
    with plain():
        editing.unpublish(finding.product(code), reason)
    click.echo(f"{code} is off sale")


@click.command("delete")
@CODE
@click.confirmation_option(prompt="Delete it with its prices and stock?")
def delete(code: str) -> None:
    """Delete the product CODE; one that was ordered can only be taken off sale."""
    with plain():
        editing.delete(finding.product(code))
    click.echo(f"{code} is gone")


@click.command("schedule")
@CODE
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day on sale, UTC.")
@click.option("--until", "last", type=click.DateTime(["%Y-%m-%d"]), help="Off sale from this day.")
def schedule(code: str, first: object, last: object) -> None:
    """Put the product CODE on sale between two days; without a day that end is open."""
    with plain():
        editing.schedule(finding.product(code), first, last)  # type: ignore[arg-type] # click's
    click.echo(f"{code} is scheduled")


@click.command("address")
@CODE
@click.argument("language")
@click.argument("slug")
def address(code: str, language: str, slug: str) -> None:
    """Give CODE another address in LANGUAGE; the old one answers 301 from now on."""
    with plain():
        editing.change_slug(finding.product(code), language, slug)
    click.echo(f"{code} is at {slug}")


@click.command("move-category")
@CODE
@click.argument("parent", required=False, default="")
def move_category(code: str, parent: str) -> None:
    """Put the category CODE under PARENT, or at the top. Three levels at most."""
    with plain():
        category_tree.move_category(
            finding.category(code), finding.category(parent) if parent else None)
    click.echo(f"{code} is moved")


@click.command("rename-category")
@CODE
@click.argument("language")
@click.argument("name")
def rename_category(code: str, language: str, name: str) -> None:
    """Give the category CODE another name in LANGUAGE; its address follows."""
    with plain():
        words = category_tree.CategoryWords(name=name, slug=name)
        category_tree.rename_category(finding.category(code), {language: words})
    click.echo(f"{code} is {name}")


@click.command("delete-category")
@CODE
@click.option("--into", default="", help="Where its products go.")
def delete_category(code: str, into: str) -> None:
    """Delete the category CODE; it must have no categories below it."""
    with plain():
        category_tree.delete_category(
            finding.category(code), finding.category(into) if into else None)
    click.echo(f"{code} is gone")


@click.command("add-tag")
@click.argument("label")
@click.option("--language", default="en", show_default=True)
def add_tag(label: str, language: str) -> None:
    """Add a word to the vocabulary; one that means what another means is refused."""
    with plain():
        tags.add_tag({language: label})
    click.echo(f"{label} is a tag")


@click.command("add-to-menu")
@click.argument("kind", type=click.Choice(["category", "page"]))
@CODE
def add_to_menu(kind: str, code: str) -> None:
    """Give a category or page the next of the seven places of the main menu."""
    with plain():
        place = content.add_to_menu(kind, finding.subject(kind, code))
    click.echo(f"{code} has place {place}")


EVERY = (unpublish, delete, schedule, address, move_category, rename_category,
         delete_category, add_tag, add_to_menu)

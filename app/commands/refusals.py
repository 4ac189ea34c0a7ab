"""How a command says no: one line and a non-zero exit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.kernel.errors import ShopError


@contextmanager
def plain() -> Iterator[None]:
    """A refusal of the shop as one line for the terminal."""
    try:
        yield
    except ShopError as error:
        details = ", ".join(f"{key}={value}" for key, value in error.params.items())
        raise click.ClickException(f"{error.code}{f' ({details})' if details else ''}") from error

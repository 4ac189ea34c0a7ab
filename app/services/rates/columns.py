"""Cells of the rate tables: one reader per kind of column, raising ValueError with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.kernel.currency import is_known

Reader = Callable[[str], Any]


def text(longest: int = 2000) -> Reader:
    """Any words up to a length."""

    def read(cell: str) -> str:
        if len(cell) > longest:
            raise ValueError(f"is longer than {longest} characters")
        return cell

    return read


def needed(reader: Reader) -> Reader:
    """The same, but not empty."""

    def read(cell: str) -> Any:
        if not cell:
            raise ValueError("is empty")
        return reader(cell)

    return read


def one_of(*words: str) -> Reader:
    """One of these words ('' must be named to be allowed)."""

    def read(cell: str) -> str:
        if cell not in words:
            known = ", ".join(word or "empty" for word in words)
            raise ValueError(f"{cell!r} is not one of {known}")
        return cell

    return read


def shaped(pattern: str, meaning: str) -> Reader:
    """Text of a fixed shape; `meaning` says in words what was expected."""
    shape = re.compile(pattern)

    def read(cell: str) -> str:
        if not shape.fullmatch(cell):
            raise ValueError(f"{cell!r} is not {meaning}")
        return cell

    return read


def currency(cell: str) -> str:
    """A currency of ISO 4217, or ''."""
    if cell and not is_known(cell):
        raise ValueError(f"{cell!r} is not a currency of ISO 4217")
    return cell


def number(cell: str) -> Decimal:
    """An exact number that is not negative: a percentage or an exchange rate."""
    try:
        value = Decimal(cell)
    except InvalidOperation:
        raise ValueError(f"{cell!r} is not a number") from None
    if not value.is_finite() or value < 0:
        raise ValueError(f"{cell!r} is not a number of zero or more")
    return value


def number_or(default: str) -> Reader:
    """The same; an empty cell means `default`."""
    return lambda cell: number(cell or default)


def above_zero(cell: str) -> Decimal:
    """An exact number greater than zero."""
    value = number(cell)
    if not value:
        raise ValueError("must be greater than zero")
    return value


def whole(cell: str) -> int:
    """A whole number of zero or more: minor units, days."""
    if not cell.isdecimal() or not cell.isascii():
        raise ValueError(f"{cell!r} is not a whole number")
    return int(cell)


def step(cell: str) -> int:
    """A whole number of one or more: what amounts are rounded to."""
    value = whole(cell)
    if not value:
        raise ValueError("must be one or more")
    return value


def maybe_whole(cell: str) -> int | None:
    """A whole number, or nothing."""
    return whole(cell) if cell else None


def day(cell: str) -> date:
    """A date as 2026-07-01."""
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not a date like 2026-07-01") from None


def maybe_day(cell: str) -> date | None:
    """A date, or nothing: open."""
    return day(cell) if cell else None


def yes_no(cell: str) -> bool:
    """yes or no; empty is no."""
    if cell not in {"yes", "no", ""}:
        raise ValueError(f"{cell!r} is neither yes nor no")
    return cell == "yes"

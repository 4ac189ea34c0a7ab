"""Entries of a JSON file that somebody gives: their shape, every mistake with its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class PlaceError:
    """Where in the file (`markets[2].countries[1]`), and what is wrong with it."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class Refused(Exception):
    """The file cannot be taken; nothing of it was."""

    def __init__(self, errors: list[PlaceError]) -> None:
        self.errors = errors
        super().__init__("; ".join(map(str, errors)))


def parsed(content: str | bytes) -> object:
    """What the JSON says; bytes are UTF-8. Raises Refused."""
    try:
        found: object = json.loads(content)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}"
        raise Refused([PlaceError(place, f"is not JSON: {error.msg}")]) from None
    except UnicodeDecodeError as error:
        raise Refused([PlaceError(f"byte {error.start + 1}", "is not UTF-8")]) from None
    return found


def sound(kind: type[M], plain: object, mistakes: Callable[[M], Iterable[PlaceError]]) -> M:
    """The entries as `kind`, where neither their shape nor `mistakes` has anything against them.

    raises  Refused  with every mistake of the shape, else with every one of the content
    """
    try:
        file = kind.model_validate(plain)
    except ValidationError as error:
        raise Refused([_of_shape(one) for one in error.errors()]) from None
    if errors := list(mistakes(file)):
        raise Refused(errors)
    return file


def _of_shape(one: Any) -> PlaceError:
    place = ""
    for part in one["loc"]:
        if isinstance(part, int):
            place += f"[{part + 1}]"
        elif part not in {"DatedRegistration", "constrained-str", "function-after"}:
            place += f".{part}" if place else str(part)
    reason = one["msg"].removeprefix("Value error, ")
    if one["type"] == "extra_forbidden":
        reason = "is not a field of this entry"
    return PlaceError(place or "the file", reason[:1].lower() + reason[1:])

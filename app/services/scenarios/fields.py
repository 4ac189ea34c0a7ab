"""Reading a case: every field is taken by name and kind, and what nobody took is an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from app.kernel.currency import is_known

T = TypeVar("T")


class Refused(ValueError):
    """The case cannot be read: a field is unknown, missing or of another kind."""


class Unsupported(ValueError):
    """The case can be read but asks what the engines do not know."""


class Fields:
    """The members of an object in a case. `place` names it in errors ("seller", "lines.0")."""

    def __init__(self, value: Any, place: str = "") -> None:
        if not isinstance(value, Mapping):
            raise Refused(f"{place or 'input'} is not an object")
        self._left = dict(value)
        self._place = place

    def has(self, name: str) -> bool:
        """The field is there (and not yet taken), and not null."""
        return self._left.get(name) is not None

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number: minor units, pieces, grams, days."""
        value = self._take(name, default)
        if type(value) is not int:
            raise self._wrong(name, "a whole number")
        return value

    def maybe_whole(self, name: str) -> int | None:
        """A whole number, or nothing."""
        return self.whole(name) if self.has(name) else self._left.pop(name, None)

    def number(self, name: str, default: str | None = None) -> Decimal:
        """An exact number, written as a string or a whole number; never a binary fraction."""
        value = self._take(name, default)
        if type(value) is not int and not isinstance(value, str):
            raise self._wrong(name, "a decimal string")
        try:
            found = Decimal(value)
        except InvalidOperation:
            raise self._wrong(name, "a number") from None
        if not found.is_finite():
            raise self._wrong(name, "a number")
        return found

    def maybe_number(self, name: str) -> Decimal | None:
        """An exact number, or nothing."""
        return self.number(name) if self.has(name) else self._left.pop(name, None)

    def text(self, name: str, default: str | None = None, one_of: Sequence[str] = ()) -> str:
        """Words, if wanted one of a few."""
        value = self._take(name, default)
        if not isinstance(value, str):
            raise self._wrong(name, "text")
        if one_of and value not in one_of:
            raise self._wrong(name, f"one of {', '.join(word for word in one_of if word)}")
        return value

    def currency(self, name: str, default: str | None = None) -> str:
        """A currency of ISO 4217."""
        value = self.text(name, default)
        if not is_known(value):
            raise self._wrong(name, "a currency of ISO 4217")
        return value

    def yes(self, name: str, default: bool = False) -> bool:  # noqa: FBT001, FBT002 - a default
        """True or false."""
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def day(self, name: str, default: str | None = None) -> date:
        """A date like 2026-11-21."""
        try:
            return date.fromisoformat(self.text(name, default))
        except ValueError:
            raise self._wrong(name, "a date like 2026-11-21") from None

    def peek_day(self, name: str) -> date:
        """A date that is read again later."""
        kept = self._left.get(name)
        found = self.day(name)
        self._left[name] = kept
        return found

    def moment(self, name: str) -> datetime:
        """An aware moment in ISO 8601."""
        try:
            found = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise self._wrong(name, "a moment in ISO 8601") from None
        if found.tzinfo is None:
            raise self._wrong(name, "a moment with its offset")
        return found

    def items(self, name: str, *, needed: bool = False) -> Sequence[Any]:
        """A list; an empty one when it is not there."""
        value = self._take(name, None if needed else [])
        if not isinstance(value, list):
            raise self._wrong(name, "a list")
        return value

    def inside(self, name: str, default: Mapping[str, Any] | None = None) -> Fields:
        """The object of this name."""
        return Fields(self._take(name, default), self._named(name))

    def each(self, name: str, *, needed: bool = False) -> list[Fields]:
        """The objects of a list."""
        return [Fields(item, f"{self._named(name)}.{i}")
                for i, item in enumerate(self.items(name, needed=needed))]

    def any_of(self, *names: str) -> str:
        """The first of these names that is there, or ''."""
        return next((name for name in names if self.has(name)), "")

    def names(self) -> list[str]:
        """The names that are left."""
        return list(self._left)

    def peek(self, name: str) -> Any:
        """A field that stays to be read, of whatever kind."""
        return self._left.get(name)

    def rest_of(self, name: str) -> Any:
        """A field as it is, of whatever kind."""
        return self._left.pop(name, None)

    def rest(self) -> Mapping[str, Any]:
        """Everything that is left: an object whose members are data themselves."""
        found, self._left = self._left, {}
        return found

    def end(self) -> None:
        """Nothing may be left. Raises Refused with the names of what is."""
        if self._left:
            raise Refused("unknown field " + ", ".join(self._named(name) for name in self._left))

    def _take(self, name: str, default: Any) -> Any:
        value = self._left.pop(name, None)
        if value is None:
            value = default
        if value is None:
            raise Refused(f"{self._named(name)} is missing")
        return value

    def _named(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def _wrong(self, name: str, wanted: str) -> Refused:
        return Refused(f"{self._named(name)} is not {wanted}")

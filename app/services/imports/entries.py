"""What a file says, product by product, before anything is looked up in the shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.services.catalogue.drafts import (
    AttributeDraft,
    BrandDraft,
    OptionDraft,
    TextDraft,
    VariantDraft,
)

ERROR, NOTE, SKIPPED = "error", "note", "skipped"


@dataclass(frozen=True, slots=True)
class RowNote:
    """A line of the report. kind: error (the product was not imported), skipped (on purpose),
    note (imported, but something is worth knowing). column is the file's own name, or ""."""

    kind: str
    line: int
    column: str
    reason: str
    product: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a file goes and how it is to be read.

    columns         our names of the columns the file has
    headers         our name -> the file's name, for the report
    untracked_stock pieces on hand for what the other shop did not count
    weight_unit, length_unit  of columns that name no unit of their own
    """

    language: str
    list_code: str
    currency: str
    warehouse_id: int
    comma_decimals: bool = False
    untracked_stock: int = 0
    columns: frozenset[str] = frozenset()
    headers: dict[str, str] = field(default_factory=dict)
    weight_unit: str = "kg"
    length_unit: str = "cm"


@dataclass(frozen=True, slots=True)
class Entry:
    """One product of a file.

    state        published, draft or archived: what the file wants it to be
    categories   paths of names from the top, the main one first; None: the file has no such column
    images       (address, alt) in order; variant_images: SKU -> address
    """

    line: int
    code: str
    text: TextDraft
    variants: tuple[VariantDraft, ...]
    state: str
    brand: BrandDraft | None = None
    categories: tuple[tuple[str, ...], ...] | None = None
    tags: tuple[str, ...] | None = None
    attributes: tuple[AttributeDraft, ...] | None = None
    options: tuple[OptionDraft, ...] = ()
    images: tuple[tuple[str, str], ...] | None = None
    variant_images: dict[str, str] = field(default_factory=dict)
    keeps_other_categories: bool = False


@dataclass(frozen=True, slots=True)
class Together:
    """Products (by SKU) that the other shop sells as a group: here they are related."""

    line: int
    name: str
    skus: tuple[str, ...]


class Findings:
    """What is wrong with or worth knowing about one product of a file, collected while reading."""

    def __init__(self, product: str, target: Target) -> None:
        self.notes: list[RowNote] = []
        self._product, self._target = product, target

    @property
    def failed(self) -> bool:
        """True when the product cannot be imported."""
        return any(note.kind == ERROR for note in self.notes)

    def error(self, line: int, column: str, reason: str) -> None:
        """The product cannot be imported."""
        self._add(ERROR, line, column, reason)

    def note(self, line: int, column: str, reason: str) -> None:
        """It can, but this is worth knowing."""
        self._add(NOTE, line, column, reason)

    def skip(self, line: int, column: str, reason: str) -> None:
        """It is left out on purpose."""
        self._add(SKIPPED, line, column, reason)

    def _add(self, kind: str, line: int, column: str, reason: str) -> None:
        header = self._target.headers.get(column, column)
        self.notes.append(RowNote(kind, line, header, reason, self._product))


def words_of(list_: str) -> tuple[str, ...]:
    """The words of a comma list, each once; "\\," is a comma within a word."""
    parts = list_.replace("\\,", "\0").split(",")
    return tuple(dict.fromkeys(word for part in parts if (word := part.replace("\0", ",").strip())))


def path_of(words: str) -> tuple[str, ...]:
    """"A > B" as names from the top."""
    return tuple(name for part in words.replace("->", ">").split(">") if (name := part.strip()))


def unguarded(words: str) -> str:
    """Without the apostrophe spreadsheets put before what would be a number or a formula."""
    return words[1:] if words.startswith("'") and words[1:2] in set("=+-@0123456789") else words


def first(rows: Sequence[str]) -> str:
    """The first that is not empty, or ""."""
    return next((row for row in rows if row), "")

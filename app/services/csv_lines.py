"""Lines of a CSV file that somebody gives: every mistake with its line and column."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

Line = tuple[int, dict[str, str]]
"""Its number and its cells by column, without blanks around them."""


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a file was not taken. Lines count from 1, the header is line 1; column '' is the row."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place}: {self.column} {self.reason}" if self.column else f"{place}: {self.reason}"


def read(path: Path, needed: Collection[str],
         optional: Collection[str] = ()) -> tuple[list[Line], list[RowError]]:
    """The lines of a UTF-8 file with a header, and what is wrong with its form.

    needed, optional  its columns; one that is left out has empty cells, any other is a mistake
    """
    lines: list[Line] = []
    errors: list[RowError] = []
    every = (*needed, *(name for name in optional if name not in needed))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            names = reader.fieldnames or ()
            errors += [RowError(path.name, 1, name, "is missing")
                       for name in needed if name not in names]
            errors += [RowError(path.name, 1, name, "is not a column of this file")
                       for name in names if name not in every]
            for cells in reader if not errors else ():
                if None in cells or None in cells.values():
                    errors.append(RowError(path.name, reader.line_num, "",
                                           "has more or fewer cells than the header"))
                    continue
                lines.append((reader.line_num,
                              {name: cells.get(name, "").strip() for name in every}))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        errors.append(RowError(path.name, 0, "", f"cannot be read: {error}"))
    return lines, errors

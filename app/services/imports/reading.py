"""CSV files as people have them: any of three encodings, three delimiters, old and new headers.

A file is read once, row by row, and its rows are laid down in a temporary file by product, so
that rows of one product may stand anywhere and memory stays small however long the file is.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ENCODINGS = ("utf-8-sig", "cp1252")
DELIMITERS = ",;\t"
LONGEST_CELL = 2_000_000
Columns = Mapping[str, Sequence[str]]  # our name of a column -> names it goes by


class Unreadable(Exception):
    """A file that cannot be imported at all; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `cells` are stripped, by our names; columns a file lacks are ""."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record that cannot be read."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file whose form has been found out.

    comma_decimals  "1.234" means one thousand two hundred and thirty-four
    names           our column name, or the header as it stands for columns nobody knows
    """

    path: Path
    encoding: str
    delimiter: str
    names: tuple[str, ...]
    headers: tuple[str, ...]

    @property
    def comma_decimals(self) -> bool:
        """Files with semicolons come from places that write decimal commas."""
        return self.delimiter == ";"

    def rows(self) -> Iterator[Row | BadRow]:
        """Every record that is not empty, with the line it begins on."""
        csv.field_size_limit(LONGEST_CELL)
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=False)
            line = 1
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield BadRow(line, f"not readable as CSV ({error})")
                    line = reader.line_num + 1
                    continue
                if line > 1 and any(cell.strip() for cell in cells):
                    yield self._row(line, cells)
                line = reader.line_num + 1

    def _row(self, line: int, cells: Sequence[str]) -> Row | BadRow:
        if len(cells) > len(self.names) and any(cell.strip() for cell in cells[len(self.names):]):
            return BadRow(line, f"{len(cells)} cells, but the header has {len(self.names)}")
        named = zip(self.names, cells, strict=False)
        return Row(line, {name: cell.replace("\0", "").strip() for name, cell in named
                          if cell.strip()})


def open_sheet(path: Path, columns: Columns, needed: Iterable[str]) -> Sheet:
    """Find out encoding, delimiter and columns. Raises Unreadable."""
    if not path.is_file():
        raise Unreadable(f"{path} is not a file")
    encoding = _encoding(path)
    known = {_fold(alias): name for name, aliases in columns.items() for alias in (name, *aliases)}
    best: Sheet | None = None
    for delimiter in DELIMITERS:
        with path.open(encoding=encoding, newline="") as file:
            try:
                headers = tuple(next(csv.reader(file, delimiter=delimiter), []))
            except csv.Error:
                continue
        names = tuple(known.get(_fold(header), header.strip()) for header in headers)
        sheet = Sheet(path, encoding, delimiter, names, headers)
        if best is None or _score(sheet, columns) > _score(best, columns):
            best = sheet
    missing = [name for name in needed if best is None or name not in best.names]
    if best is None or missing:
        headers_of = {name: columns[name][0] for name in missing}
        raise Unreadable("the header lacks " + ", ".join(headers_of.values()))
    return best


class GroupedRows:
    """Rows by key in a temporary database on disk; it is gone when the object is closed.

    Iterating gives (key, rows in their order), keys in the order of their first row.
    """

    def __init__(self, rows: Iterable[Row], key: Callable[[Row], str]) -> None:
        self._file = sqlite3.connect("")
        self._file.execute("PRAGMA synchronous=OFF")
        self._file.execute("CREATE TABLE row (key TEXT, line INTEGER, cells TEXT)")
        self._file.executemany(
            "INSERT INTO row VALUES (?, ?, ?)",
            ((key(row), row.line, json.dumps(row.cells, ensure_ascii=False)) for row in rows),
        )
        self._file.execute("CREATE INDEX row_key ON row (key, line)")
        self._file.execute("CREATE TABLE place AS SELECT key, min(line) AS first FROM row"
                           " GROUP BY key")
        self.group_count = int(self._file.execute("SELECT count(*) FROM place").fetchone()[0])

    def __iter__(self) -> Iterator[tuple[str, list[Row]]]:
        keys = self._file.execute("SELECT key FROM place ORDER BY first")
        for (key,) in keys:
            rows = self._file.execute("SELECT line, cells FROM row WHERE key = ? ORDER BY line",
                                      (key,))
            yield key, [Row(line, json.loads(cells)) for line, cells in rows]

    def close(self) -> None:
        """Forget the rows."""
        self._file.close()


def _encoding(path: Path) -> str:
    """UTF-8 (with or without its mark) when all of it is, UTF-16 by its mark, else Windows-1252."""
    with path.open("rb") as file:
        start = file.read(2)
        if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while part := file.read(1 << 16):
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return ENCODINGS[1]
    return ENCODINGS[0]


def _fold(header: str) -> str:
    """A header as it is compared: letters, digits and slashes; no case, no marks."""
    return re.sub(r"[^\w/]+", " ", header.casefold()).strip()


def _score(sheet: Sheet, columns: Columns) -> int:
    return sum(1 for name in set(sheet.names) if name in columns)

"""Words that mean the same to a shopper, one file per language: `synonyms/<language>.txt`.

A line is a group: its entries, parted by commas, stand for each other. `a, b => c, d` works one
way: who asks for a or b is also shown c and d. `#` begins a remark. Plurals a stemmer cannot
know (Arabic broken plurals, knife and knives) are groups too. Entries have one to four words.
A change works at once, without a new index.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from app.services.search.analyser import Word, analyse

FOLDER = Path(__file__).parent
LONGEST_ENTRY = 4

Synonyms = dict[tuple[str, ...], tuple[tuple[Word, ...], ...]]


@lru_cache(maxsize=32)
def synonyms(language: str) -> Synonyms:
    """Entry (the roots of its words) -> the others it stands for; {} without a file."""
    path = _file(language)
    return {} if path is None else parse(path.read_text(encoding="utf-8"), language)


def parse(text: str, language: str) -> Synonyms:
    """The groups of a file's text. Never fails: an entry without words is left out."""
    found: Synonyms = {}
    for line in text.splitlines():
        asked, arrow, shown = line.partition("#")[0].partition("=>")
        sources = _entries(asked, language)
        targets = _entries(shown, language) if arrow else sources
        for source in sources:
            key = tuple(word.root for word in source)
            others = [t for t in targets if tuple(word.root for word in t) != key]
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *others)))
    return found


def _entries(text: str, language: str) -> list[tuple[Word, ...]]:
    entries = (tuple(analyse(entry, language)) for entry in text.split(","))
    return [entry for entry in entries if entry]


def _file(language: str) -> Path | None:
    for name in (language, language.split("-", maxsplit=1)[0]):
        path = FOLDER / f"{name}.txt"
        if name.replace("-", "").isalnum() and path.is_file():
            return path
    return None

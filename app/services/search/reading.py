"""A shopper's words as a question: what each part of the text may be found by.

Independent of any engine: an engine turns a Reading into its own kind of query.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.services.search.analyser import Word, analyse
from app.services.search.folding import code
from app.services.search.languages import traits
from app.services.search.synonyms import LONGEST_ENTRY, Synonyms, synonyms

LONGEST_TEXT = 200
MOST_PARTS = 12
SYNONYM_WEIGHT = 0.6


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to find a part: all these words, worth `weight` of what was typed itself."""

    words: tuple[Word, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """A word of the text, or several that belong together, and the ways to find it.

    joined     glued words as one (tshirt), or ""
    is_little  a word like "for": welcome, not demanded
    is_open    may be the beginning of a longer word: the last one, with no space behind
    """

    choices: tuple[Choice, ...]
    joined: str = ""
    is_little: bool = False
    is_open: bool = False

    @property
    def words(self) -> tuple[Word, ...]:
        """The words as they were typed."""
        return self.choices[0].words


@dataclass(frozen=True, slots=True)
class Reading:
    """text   what was read (cut at LONGEST_TEXT)
    whole  the plain words in one line, to compare with whole titles
    roots  the same by the roots of the words
    code   the text as a SKU or barcode, "" when it cannot be one
    """

    text: str
    language: str
    parts: tuple[Part, ...]
    whole: str
    roots: str
    code: str


def read(text: str, language: str) -> Reading:
    """Never fails; a text without words gives a Reading without parts."""
    text = text[:LONGEST_TEXT]
    words = analyse(text, language)
    parts = tuple(_parts(words, language))[:MOST_PARTS]
    if parts and text[-1:].strip():
        parts = (*parts[:-1], _opened(parts[-1]))
    compact = code(text)
    is_code = len(compact) >= 3 and (len(words) == 1 or any(c.isdecimal() for c in compact))
    return Reading(text, language, parts, whole(words), roots(words), compact if is_code else "")


def whole(words: list[Word]) -> str:
    """The plain spelling of a text: what makes two titles the same."""
    return " ".join(word.exact[0] for word in words)


def roots(words: list[Word]) -> str:
    """What singular and plural of a title share, marked so that it is no other title."""
    return "~" + " ".join(word.root for word in words)


def _opened(part: Part) -> Part:
    return Part(part.choices, part.joined, part.is_little, is_open=True)


def _parts(words: list[Word], language: str) -> list[Part]:
    known, little = synonyms(language), traits(language).little_words
    parts: list[Part] = []
    at = 0
    while at < len(words):
        length, others = _entry_at(words, at, known)
        while at + length < len(words) and words[at + length].glued:
            length += 1
            others = ()
        run = tuple(words[at:at + length])
        joined = "".join(word.exact[0] for word in run) if _is_glued(run) else ""
        choices = (Choice(run), *(Choice(other, SYNONYM_WEIGHT) for other in others))
        is_little = len(run) == 1 and run[0].exact[0] in little
        parts.append(Part(choices, joined, is_little))
        at += length
    return parts


def _entry_at(
    words: list[Word], at: int, known: Synonyms
) -> tuple[int, tuple[tuple[Word, ...], ...]]:
    """How many words from here are one entry of the synonyms (1 when none), and its others."""
    if known:
        for length in range(min(LONGEST_ENTRY, len(words) - at), 0, -1):
            others = known.get(tuple(word.root for word in words[at:at + length]))
            if others:
                return length, others
    return 1, ()


def _is_glued(run: tuple[Word, ...]) -> bool:
    return len(run) > 1 and all(word.glued for word in run[1:])

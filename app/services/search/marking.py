"""Which words of a title to mark: those found, or those typed already."""

from __future__ import annotations

from functools import lru_cache

from app.services.search.analyser import Word, analyse
from app.services.search.languages import traits
from app.services.search.reading import Reading
from app.services.search.spelling import is_close

Marks = tuple[tuple[int, int], ...]


class Marker:
    """Marks what a text asks for; its forms are gathered once for all titles of an answer."""

    def __init__(self, reading: Reading, *, typos: bool) -> None:
        self.language = reading.language
        words = [w for part in reading.parts for choice in part.choices for w in choice.words]
        self.forms = {form for word in words for form in (*word.exact, *word.stems)}
        self.forms |= {part.joined for part in reading.parts if part.joined}
        self.pairs = {gram for word in words for gram in word.grams}
        self.misspelt = {
            form for word in words if typos and word.is_letters
            for form in (word.exact[0], word.root)
        }
        last = reading.parts[-1] if reading.parts else None
        self.begun = last.words[-1].exact if last and last.is_open else ()
        compounds = traits(reading.language).compounds
        self.tails = tuple(form for form in self.forms if compounds and len(form) >= 4)

    def found_in(self, title: str) -> Marks:
        """The words of the title that the text asks for, by any form; neighbours joined."""
        words = _words(title, self.language) if self.forms else ()
        return _joined(title, [(word.start, word.end) for word in words if self._covers(word)])

    def _covers(self, word: Word) -> bool:
        return (
            not self.forms.isdisjoint((*word.exact, *word.stems))
            or any(form.startswith(self.begun) for form in word.exact if self.begun)
            or any(form.endswith(self.tails) for form in word.exact if self.tails)
            or not self.pairs.isdisjoint(word.grams)
            or any(is_close(word, form) for form in self.misspelt)
        )


def typed_in(text: str, reading: Reading) -> Marks:
    """What of a proposal has been typed: whole words, and the beginning of the last."""
    if not reading.parts:
        return ()
    typed = {form for part in reading.parts for word in part.words for form in word.exact}
    last = reading.parts[-1].words[-1]
    spots = []
    for word in _words(text, reading.language):
        if typed.intersection(word.exact):
            spots.append((word.start, word.end))
        elif any(own.startswith(form) for own in word.exact for form in last.exact):
            spots.append((word.start, min(word.start + len(last.shown), word.end)))
    return _joined(text, spots)


@lru_cache(maxsize=1024)
def _words(title: str, language: str) -> tuple[Word, ...]:
    return tuple(analyse(title, language))


def _joined(text: str, spots: list[tuple[int, int]]) -> Marks:
    """Spots in order, those that touch or have only a hyphen or space between made one."""
    made: list[tuple[int, int]] = []
    for start, end in spots:
        if made and not text[made[-1][1]:start].strip("- "):
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return tuple(made)

"""Misspelt words: how far two spellings are apart, and which known word was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache

from app.services.search.analyser import Word, analyse
from app.services.search.reading import Reading


@lru_cache(maxsize=8192)
def distance(left: str, right: str, most: int) -> int:
    """Letters to add, drop, change or swap (neighbours); anything above `most` is most + 1."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        before, above, row = row, before, [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def allowed(form: str) -> int:
    """How many letters of a word may be wrong: none below four, one, two from eight on."""
    return 0 if len(form) < 4 else 1 if len(form) < 8 else 2


def is_close(word: Word, form: str) -> bool:
    """Whether `form` may be a misspelling of the word, with or without its ending."""
    most = allowed(form)
    forms = {*word.exact, *word.stems}
    return bool(most) and any(distance(form, each, most) <= most for each in forms)


def corrected(
    reading: Reading, knows: Callable[[Word], bool], texts: Iterable[str]
) -> str | None:
    """The text with its unknown words replaced by the nearest ones of these texts, if any is."""
    candidates = Counter(
        (word.exact[0], word.root, word.shown)
        for text in texts
        for word in analyse(text, reading.language)
        if word.is_letters
    )
    text = reading.text
    for word in reversed([word for part in reading.parts for word in part.words]):
        if word.is_letters and not knows(word):
            meant = _nearest(word, candidates)
            text = text[:word.start] + (meant or word.shown) + text[word.end:]
    return text.strip() if text != reading.text else None


def _nearest(word: Word, candidates: Counter[tuple[str, str, str]]) -> str | None:
    form = word.exact[0]
    most = allowed(form)
    ranked = []
    for (plain, root, shown), count in candidates.items():
        steps = distance(form, plain, most)
        if steps > most:
            steps = distance(word.root, root, allowed(word.root)) + most
        if steps <= most + allowed(word.root):
            ranked.append((steps, -count, shown))
    return min(ranked)[2] if ranked else None

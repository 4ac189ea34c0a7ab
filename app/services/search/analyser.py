"""Text to words: the one analysis behind every search engine.

ICU finds the borders of words, rjieba those of Chinese, Snowball the stems. A document and a
query must be read by the same rules; RULES names them, so that an index made by other rules is
noticed and made again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version

import rjieba
import Stemmer
from icu4py.breakers import WordBreaker

from app.services.search.folding import (
    CJK,
    arabic,
    hiragana,
    kana,
    spellings,
    unify,
    without_article,
)
from app.services.search.languages import traits

RULES = "1 " + " ".join(f"{name}-{version(name)}" for name in ("icu4py", "rjieba", "PyStemmer"))

LONGEST_WORD = 48
_RUNS = re.compile(f"([{CJK}]+)")
_HAN_ONLY = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
_JOINERS = frozenset("-/._+&\u2010\u2011")
_MEASURE = re.compile(r"(\d[\d.]*)([^\W\d_]+)")
_ELISIONS = frozenset("l d j m t s n c qu jusqu lorsqu puisqu all dell nell un".split())


Forms = tuple[str, tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text.

    start, end  its place in the text as given
    shown       as written, in small letters
    exact       its plain spellings, the usual one first
    stems       what remains without endings, where that differs
    root        the one form that singular and plural share
    grams       pairs of neighbouring characters, for a word of Chinese, Japanese or Korean
    glued       follows the word before with nothing but a hyphen or the like between (T-shirt)
    """

    start: int
    end: int
    shown: str
    exact: tuple[str, ...]
    stems: tuple[str, ...]
    root: str
    grams: tuple[str, ...] = ()
    glued: bool = False

    @property
    def is_letters(self) -> bool:
        """Whether it can be misspelt: an alphabet's word without digits."""
        return not self.grams and self.exact[0].isalpha()


def analyse(text: str, language: str, *, overlapping: bool = False) -> list[Word]:
    """The words of a text in reading order.

    overlapping  also the shorter words inside Chinese ones (不锈钢: 不锈, 不锈钢); for documents
    """
    whole, places = unify(text)
    words: list[Word] = []
    last_end = 0
    for start, end, piece, is_cjk in _pieces(whole, language, overlapping):
        if is_cjk:
            forms = _cjk_forms(piece)
        else:
            forms = _forms(piece, language)
        if forms is None:
            continue
        glued = start == last_end + 1 and start > 1 and whole[last_end] in _JOINERS
        spot = (start, end) if places is None else (places[start], places[end])
        words.append(Word(*spot, *forms, glued=glued))
        last_end = max(last_end, end)
    return words


def neighbours(text: str) -> set[str]:
    """Every character and pair of characters of the Chinese, Japanese and Korean in a text."""
    found: set[str] = set()
    for run in () if text.isascii() else _RUNS.findall(unify(text)[0]):
        found.update(_pairs(run))
        found.update(hiragana(run))
    return found


def _pairs(run: str) -> tuple[str, ...]:
    folded = hiragana(run)
    return tuple(folded[at:at + 2] for at in range(len(folded) - 1)) or (folded,)


def _pieces(
    text: str, language: str, overlapping: bool
) -> Iterator[tuple[int, int, str, bool]]:
    """(start, end, piece, is_cjk); pieces without a letter or digit are left out later."""
    at = 0
    for number, run in enumerate(_RUNS.split(text)):
        if number % 2 == 0:
            yield from _broken(run, at, language, is_cjk=False)
        elif not language.startswith("ja") and _HAN_ONLY.fullmatch(run):
            mode = "search" if overlapping else "default"
            for piece, start, end in rjieba.tokenize(run, mode):
                yield at + start, at + end, piece, True
        else:
            yield from _broken(run, at, language, is_cjk=True)
        at += len(run)


def _broken(
    run: str, at: int, language: str, *, is_cjk: bool
) -> Iterator[tuple[int, int, str, bool]]:
    if not run.strip():
        return
    # The lengths of the pieces are added up because ICU counts in UTF-16.
    for piece in WordBreaker(run, language):
        end = at + len(piece)
        yield at, end, piece, is_cjk
        at = end


@lru_cache(maxsize=8192)
def _cjk_forms(piece: str) -> Forms | None:
    if not piece.strip("ー・。、々"):
        return None
    plain = kana(piece)
    return piece, (plain,), (), plain, _pairs(piece)


@lru_cache(maxsize=16384)
def _forms(
    piece: str, language: str
) -> Forms | None:
    """(shown, exact, stems, root, grams) of a piece between two borders; None for spaces and signs."""
    shown = _without_apostrophe(piece.strip().lower())[:LONGEST_WORD]
    word = "".join(shown.casefold().split())
    if any(letter.isdecimal() for letter in word):
        return _measure_forms(shown, arabic(word))
    if not any(letter.isalpha() for letter in word):
        return None
    exact = spellings(word)
    stems, root = _stems(word, exact, language)
    return shown, exact, stems, root, ()


def _measure_forms(
    shown: str, word: str
) -> Forms:
    """A word with digits stays exact; 1,5l is 1.5l and also the number 1.5 (its only stem)."""
    plain = "".join(spellings(word.replace(",", "."))[:1]).strip(".")
    match = _MEASURE.fullmatch(plain)
    return shown, (plain,), (match.group(1),) if match else (), plain, ()


def _without_apostrophe(word: str) -> str:
    """l'eau: eau; women's: women; don't: dont."""
    if "'" not in word and "’" not in word:
        return word
    head, _, tail = word.replace("’", "'").partition("'")
    if head in _ELISIONS and tail:
        return tail.replace("'", "")
    if tail == "s":
        return head
    return (head + tail).replace("'", "")


def _stems(word: str, exact: tuple[str, ...], language: str) -> tuple[tuple[str, ...], str]:
    """(stems, root). Stems are folded after stemming; the root covers what lacks its accents."""
    if "\u0600" <= word[0] < "\u0780":
        bare = without_article(exact[0])
        stemmer = _stemmer("arabic")
        stems = [bare, *spellings(stemmer.stemWord(word))]
    else:
        bare = exact[0]
        stemmer = _stemmer(traits(language).stemmer)
        stems = [*spellings(stemmer.stemWord(word))]
    root = "".join(spellings(stemmer.stemWord(bare))[:1]) or bare
    return tuple(stem for stem in dict.fromkeys((*stems, root)) if stem not in exact), root


@lru_cache(maxsize=32)
def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(algorithm, 0)

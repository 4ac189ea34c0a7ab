"""Text to words: the one analysis behind every search engine.

ICU finds the borders of words, rjieba those of Chinese, Snowball the stems. A document and a
query must be read by the same rules; RULES names them, so that an index made by other rules is
noticed and made again.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.metadata import version
from typing import NamedTuple

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
_ELISIONS = {*"ldjmtsnc", "qu", "jusqu", "lorsqu", "puisqu", "dell", "un"}


Piece = tuple[int, int, str, bool]
"""start, end, text, whether it is Chinese, Japanese or Korean"""
Forms = tuple[str, tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]
"""shown, exact, stems, root, grams of a Word"""


class Word(NamedTuple):
    """One word of a text.

    start, end  its place in the text as given
    shown       as written, in small letters
    exact       its plain spellings, the usual one first
    stems       what remains without endings; none for Chinese, Japanese and Korean
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
    grams: tuple[str, ...]
    glued: bool

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
    for start, end, piece, is_cjk in _pieces(whole, language, overlapping=overlapping):
        forms = _cjk_forms(piece) if is_cjk else _forms(piece, language)
        if forms:
            glued = start == last_end + 1 and start > 1 and whole[last_end] in _JOINERS
            begin, close = (start, end) if places is None else (places[start], places[end])
            words.append(Word(begin, close, *forms, glued))
            last_end = max(last_end, end)
    return words


def distinct(text: str, language: str) -> list[Word]:
    """The different words of a long text, without their places; for bodies of documents."""
    every = _pieces(unify(text)[0], language, overlapping=True)
    pieces = dict.fromkeys(piece[2:] for piece in every)
    found = (_cjk_forms(piece) if is_cjk else _forms(piece, language) for piece, is_cjk in pieces)
    return [Word(0, 0, *forms, False) for forms in found if forms]


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


def _pieces(text: str, language: str, *, overlapping: bool) -> list[Piece]:
    """What may be words, in order; signs among them are left out later."""
    if text.isascii() or language.startswith("ja") or not _RUNS.search(text):
        return _broken(text, 0, language)
    found: list[Piece] = []
    at = 0
    for run in _RUNS.split(text):
        if _HAN_ONLY.fullmatch(run):
            import rjieba  # noqa: PLC0415 - loads a dictionary, needed only for Chinese

            cut = rjieba.tokenize(run, "search" if overlapping else "default")
            found += [(at + start, at + end, piece, True) for piece, start, end in cut]
        elif len(run) > 1 or run.isalnum():
            found += _broken(run, at, language)
        at += len(run)
    return found


def _broken(run: str, at: int, language: str) -> list[Piece]:
    found: list[Piece] = []
    # The lengths of the pieces are added up because ICU counts in UTF-16.
    for piece in WordBreaker(run, language) if run else ():
        end = at + len(piece)
        if piece != " ":
            found.append((at, end, piece, piece[0] > "\u3004" and bool(_RUNS.match(piece))))
        at = end
    return found


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
    """(shown, exact, stems, root, grams) of a piece between two borders; None for signs."""
    shown = _without_apostrophe(piece.strip().lower())[:LONGEST_WORD]
    word = "".join(shown.casefold().split())
    if any(letter.isdecimal() for letter in word):
        return _measure_forms(shown, arabic(word))
    if not any(letter.isalpha() for letter in word):
        return None
    exact = spellings(word)
    stems, root = _stems(word, exact, language)
    return shown, exact, stems, root, ()


def _measure_forms(shown: str, word: str) -> Forms:
    """A word with digits stays exact; 1,5l is 1.5l and also the number 1.5 (its stem)."""
    plain = "".join(spellings(word.replace(",", "."))[:1]).strip(".")
    match = _MEASURE.fullmatch(plain)
    return shown, (plain,), (match.group(1) if match else plain,), plain, ()


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
    return tuple(dict.fromkeys(stem for stem in (*stems, root) if stem)), root


@lru_cache(maxsize=32)
def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(algorithm, 0)

"""The Harmonized System's list: is this code in it, and which codes may this thing have?

Words are compared without case and plural; rare words count more than common ones, words before
the first semicolon (what the thing is) more than those behind it (what it is made of).
source  app/data/hs/README.md
"""

from __future__ import annotations

import csv
import gzip
import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from app.config import ROOT

FOLDER = ROOT / "app" / "data" / "hs"
EVERYDAY, HEAD, BODY = 14.0, 2.0, 1.0
_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_STOP = frozenset("a an and for from in kind not of on or other than the their with".split())


@dataclass(frozen=True, slots=True)
class Heading:
    """A chapter, heading or subheading: 2, 4 or 6 digits."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class _Index:
    texts: Mapping[str, str]
    places: Mapping[str, Mapping[str, float]]  # word -> code -> weight
    everyday: Mapping[str, Sequence[str]]


def is_known(code: str) -> bool:
    """The first six digits are a subheading of HS 2022; further digits are a country's own."""
    return 6 <= len(code) <= 10 and code.isdecimal() and code[:6] in _index().texts


def text_of(code: str) -> str:
    """The text of the closest row above a code; '' for none."""
    texts = _index().texts
    return next((texts[code[:length]] for length in (6, 4, 2) if code[:length] in texts), "")


def search(words: str, most: int = 10) -> list[Heading]:
    """Subheadings for a thing in everyday English, best first; digits find what begins so."""
    index = _index()
    digits = re.sub(r"[\s.]", "", words)
    if digits.isdecimal():
        found = sorted(code for code in index.texts if code.startswith(digits))
        return [Heading(code, index.texts[code]) for code in found[:most]]
    scores: defaultdict[str, float] = defaultdict(float)
    asked = _words(words)
    for place, word in enumerate(asked):
        # The last word of a name is what it is: "leather belt" is a belt.
        share = 1.0 if place == len(asked) - 1 else 0.7
        for code in index.everyday.get(word, ()):
            for under in _below(code, index):
                scores[under] += EVERYDAY * share
        for code, weight in index.places.get(word, {}).items():
            scores[code] += weight * share
    best = sorted(scores.items(), key=lambda pair: (-pair[1], len(index.texts[pair[0]]), pair[0]))
    return [Heading(code, index.texts[code]) for code, _score in best[:most]]


def _below(code: str, index: _Index) -> list[str]:
    return [code] if len(code) == 6 else [
        under for under in index.texts if len(under) == 6 and under.startswith(code)
    ]


@cache
def _index() -> _Index:
    with gzip.open(FOLDER / "hs2022.csv.gz", "rt", encoding="utf-8", newline="") as file:
        texts = {row["code"]: row["text"] for row in csv.DictReader(file)}
    with (FOLDER / "everyday.csv").open(encoding="utf-8", newline="") as file:
        everyday = {_stem(row["word"]): row["codes"].split() for row in csv.DictReader(file)}
    subheadings = {code: text for code, text in texts.items() if len(code) == 6}
    heads = {code: text.partition(";")[0] for code, text in subheadings.items()}
    words = {code: set(_words(f"{text} {texts[code[:4]]}")) for code, text in subheadings.items()}
    counts = Counter(word for found in words.values() for word in found)
    places: dict[str, dict[str, float]] = {}
    for code, found in words.items():
        head = set(_words(heads[code]))
        for word in found:
            rarity = math.log(len(subheadings) / counts[word])
            places.setdefault(word, {})[code] = rarity * (HEAD if word in head else BODY)
    return _Index(texts, places, everyday)


def _words(text: str) -> list[str]:
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in _STOP]


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("shes", "ches", "sses", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word

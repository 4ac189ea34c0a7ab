"""One spelling for what people spell in several ways. Pure functions on text.

Latin, Greek and Cyrillic letters lose their accents, except that German and Nordic letters also
keep their two-letter spelling (Müller: muller, mueller). Japanese keeps its voicing marks
(ガ is not カ) and has katakana written as hiragana. Arabic loses vowel signs, tatweel and the
variants of alef, ya and ta marbuta.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

CJK = (
    "\u3005-\u3007\u3040-\u309f\u30a0-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uac00-\ud7a3\U00020000-\U0003134f"
)
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]"
)
_MARKED = re.compile("[^\u0000-\u00ff]|[\xa0\xa8\xaa\xaf\xb2-\xb5\xb8-\xba\xbc-\xbe]")
_KANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)} | {0x30FD: 0x309D, 0x30FE: 0x309E}
_LONG = re.compile("(?<=[\u3041-\u30ff])[-\u2010-\u2015\u2212~\u301c]+(?=[\u3041-\u30ff])")
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
_ARABIC = str.maketrans(
    dict(zip("أإآٱىئؤةکی٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "ااااييوهكي01234567890123456789.", strict=True))
    | dict.fromkeys("ـ٬" + "".join(map(chr, (*range(0x064B, 0x0660), 0x0670))))
)
_ARTICLE = re.compile("^(?:[وفبك]?ال|لل)(?=..)")


def unify(text: str) -> tuple[str, list[int] | None]:
    """NFKC of a text without unseen characters, and where each character stood.

    The places are None when nothing moved. Half-width kana join their voicing marks, the long
    vowel mark is one character, Arabic digits are plain digits.
    """
    text = _UNSEEN.sub(" ", text)
    if not _MARKED.search(text):
        return text, None
    whole = _LONG.sub("ー", unicodedata.normalize("NFKC", text))
    if len(whole) == len(text) and unicodedata.is_normalized("NFC", text):
        return whole, None
    pieces: list[str] = []
    places: list[int] = []
    for match in re.finditer("(?s).[\uff9e\uff9f\u0300-\u036f\u3099\u309a]*", text):
        piece = unicodedata.normalize("NFKC", match.group())
        pieces.append(piece)
        places += [match.start()] * len(piece)
    joined = "".join(pieces)
    return _LONG.sub(lambda m: "ー" * len(m.group()), joined), [*places, len(text)]


@lru_cache(maxsize=8192)
def spellings(word: str) -> tuple[str, ...]:
    """Plain spellings of a case-folded word; the usual one first."""
    if word.isascii():
        return (word,) if word else ()
    first = word[0]
    if first < "\u0530" or "\u1e00" <= first < "\u2000":
        return _unique(_bare(word), _bare(word.translate(_TWO_LETTERS)))
    if "\u0600" <= first < "\u0780":
        return (arabic(word) or word,)
    return (kana(word),)


def _bare(word: str) -> str:
    marks = unicodedata.normalize("NFD", word.translate(_LETTERS))
    return "".join(letter for letter in marks if not "\u0300" <= letter < "\u0370")


def arabic(word: str) -> str:
    """Without vowel signs and tatweel, variants of letters as one; "" when nothing is left."""
    return word.translate(_ARABIC)


def without_article(word: str) -> str:
    """A folded Arabic word without al- and what is written together with it."""
    return _ARTICLE.sub("", word)


def hiragana(text: str) -> str:
    """Katakana written as hiragana."""
    return text.translate(_KANA)


def kana(word: str) -> str:
    """A Japanese word in hiragana, without a long vowel at its end (サーバー, サーバ)."""
    folded = hiragana(word)
    return folded.rstrip("ー") if len(folded) > 2 and folded[-2] != "ー" else folded


def code(text: str) -> str:
    """A SKU or barcode as it is compared: letters and digits only, case folded."""
    whole = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold()
    return "".join(letter for letter in whole.translate(_ARABIC) if letter.isalnum())[:64]


def _unique(*words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))

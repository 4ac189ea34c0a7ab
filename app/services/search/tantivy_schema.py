"""The fields of the embedded index, and how a document fills them.

Words stand in JSON fields by language (`title.de`), so that each language has its own vocabulary
within one index. Exact spellings and stems share a field; stems are marked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import NamedTuple

import tantivy

from app.services.search import analyser
from app.services.search.analyser import Word, analyse, distinct, neighbours
from app.services.search.folding import code
from app.services.search.languages import traits
from app.services.search.port import Document
from app.services.search.reading import roots, whole

LAYOUT = f"1 tantivy-{version('tantivy')} {analyser.RULES}"
"""Changes whenever an index made before can no longer be read by the same rules."""

SEPARATOR = "\x1f"
LONGEST_BODY = 20_000
LONGEST_PHRASE = 40
SHORTEST_COMPOUND = 7
BOOST_SCALE = 10.0


class Card(NamedTuple):
    """What is kept of a document to show it and to correct spellings."""

    key: str
    kind: str
    title: str
    keywords: tuple[str, ...]


def build() -> tantivy.Schema:
    """The fields; whoever changes them changes LAYOUT too."""
    fields = tantivy.SchemaBuilder()
    for name in ("uid", "key", "kind", "scope", "whole", "words", "codes"):
        fields.add_text_field(name, tokenizer_name="raw", index_option="basic")
    fields.add_text_field("facets", tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("title", "keywords", "body", "tails"):
        fields.add_json_field(name, tokenizer_name="whitespace", index_option="freq")
    fields.add_float_field("boost", fast=True)
    fields.add_bytes_field("card", stored=True)
    return fields.build()


def path(field: str, language: str) -> str:
    """The field of one language: title.zh-Hans."""
    return f"{field}.{language}"


def tidy_language(language: str) -> str:
    """A language code that can be part of a field's name; "und" for what is none."""
    return language if re.fullmatch("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", language) else "und"


def pair(left: str, right: str) -> str:
    """Two values as one term: language and market, facet and value, key and language."""
    return clean(f"{left}{SEPARATOR}{right}")


def uid(document: Document) -> str:
    """The term that names a document in one language."""
    return pair(document.key, tidy_language(document.language))


def stem(form: str) -> str:
    """A stem as it stands in a field, where it is no word."""
    return f"~{form}"


def clean(text: str) -> str:
    """The text with a question mark for each half of a character that UTF-8 cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def card(document: tantivy.Document) -> Card:
    """The card kept with a find."""
    key, kind, title, keywords = json.loads(bytes(document["card"][0]))
    return Card(key, kind, title, tuple(keywords))


def fill(document: Document) -> tantivy.Document:
    """The engine's form of a document.

    A text in another language than the shop's is read by the rules of both, so that it is found
    by the words it has and by words typed under the shop language's rules.
    """
    language = tidy_language(document.language)
    made = tantivy.Document()
    made.add_text("uid", uid(document))
    made.add_text("key", clean(document.key))
    made.add_text("kind", clean(document.kind))
    for market in document.markets:
        made.add_text("scope", pair(language, market))
    for name, values in document.facets.items():
        for value in values:
            made.add_text("facets", pair(name, value))
    for text in dict.fromkeys(code(text) for text in document.codes):
        made.add_text("codes", text)
    _fill_words(made, document)
    # The engine multiplies a score by log2(2 + weight), weight at least 0: ten times the boost.
    made.add_float("boost", 2.0 ** (BOOST_SCALE * min(max(document.boost, 0.1), 5.0)) - 2.0)
    kept = Card(document.key, document.kind, document.title, document.keywords)
    made.add_bytes("card", json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace"))
    return made


def _fill_words(made: tantivy.Document, document: Document) -> None:
    shop = tidy_language(document.language)
    own = tidy_language(document.text_language) if document.text_language else shop
    languages = tuple(dict.fromkeys((own, shop)))
    title = [_words(document.title, each) for each in languages]
    keywords = [[_words(k, each) for k in document.keywords] for each in languages]
    keyed = [word for texts in keywords for text in texts for word in text]
    titled = [word for text in title for word in text]
    body = document.body[:LONGEST_BODY]
    made.add_json("title", {shop: _line(titled, neighbours(document.title))})
    made.add_json("keywords", {shop: _line(keyed, neighbours("\n".join(document.keywords)))})
    bodied = [word for each in languages for word in distinct(body, each)]
    made.add_json("body", {shop: _line(bodied, neighbours(body))})
    if traits(own).compounds or traits(shop).compounds:
        made.add_json("tails", {shop: " ".join(_tails((*titled, *keyed)))})
    for line in {whole(title[0]), roots(title[0])}:
        made.add_text("whole", pair(shop, line))
    for entry in _vocabulary(title[0], keywords[0], document.keywords, shop):
        made.add_text("words", entry)


def _words(text: str, language: str) -> list[Word]:
    return analyse(text, language, overlapping=True)


def _line(words: Iterable[Word], pairs: set[str]) -> str:
    """All forms of the words as one line.

    Glued words stand there also as one (t shirt tshirt), a measure with its unit (1.5l 1.5 l).
    """
    forms: list[str] = []
    joined = ""
    for word in words:
        forms += word.exact
        forms += map(stem, word.stems)
        if word.root[:1].isdecimal():
            forms += _measure(word)
        if word.glued:
            joined += word.exact[0]
            forms.append(joined)
        else:
            joined = word.exact[0]
    forms += sorted(pairs.difference(forms))
    return " ".join(forms)


def _measure(word: Word) -> tuple[str, ...]:
    number = "".join(word.stems[:1])
    return () if number == word.root else (number, word.root.removeprefix(number))


def _tails(words: Iterable[Word]) -> list[str]:
    """Long words backwards: *kocher is then a beginning."""
    forms = (form for word in words if word.is_letters for form in (*word.exact, *word.stems))
    return [form[::-1] for form in dict.fromkeys(forms) if len(form) >= SHORTEST_COMPOUND]


def _vocabulary(
    title: list[Word], keywords: list[list[Word]], written: tuple[str, ...], language: str
) -> set[str]:
    """What may be proposed while typing: words of the title, whole keywords."""
    little = traits(language).little_words
    entries = set()
    for word in title:
        is_short = len(word.exact[0]) < (2 if word.grams else 3)
        if not is_short and word.exact[0] not in little and not word.exact[0][0].isdecimal():
            entries |= {SEPARATOR.join((language, form, word.shown)) for form in word.exact}
    for words, text in zip(keywords, written, strict=True):
        shown = clean(" ".join(text.lower().split()))
        if words and len(shown) <= LONGEST_PHRASE:
            entries.add(SEPARATOR.join((language, whole(words), shown)))
    return entries

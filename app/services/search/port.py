"""What the shop asks of a search engine, in our words.

An engine keeps one text per (key, language). Texts are plain (no markup). Facet values and
markets are compared exactly; a path such as "kitchen/kettles" is given with its parents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from app.kernel.errors import ProviderUnavailable

EVERYWHERE = "*"
"""The market of what is shown in all markets (pages, categories)."""


class IndexOutdated(ProviderUnavailable):
    """The stored index was made by other rules of analysis, or cannot be read: rebuild it."""

    code = "search_outdated"


class IndexBusy(ProviderUnavailable):
    """Another process has been writing for too long; the same call may be repeated later."""

    code = "search_busy"


@dataclass(frozen=True, slots=True)
class Document:
    """One thing to be found, in one language of the shop.

    key            "product:12", "page:3", "category:4"; the same in every language
    kind           "product", "page", "category"
    language       the shop language under which it is found ("en", "zh-Hans")
    title, body    plain text
    keywords       tags, brand, names of categories and options; each also a proposal to complete
    codes          SKU, barcode: found whatever the case and hyphens
    text_language  the language the text really is in, when a translation is missing; "" = language
    facets         name -> values
    markets        codes of the markets where it is shown; (EVERYWHERE,) = all, () = none
    boost          1 = normal; multiplies the score (0.1 to 5)
    """

    key: str
    kind: str
    language: str
    title: str
    body: str = ""
    keywords: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    text_language: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    markets: tuple[str, ...] = (EVERYWHERE,)
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """What a shopper looks for. Any text is allowed and means only words: there is no syntax.

    An empty text asks for everything (browsing by facets); a text without a word finds nothing.
    kinds    () = all
    facets   name -> chosen values; values of one facet widen, facets narrow each other
    """

    text: str
    language: str
    market: str
    kinds: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: int = 24
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A find; highlights are (start, end) of the words of `title` that were asked for."""

    key: str
    kind: str
    score: float
    title: str
    highlights: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """hits       best first
    total      all finds, not only those of this page
    facets     name -> value -> number of finds; a facet's own choice does not narrow its numbers
    corrected  the spelling that was found instead, when nothing is spelt as asked; else None
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    corrected: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposal while typing.

    kind   "query" (search for `text`), or the kind of the document `key` ("category", "product")
    marks  (start, end) in `text` of what was typed already
    """

    kind: str
    text: str
    key: str | None = None
    marks: tuple[tuple[int, int], ...] = ()


class SearchIndex(Protocol):
    """One search engine.

    Writing calls are safe to repeat and are visible to every process when they return, or within
    a second. They raise IndexBusy (try later) or IndexOutdated (rebuild first). Reading calls
    raise IndexOutdated only; no text a shopper can type makes them fail.
    """

    def put(self, documents: Iterable[Document]) -> int:
        """Add or replace by (key, language); returns how many. Any number, read one by one."""

    def remove(self, keys: Iterable[str]) -> None:
        """Forget these keys in every language; unknown ones are ignored."""

    def clear(self) -> None:
        """Forget everything."""

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Replace the whole index; readers see the old one until the new is complete.

        Each (key, language) may come once only. Returns how many documents.
        """

    def find(self, query: Query) -> Found:
        """One page of finds, best first, and how many there are by facet."""

    def suggest(
        self, text: str, language: str, market: str, limit: int = 10
    ) -> tuple[Suggestion, ...]:
        """Proposals for what has been typed: queries, then categories, products, pages.

        At least two characters, one where a character is a word (Chinese, Japanese).
        """

    def needs_rebuild(self) -> bool:
        """Whether there is no index yet, or one made by other rules of analysis."""

    def version(self) -> str:
        """A word that changes with every change of the contents; "" when there is none."""

    def reload(self) -> None:
        """See the newest contents now instead of within a second."""

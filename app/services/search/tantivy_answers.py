"""Questions to one state of the embedded index, and its answers in the port's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import tantivy
from tantivy import Query as Clause

from app.services.search.languages import traits
from app.services.search.marking import Marker, typed_in
from app.services.search.port import Found, Hit, Query, Suggestion
from app.services.search.reading import Reading, read
from app.services.search.spelling import corrected
from app.services.search.tantivy_clauses import Clauses, chosen, narrowed, of_kinds, shown_in
from app.services.search.tantivy_schema import (
    BOOST_SCALE,
    SEPARATOR,
    Card,
    card,
    tidy_language,
)

FEW = 3
DEEPEST = 10_000
MOST_HITS = 1_000
MOST_VALUES = 5_000
READ_FOR_CORRECTION = 15
MOST_COMPLETIONS = 4
SHORTEST_TYPED = 2
SHARES = {"category": 2, "product": 8, "page": 2}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to search, and one page of what it found."""

    clauses: Clauses
    texts: Clause
    cards: list[tuple[float, Card]]
    total: int


@dataclass(frozen=True, slots=True)
class Reader:
    """A frozen view of the index; safe to share between threads."""

    schema: tantivy.Schema
    searcher: tantivy.Searcher

    def find(self, query: Query) -> Found:
        """One page of finds; of corrected spellings when nothing is spelt as asked."""
        query = replace(query, language=tidy_language(query.language))
        reading = read(query.text, query.language)
        attempt, is_guess = self._attempt(reading, query)
        marker = Marker(reading, typos=attempt.clauses.typos)
        return Found(
            hits=tuple(
                Hit(each.key, each.kind, score, each.title, marker.found_in(each.title))
                for score, each in attempt.cards
            ),
            total=attempt.total,
            facets=self._facets(attempt.texts, query),
            corrected=self._corrected(attempt.clauses, query) if is_guess else None,
        )

    def suggest(
        self, text: str, language: str, market: str, limit: int
    ) -> tuple[Suggestion, ...]:
        """Queries first, then things; misspellings count when nothing begins as typed."""
        reading = read(text, tidy_language(language))
        is_enough = len(reading.whole) >= SHORTEST_TYPED or any(
            word.grams for part in reading.parts for word in part.words
        )
        if not reading.parts or not is_enough or limit < 1:
            return ()
        queries = self._completions(reading, market)
        clauses = Clauses(self.schema, self.searcher, reading, shortest=SHORTEST_TYPED)
        things = self._things(clauses, market, limit)
        if not things:
            things = self._things(replace(clauses, typos=True), market, limit)
        room = max(limit - len(things), min(MOST_COMPLETIONS, limit // 2))
        queries = queries[:min(room, MOST_COMPLETIONS)]
        return (*queries, *things)[:limit]

    def _attempt(self, reading: Reading, query: Query) -> tuple[Attempt, bool]:
        """The search as asked; with misspellings when that finds few; at last with less than
        all parts. And whether nothing is as asked, so that the answer is a guess.

        What is chosen by facets does not make finds few.
        """
        strict = Clauses(self.schema, self.searcher, reading)
        first = self._search(strict, query)
        found = self._unchosen(first, query)
        if found >= FEW or not reading.parts:
            return first, False
        second = self._search(replace(strict, typos=True), query)
        more = self._unchosen(second, query)
        if more > found:
            return second, found == 0
        if found == 0 and len(reading.parts) > 1:
            return self._search(replace(strict, typos=True, loose=True), query), True
        return first, False

    def _unchosen(self, attempt: Attempt, query: Query) -> int:
        """How many there are whatever is chosen by facets."""
        if attempt.total >= FEW or not any(query.facets.values()):
            return attempt.total
        return self._search(attempt.clauses, replace(query, facets={}, limit=0, offset=0)).total

    def _search(self, clauses: Clauses, query: Query) -> Attempt:
        """The cards of one page with their scores, and the number of all finds."""
        texts = clauses.texts()
        limit, offset = min(query.limit, MOST_HITS), min(max(query.offset, 0), DEEPEST)
        result = self.searcher.search(
            self._within(texts, query),
            max(limit, 1), count=True, offset=offset, weight_by_field="boost",
        )
        hits = result.hits[:max(limit, 0)]
        cards = [(score / BOOST_SCALE, card(self.searcher.doc(at))) for score, at in hits]
        total: int = result.count  # type: ignore[attr-defined]  # missing in its stub
        return Attempt(clauses, texts, cards, total)

    def _within(self, texts: Clause, query: Query, but: str = "") -> Clause:
        return narrowed(texts, [
            shown_in(self.schema, query.language, query.market),
            *of_kinds(self.schema, query.kinds),
            *chosen(self.schema, query.facets, but),
        ])

    def _facets(self, texts: Clause, query: Query) -> Mapping[str, Mapping[str, int]]:
        """Numbers per value, most frequent first; a chosen value is always there, if with 0."""
        counts = self._values(self._within(texts, query))
        for name, values in query.facets.items():
            if values:
                others = self._values(self._within(texts, query, but=name)).get(name, {})
                counts[name] = dict.fromkeys(values, 0) | others
        return counts

    def _values(self, clause: Clause) -> dict[str, dict[str, int]]:
        terms = {"values": {"terms": {"field": "facets", "size": MOST_VALUES}}}
        counts: dict[str, dict[str, int]] = {}
        for bucket in self.searcher.aggregate(clause, terms)["values"]["buckets"]:
            name, _, value = bucket["key"].partition(SEPARATOR)
            counts.setdefault(name, {})[value] = bucket["doc_count"]
        return counts

    def _corrected(self, clauses: Clauses, query: Query) -> str | None:
        """The spelling found instead of the one asked for, from the best finds."""
        near = replace(query, facets={}, limit=READ_FOR_CORRECTION, offset=0)
        cards = self._search(clauses, near).cards
        texts = (text for _, each in cards for text in (each.title, *each.keywords))
        return corrected(clauses.reading, clauses.knows, texts)

    def _things(self, clauses: Clauses, market: str, limit: int) -> tuple[Suggestion, ...]:
        """Categories, products and pages whose words begin as typed."""
        made: list[Suggestion] = []
        for kind, share in SHARES.items():
            asked = Query("", clauses.reading.language, market, (kind,), limit=min(share, limit))
            for _, each in self._search(clauses, asked).cards:
                made.append(
                    Suggestion(kind, each.title, each.key, typed_in(each.title, clauses.reading))
                )
        return _trimmed(made, limit)

    def _completions(self, reading: Reading, market: str) -> tuple[Suggestion, ...]:
        """The text with its last word completed, and known phrases that begin like the text."""
        counts: Counter[str] = Counter()
        for begun, start in _beginnings(reading):
            counts |= self._vocabulary(reading, begun, market, reading.text[:start])
        typed = " ".join(reading.text.lower().split())
        little = traits(reading.language).little_words
        texts = [text for text, _ in counts.most_common() if text not in {typed, *little}]
        return tuple(Suggestion("query", text, None, typed_in(text, reading)) for text in texts)

    def _vocabulary(
        self, reading: Reading, begun: str, market: str, before: str
    ) -> Counter[str]:
        """Proposals -> how many things sold in the market would be found."""
        filters = [shown_in(self.schema, reading.language, market)]
        earlier = tuple(p for p in reading.parts if p.words[-1].end <= len(before))
        if earlier:
            less = replace(reading, parts=earlier, code="")
            filters.append(Clauses(self.schema, self.searcher, less).texts())
        prefix = SEPARATOR.join((reading.language, begun))
        terms = self.searcher.terms_with_prefix(
            "words", prefix, filter_query=narrowed(Clause.all_query(), filters), limit=40
        )
        counts: Counter[str] = Counter()
        for term, count in terms:
            shown = term.rpartition(SEPARATOR)[2]
            counts[" ".join(f"{before} {shown}".split())] += count
        return counts


def _beginnings(reading: Reading) -> set[tuple[str, int]]:
    """What may be the beginning of a word or phrase, and where it starts: the last word, the last
    words written without spaces (け, と), the whole text."""
    words = [word for part in reading.parts for word in part.words]
    first = len(words) - 1
    while first and words[first].grams and words[first - 1].end == words[first].start:
        first -= 1
    together = "".join(word.exact[0] for word in words[first:])
    return {
        (words[-1].exact[0], words[-1].start), (together, words[first].start), (reading.whole, 0),
    }


def _trimmed(things: Iterable[Suggestion], limit: int) -> tuple[Suggestion, ...]:
    """At most `limit`, dropping the last products first so that pages keep their place."""
    kept = list(things)
    while len(kept) > limit:
        products = [at for at, each in enumerate(kept) if each.kind == "product"]
        kept.pop(products[-1] if products else -1)
    return tuple(kept)

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
from app.services.search.tantivy_schema import SEPARATOR, Card, card

FEW = 3
DEEPEST = 10_000
MOST_HITS = 1_000
MOST_VALUES = 5_000
READ_FOR_CORRECTION = 30
MOST_COMPLETIONS = 4
SHORTEST_TYPED = 2
SHARES = {"category": 2, "product": 8, "page": 2}


@dataclass(frozen=True, slots=True)
class Reader:
    """A frozen view of the index; safe to share between threads."""

    schema: tantivy.Schema
    searcher: tantivy.Searcher

    def find(self, query: Query) -> Found:
        reading = read(query.text, query.language)
        strict = Clauses(self.schema, self.searcher, reading)
        clauses = self._widened(strict, query)
        scored, total = self._search(clauses.texts(), query)
        marker = Marker(reading, typos=clauses.typos)
        return Found(
            hits=tuple(
                Hit(each.key, each.kind, score, each.title, marker.found_in(each.title))
                for score, each in scored
            ),
            total=total,
            facets=self._facets(clauses.texts(), query),
            corrected=self._corrected(clauses, strict, query),
        )

    def suggest(
        self, text: str, language: str, market: str, limit: int
    ) -> tuple[Suggestion, ...]:
        reading = read(text, language)
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

    def _widened(self, strict: Clauses, query: Query) -> Clauses:
        """As asked; with misspellings when that finds few; not every part when nothing is left.

        What is chosen by facets does not count as few.
        """
        if not strict.reading.parts:
            return strict
        found = self._count(strict, query)
        if found >= FEW:
            return strict
        typos = replace(strict, typos=True)
        more = self._count(typos, query)
        if more > found:
            return typos
        if found == 0 and len(strict.reading.parts) > 1:
            return replace(typos, loose=True)
        return strict

    def _count(self, clauses: Clauses, query: Query) -> int:
        return self._search(clauses.texts(), replace(query, facets={}, limit=1, offset=0))[1]

    def _search(self, texts: Clause, query: Query) -> tuple[list[tuple[float, Card]], int]:
        """The cards of one page with their scores, and the number of all finds."""
        limit, offset = min(query.limit, MOST_HITS), min(max(query.offset, 0), DEEPEST)
        result = self.searcher.search(
            self._within(texts, query),
            max(limit, 1), count=True, offset=offset, weight_by_field="boost",
        )
        hits = result.hits[:max(limit, 0)]
        return [(score, card(self.searcher.doc(at))) for score, at in hits], result.count

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

    def _corrected(self, used: Clauses, strict: Clauses, query: Query) -> str | None:
        """The spelling found instead, when the one asked for finds nothing."""
        if not used.typos or self._count(strict, query):
            return None
        near = replace(query, facets={}, limit=READ_FOR_CORRECTION, offset=0)
        scored, _ = self._search(used.texts(), near)
        texts = (text for _, each in scored for text in (each.title, *each.keywords))
        return corrected(used.reading, strict.knows, texts)

    def _things(self, clauses: Clauses, market: str, limit: int) -> tuple[Suggestion, ...]:
        """Categories, products and pages whose words begin as typed."""
        texts = clauses.texts()
        made: list[Suggestion] = []
        for kind, share in SHARES.items():
            asked = Query("", clauses.reading.language, market, (kind,), limit=min(share, limit))
            for _, each in self._search(texts, asked)[0]:
                made.append(
                    Suggestion(kind, each.title, each.key, typed_in(each.title, clauses.reading))
                )
        return _trimmed(made, limit)

    def _completions(self, reading: Reading, market: str) -> tuple[Suggestion, ...]:
        """The text with its last word completed, and known phrases that begin like the text."""
        last = reading.parts[-1].words[-1]
        before = reading.text[:last.start]
        counts = self._vocabulary(reading, last.exact[0], market, before)
        if len(reading.whole) > len(last.exact[0]):
            counts |= self._vocabulary(reading, reading.whole, market, "")
        typed = " ".join(reading.text.lower().split())
        little = traits(reading.language).little_words
        texts = [text for text, _ in counts.most_common() if text not in {typed, *little}]
        return tuple(Suggestion("query", text, None, typed_in(text, reading)) for text in texts)

    def _vocabulary(
        self, reading: Reading, begun: str, market: str, before: str
    ) -> Counter[str]:
        """Proposals -> how many things sold in the market would be found."""
        filters = [shown_in(self.schema, reading.language, market)]
        earlier = reading.parts[:-1]
        if before.strip() and earlier:
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


def _trimmed(things: Iterable[Suggestion], limit: int) -> tuple[Suggestion, ...]:
    """At most `limit`, dropping the last products first so that pages keep their place."""
    kept = list(things)
    while len(kept) > limit:
        products = [at for at, each in enumerate(kept) if each.kind == "product"]
        kept.pop(products[-1] if products else -1)
    return tuple(kept)

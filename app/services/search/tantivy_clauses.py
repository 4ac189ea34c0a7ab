"""A Reading as a query of the embedded engine.

Every way to find a word is a tier with a fixed worth, so the order of finds can be foretold:
code, title as spelt, title by stem, keywords, parts of words, body, misspelling. The best tier
counts; how rare the word is and how short the title only order finds of one tier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import tantivy
from tantivy import Occur
from tantivy import Query as Clause

from app.services.search.analyser import Word
from app.services.search.languages import traits
from app.services.search.port import EVERYWHERE
from app.services.search.reading import Choice, Part, Reading
from app.services.search.tantivy_schema import clean, pair, path, stem

CODE = 400.0
CODE_BEGUN = 60.0
WHOLE_TITLE, WHOLE_TITLE_ROOTS = 150.0, 120.0
TITLE, TITLE_STEM, TITLE_PAIRS, TITLE_TAIL, TITLE_BEGUN = 100.0, 75.0, 60.0, 40.0, 35.0
KEYWORD, KEYWORD_PAIRS, KEYWORD_BEGUN = 45.0, 30.0, 25.0
BODY, BODY_PAIRS = 15.0, 10.0
TYPO_TITLE, TYPO_KEYWORD, TYPO_BODY = 7.0, 5.0, 3.0
LITTLE_WORD = 0.1
RARITY = 0.5

SHORTEST_BEGINNING = 3
SHORTEST_TAIL = 4
SHORTEST_TYPO, SHORTEST_DOUBLE_TYPO = 4, 8

Facets = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Clauses:
    """Builds the clauses of one question.

    typos     also what is misspelt by one letter, by two from eight letters on
    loose     not every part is demanded
    shortest  letters from which the last word may be a beginning
    """

    schema: tantivy.Schema
    searcher: tantivy.Searcher
    reading: Reading
    typos: bool = False
    loose: bool = False
    shortest: int = SHORTEST_BEGINNING

    def texts(self) -> Clause:
        """What the text asks for; everything when there is no text."""
        if not self.reading.text.strip():
            return Clause.const_score_query(Clause.all_query(), 1.0)
        if not self.reading.parts:
            return Clause.empty_query()
        ways = [self._all_parts()]
        if self.reading.code:
            ways.append(self._const("codes", self.reading.code, CODE))
            if any(c.isdecimal() for c in self.reading.code):
                begun = self._begun("codes", self.reading.code)
                ways.append(Clause.const_score_query(begun, CODE_BEGUN))
        lines = ((self.reading.whole, WHOLE_TITLE), (self.reading.roots, WHOLE_TITLE_ROOTS))
        same = _best([
            self._const("whole", pair(self.reading.language, line), worth) for line, worth in lines
        ])
        best = Clause.disjunction_max_query(ways)
        extra = [(Occur.Should, same), *self._rarity()]
        return Clause.boolean_query([(Occur.Must, best), *extra])

    def knows(self, word: Word) -> bool:
        """Whether some document of this language has the word, in any form."""
        forms = (*word.exact, *map(stem, word.stems))
        return any(self._knows(form) for form in forms) or bool(
            self.searcher.doc_freq("codes", word.exact[0])
        )

    def _all_parts(self) -> Clause:
        parts = self.reading.parts
        demanded = [part for part in parts if not part.is_little] or list(parts)
        clauses = [self._part(part) for part in demanded]
        if self.loose and len(clauses) > 1:
            needed = max(1, (len(clauses) * 2) // 3)
            core = Clause.boolean_query(
                [(Occur.Should, clause) for clause in clauses], minimum_number_should_match=needed
            )
        else:
            core = Clause.boolean_query([(Occur.Must, clause) for clause in clauses])
        welcome = [
            (Occur.Should, Clause.boost_query(self._part(part), LITTLE_WORD))
            for part in parts
            if part not in demanded
        ]
        return Clause.boolean_query([(Occur.Must, core), *welcome])

    def _part(self, part: Part) -> Clause:
        ways = [self._choice(choice, part) for choice in part.choices]
        if part.joined:
            ways += [
                self._const("codes", part.joined, CODE),
                self._const(self._path("title"), part.joined, TITLE),
                self._const(self._path("keywords"), part.joined, KEYWORD),
                self._const(self._path("body"), part.joined, BODY),
            ]
            if part.is_open:
                ways += self._beginnings(part.joined, is_cjk=False)
        elif len(part.words) == 1 and traits(self.reading.language).compounds:
            ways += self._split(part.words[0])
        return _best(ways)

    def _choice(self, choice: Choice, part: Part) -> Clause:
        own = choice is part.choices[0]
        clauses = []
        for number, word in enumerate(choice.words, start=1):
            is_open = own and part.is_open and number == len(choice.words)
            clauses.append(self._word(word, is_open=is_open, typos=own and self.typos))
        found = clauses[0] if len(clauses) == 1 else _every(clauses)
        weight = choice.weight * len(part.words) / len(choice.words)
        return found if weight == 1 else Clause.boost_query(found, weight)

    def _word(self, word: Word, *, is_open: bool = False, typos: bool = False) -> Clause:
        stems = tuple(map(stem, word.stems))
        forms = (*word.exact, *stems)
        ways = [self._const(self._path("title"), form, TITLE) for form in word.exact]
        ways += [self._const(self._path("title"), form, TITLE_STEM) for form in stems]
        ways += [self._const(self._path("keywords"), form, KEYWORD) for form in forms]
        ways += [self._const(self._path("body"), form, BODY) for form in forms]
        ways.append(self._const("codes", word.exact[0], CODE))
        if len(word.grams) > 1:
            ways += self._pairs(word)
        if word.is_letters and traits(self.reading.language).compounds:
            ways += self._tails((*word.exact, *word.stems))
        if is_open:
            for form in word.exact:
                ways += self._beginnings(form, is_cjk=bool(word.grams))
        if typos and word.is_letters:
            ways += self._typos(word)
        if typos and len(word.grams) > 2:
            ways.append(self._some_pairs(word))
        return _best(ways)

    def _pairs(self, word: Word) -> list[Clause]:
        tiers = (("title", TITLE_PAIRS), ("keywords", KEYWORD_PAIRS), ("body", BODY_PAIRS))
        found = []
        for field, worth in tiers:
            every = _every([self._term(self._path(field), gram) for gram in word.grams])
            found.append(Clause.const_score_query(every, worth))
        return found

    def _some_pairs(self, word: Word) -> Clause:
        pairs = [(Occur.Should, self._term(self._path("title"), gram)) for gram in word.grams]
        needed = max(2, len(pairs) * 3 // 5)
        some = Clause.boolean_query(pairs, minimum_number_should_match=needed)
        return Clause.const_score_query(some, TYPO_TITLE)

    def _tails(self, forms: Iterable[str]) -> list[Clause]:
        return [
            Clause.const_score_query(self._begun(self._path("tails"), form[::-1]), TITLE_TAIL)
            for form in dict.fromkeys(forms)
            if len(form) >= SHORTEST_TAIL
        ]

    def _beginnings(self, form: str, *, is_cjk: bool) -> list[Clause]:
        if len(form) < (1 if is_cjk else self.shortest):
            return []
        tiers = (("title", TITLE_BEGUN), ("keywords", KEYWORD_BEGUN))
        return [
            Clause.const_score_query(self._begun(self._path(field), form), worth)
            for field, worth in tiers
        ]

    def _typos(self, word: Word) -> list[Clause]:
        form, root = word.exact[0], stem(word.root)
        if len(form) < SHORTEST_TYPO:
            return []
        close = [
            self._close("title", form, 1, TYPO_TITLE),
            self._close("keywords", form, 1, TYPO_KEYWORD),
            self._close("body", form, 1, TYPO_BODY),
        ]
        if word.root != form and len(word.root) >= SHORTEST_TYPO:
            close.append(self._close("title", root, 1, TYPO_TITLE))
            close.append(self._close("keywords", root, 1, TYPO_KEYWORD))
        if len(form) >= SHORTEST_DOUBLE_TYPO:
            close.append(self._close("title", form, 2, TYPO_TITLE / 2))
            close.append(self._close("keywords", form, 2, TYPO_KEYWORD / 2))
        return close

    def _close(self, field: str, form: str, distance: int, worth: float) -> Clause:
        close = Clause.fuzzy_term_query(self.schema, self._path(field), form, distance=distance)
        return Clause.const_score_query(close, worth)

    def _split(self, word: Word) -> list[Clause]:
        """Kaffeemühle as Kaffee and Mühle, when nothing has the word itself but both parts."""
        form = word.exact[0]
        if not word.is_letters or len(form) < SHORTEST_TAIL * 2 or self.knows(word):
            return []
        for at in range(len(form) - SHORTEST_TAIL, SHORTEST_TAIL - 1, -1):
            head, tail = form[:at], form[at:]
            heads = [h for h in (head, head.removesuffix("s"), head.removesuffix("n")) if h]
            known = next((h for h in heads if self._knows(h)), None)
            if known and self._knows(tail):
                return [_every([
                    Clause.const_score_query(_best([
                        self._term(self._path("title"), each),
                        self._term(self._path("keywords"), each),
                    ]), TITLE_TAIL)
                    for each in (known, tail)
                ])]
        return []

    def _rarity(self) -> list[tuple[Occur, Clause]]:
        field = self._path("title")
        return [
            (Occur.Should, Clause.boost_query(
                Clause.term_query(self.schema, field, form, "freq"), RARITY
            ))
            for part in self.reading.parts
            for word in part.words
            for form in (word.exact[0], stem(word.root))
        ]

    def _knows(self, form: str) -> bool:
        fields = ("title", "keywords", "body")
        return any(self.searcher.doc_freq(self._path(field), form) for field in fields)

    def _path(self, field: str) -> str:
        return path(field, self.reading.language)

    def _term(self, field: str, form: str) -> Clause:
        return Clause.term_query(self.schema, field, form, "basic")

    def _const(self, field: str, form: str, worth: float) -> Clause:
        return Clause.const_score_query(self._term(field, form), worth)

    def _begun(self, field: str, form: str) -> Clause:
        return Clause.fuzzy_term_query(self.schema, field, form, distance=0, prefix=True)


def shown_in(schema: tantivy.Schema, language: str, market: str) -> Clause:
    """What this language and market may see."""
    scopes = [pair(language, market), pair(language, EVERYWHERE)]
    return _any_of(schema, "scope", scopes)


def of_kinds(schema: tantivy.Schema, kinds: tuple[str, ...]) -> list[Clause]:
    """One clause for the kinds asked for; none where all are."""
    return [_any_of(schema, "kind", map(clean, kinds))] if kinds else []


def chosen(schema: tantivy.Schema, facets: Facets, but: str = "") -> list[Clause]:
    """One clause for each facet with a choice, except the facet named `but`."""
    return [
        _any_of(schema, "facets", [pair(name, value) for value in values])
        for name, values in facets.items()
        if values and name != but
    ]


def narrowed(clause: Clause, filters: Iterable[Clause]) -> Clause:
    """The clause within filters that add nothing to the score."""
    silent = [(Occur.Must, Clause.const_score_query(each, 0.0)) for each in filters]
    return Clause.boolean_query([(Occur.Must, clause), *silent])


def _any_of(schema: tantivy.Schema, field: str, values: Iterable[str]) -> Clause:
    return Clause.boolean_query(
        [(Occur.Should, Clause.term_query(schema, field, value, "basic")) for value in values]
    )


def _best(ways: list[Clause]) -> Clause:
    return ways[0] if len(ways) == 1 else Clause.disjunction_max_query(ways)


def _every(clauses: list[Clause]) -> Clause:
    return Clause.boolean_query([(Occur.Must, clause) for clause in clauses])

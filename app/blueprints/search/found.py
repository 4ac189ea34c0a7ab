"""The result page as its templates see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.kernel import clock
from app.services.catalogue.cards import cards
from app.services.catalogue.shelves import shelves
from app.services.content import pages_by_ids
from app.services.search import flow
from app.services.search.port import Found, Hit
from app.web import locale
from app.web.cards import Card, cards_of


@dataclass(frozen=True, slots=True)
class Scope:
    """A category to look in."""

    label: str
    url: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page that answers the question ("returns")."""

    title: str
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Results:
    """Everything the page shows; next_url is '' at the end."""

    cards: tuple[Card, ...]
    total: int
    corrected: str
    scopes: tuple[Scope, ...]
    pages: tuple[FoundPage, ...]
    next_url: str
    shown: int
    number: int


def results_of(text: str, args: Mapping[str, str]) -> Results:
    """Look for products (one page of them) and pages."""
    here = locale.current()
    page, scope = args.get("page", ""), args.get("in", "")[:64]
    number = min(max(int(page), 1), 50) if page.isdecimal() and len(page) <= 4 else 1
    if not text:
        return Results((), 0, "", (), (), "", 0, 1)
    found = flow.find(text, here.language, here.market, kinds=("product",),
                      categories=(scope,) if scope else (), offset=(number - 1) * flow.SHOWN)
    others = flow.find(text, here.language, here.market, kinds=("page",), limit=3)
    shown = min(number * flow.SHOWN, found.total)
    more = found.total > number * flow.SHOWN
    return Results(
        tuple(_cards(found.hits)), found.total, found.corrected or "", _scopes(found, text, scope),
        tuple(_pages(others.hits)), _url(text, scope, number + 1) if more else "", shown, number,
    )


def _cards(hits: tuple[Hit, ...]) -> list[Card]:
    here = locale.current()
    ids = [int(hit.key.partition(":")[2]) for hit in hits]
    return cards_of(cards(ids, here.market, here.currency, here.chain, clock.now()))


def _scopes(found: Found, text: str, chosen: str) -> tuple[Scope, ...]:
    """Top categories the finds stand in, most first."""
    tree, here = shelves(), locale.current()
    counts = found.facets.get("category", {})
    tops = [shelf for shelf in tree.by_id.values() if shelf.parent_id is None
            and counts.get(shelf.code)]
    tops.sort(key=lambda shelf: -counts[shelf.code])
    return tuple(
        Scope(shelf.text(here.chain).name, _url(text, "" if shelf.code == chosen else shelf.code),
              counts[shelf.code], shelf.code == chosen)
        for shelf in tops[:7]
    )


def _pages(hits: tuple[Hit, ...]) -> list[FoundPage]:
    here = locale.current()
    ids = [int(hit.key.partition(":")[2]) for hit in hits]
    return [
        FoundPage(words.title, url_for("pages.show", slug=words.slug), words.seo_description)
        for page in pages_by_ids(ids) if (words := page.text(here.chain))
    ]


def _url(text: str, scope: str, number: int = 1) -> str:
    wanted: dict[str, Any] = {"q": text}
    if scope:
        wanted["in"] = scope
    if number > 1:
        wanted["page"] = str(number)
    return url_for("search.results", **wanted)

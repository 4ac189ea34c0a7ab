"""Suggestions while typing: queries, categories, products with picture and price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup, escape

from app.kernel import clock
from app.services.catalogue.cards import cards
from app.services.catalogue.shelves import shelves
from app.services.content import pages_by_ids
from app.services.media.flow import PictureView
from app.services.search import flow
from app.services.search.port import Suggestion
from app.web import filters, locale
from app.web.cards import Card, cards_of
from app.web.gettext import gettext as _

MOST = 8


@dataclass(frozen=True, slots=True)
class Proposal:
    """One row of the list; what was not typed is marked."""

    url: str
    name: str | Markup
    note: str | Markup | None
    picture: PictureView | None


def groups_of(text: str) -> tuple[list[tuple[str, list[Proposal]]], str | None]:
    """(heading, rows) groups and the address of all results; nothing for too short a text."""
    here = locale.current()
    found = flow.suggest(text, here.language, here.market, MOST) if text else ()
    by_kind: dict[str, list[Suggestion]] = {}
    for proposal in found:
        by_kind.setdefault(proposal.kind, []).append(proposal)
    groups = [
        (_("Searches"), [_query(one) for one in by_kind.get("query", ())]),
        (_("Categories"), _categories(by_kind.get("category", ()))),
        (_("Products"), _products(by_kind.get("product", ()))),
        (_("Help and information"), _pages(by_kind.get("page", ()))),
    ]
    return [group for group in groups if group[1]], (
        url_for("search.results", q=text) if found else None
    )


def marked(proposal: Suggestion) -> Markup:
    """The text with everything that was not typed in bold (Baymard: that is what to read)."""
    parts, at = [], 0
    for start, end in proposal.marks:
        parts.append(Markup("<b>{}</b>").format(proposal.text[at:start]) if start > at else "")
        parts.append(escape(proposal.text[start:end]))
        at = end
    rest = proposal.text[at:]
    parts.append(Markup("<b>{}</b>").format(rest) if rest else "")
    return Markup("").join(parts)


def _query(one: Suggestion) -> Proposal:
    return Proposal(url_for("search.results", q=one.text), marked(one), None, None)


def _categories(found: Sequence[Suggestion]) -> list[Proposal]:
    tree, here = shelves(), locale.current()
    return [
        Proposal(url_for("storefront.category", slug=shelf.text(here.chain).slug), marked(one),
                 None, None)
        for one in found if (shelf := tree.by_id.get(_id(one)))
    ]


def _products(found: Sequence[Suggestion]) -> list[Proposal]:
    here, by_id = locale.current(), {_id(one): one for one in found}
    facts = cards(list(by_id), here.market, here.currency, here.chain, clock.now())
    shown: list[Card] = cards_of(facts)
    return [
        Proposal(card.url, marked(by_id[fact.product_id]), filters.price(card.offer.now),
                 card.picture)
        for fact, card in zip(facts, shown, strict=True)
    ]


def _pages(found: Sequence[Suggestion]) -> list[Proposal]:
    here, by_id = locale.current(), {_id(one): one for one in found}
    return [
        Proposal(url_for("pages.show", slug=page.text(here.chain).slug), marked(by_id[page.id]),
                 None, None)
        for page in pages_by_ids(list(by_id))
    ]


def _id(one: Suggestion) -> int:
    return int((one.key or ":0").partition(":")[2])

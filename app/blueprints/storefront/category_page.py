"""A category as its page shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from babel.numbers import get_currency_symbol
from flask import url_for

from app.blueprints.storefront import structured
from app.blueprints.storefront.addresses import in_prefix
from app.blueprints.storefront.asked import AskedListing, filter_pairs, listing_url
from app.kernel import clock
from app.kernel.errors import NotFound
from app.services.catalogue.cards import cards
from app.services.catalogue.facets import SORTS, Facet, Filters
from app.services.catalogue.listing import PER_PAGE, ListingPage, listing
from app.services.catalogue.pictures import pictures
from app.services.catalogue.shelves import Shelf, ShelfText, shelves
from app.web import filters as formats
from app.web.cards import cards_of
from app.web.foreign import lang_of, note_of, said
from app.web.gettext import gettext as _
from app.web.locale import Locale
from app.web.page import Page
from app.web.paths import path_to
from app.web.price_words import list_words

OPEN_FACETS = 4


@dataclass(frozen=True, slots=True)
class Chip:
    """An applied filter, and the address without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownCategory:
    """The template's variables, the tidy address, and how long the page holds."""

    context: dict[str, Any]
    address: str
    until: datetime | None


def category_page(shelf: Shelf, text: ShelfText, asked: AskedListing, here: Locale, *,
                  is_more: bool = False) -> ShownCategory:
    """Everything the category's templates need. Raises NotFound behind the last page.

    is_more  only the next cards are wanted; the reader already has those from `since` on
    """
    found = listing(shelf, here.market, here.currency, here.chain, asked.filters, asked.sort,
                    asked.page, 0 if is_more else asked.since)
    since = min(asked.since or found.page, found.page) if is_more else found.since
    if found.page > found.pages:
        raise NotFound("not_found")
    colours = [code for codes in found.filters.values.values() for code in codes]
    facts = cards(found.product_ids, here.market, here.currency, here.chain, clock.now(), colours)
    shown = cards_of(facts)
    address = listing_url(text.slug, found.filters, found.sort, found.page, since)
    path = crumbs(shelf, here, is_whole=False)
    page = _page(shelf, text, found, path)
    if not page.robots:
        page.jsonld = [structured.breadcrumb(path), structured.item_list(
            [card.url for card in shown], (found.since - 1) * PER_PAGE)]
    return ShownCategory({
        "page": page, "crumbs": path, "shelf": _head(shelf, text, here), "listing": _listing(
            text.slug, found, since, here), "cards": shown,
    }, address, found.until)


def crumbs(shelf: Shelf | None, here: Locale, *, is_whole: bool) -> list[tuple[Any, str | None]]:
    """(label, url) from home down to the shelf; is_whole: the shelf is a link too. None: home."""
    found: list[tuple[Any, str | None]] = [(_("Home"), url_for("storefront.home"))]
    for step in shelves().path(shelf) if shelf else ():
        text = step.text(here.chain)
        is_last = step is shelf and not is_whole
        found.append((said(text.name, text.language),
                      None if is_last else path_to("storefront.category", text.slug)))
    return found


def _page(shelf: Shelf, text: ShelfText, found: ListingPage,
          path: Sequence[tuple[Any, str | None]]) -> Page:
    is_plain = found.filters.is_empty and found.sort == SORTS[0] and found.since == found.page
    title = text.seo_title or text.name
    if found.page > 1:
        title = _("%(title)s, page %(page)s", title=title, page=formats.number(found.page))
    return Page(
        title=title, description=text.seo_description or text.intro,
        robots="" if is_plain else "noindex, follow",
        breadcrumb=[(str(label), url or "") for label, url in path],
        section=shelves().path(shelf)[0].code,
        canonical_path=listing_url(text.slug, Filters(), SORTS[0], found.page),
        at=in_prefix("/c/{}", {language: words.slug for language, words in shelf.texts.items()},
                     f"?page={found.page}" if found.page > 1 else ""),
    )


def _head(shelf: Shelf, text: ShelfText, here: Locale) -> dict[str, Any]:
    """The category's own words and picture, and the shelves under it as pictures."""
    under = shelves().children.get(shelf.id, ())
    siblings = under or tuple(
        one for one in shelves().children.get(shelf.parent_id, ()) if shelf.parent_id
    )
    views = pictures([one.media_id for one in siblings if one.media_id], here.chain)
    words = [(one, one.text(here.chain)) for one in siblings]
    return {
        "name": said(text.name, text.language), "intro": said(text.intro, text.language),
        "note": note_of(text.language), "lang": lang_of(text.language),
        "below": [{
            "name": said(name.name, name.language), "is_current": one.id == shelf.id,
            "url": path_to("storefront.category", name.slug),
            "picture": views.get(one.media_id or 0),
        } for one, name in words],
    }


def _listing(slug: str, found: ListingPage, since: int, here: Locale) -> dict[str, Any]:
    """Filters, chips, order and the way to the next page."""
    action = url_for("storefront.category", slug=slug)
    facets = [_named(facet, place, here) for place, facet in enumerate(found.facets)]
    sort_pair = [] if found.sort == SORTS[0] else [("sort", found.sort)]
    chosen = list(_chips(slug, found, facets, here))
    return {
        "action": action, "facets": facets, "total": found.total, "shown": found.shown,
        "page": found.page, "chips": chosen, "sort": found.sort, "sorts": _sorts(),
        "clear_url": listing_url(slug, Filters(), found.sort), "hidden": sort_pair,
        "kept": filter_pairs(found.filters), "prices_note": list_words(here.market),
        "next_url": listing_url(slug, found.filters, found.sort, found.next_page)
        if found.next_page else None,
        "more_url": listing_url(slug, found.filters, found.sort, found.next_page, since)
        if found.next_page else None,
    }


def _sorts() -> list[tuple[str, str]]:
    return [("relevance", _("Our choice")), ("new", _("Newest")), ("price", _("Price, low first")),
            ("price-down", _("Price, high first")), ("name", _("Name"))]


def _named(facet: Facet, place: int, here: Locale) -> Facet:
    """The shop's own facets get their names in the page's language."""
    names: dict[str, Callable[[], str]] = {
        "brand": lambda: _("Brand"), "price": lambda: _("Price"),
        "stock": lambda: _("Availability"), "show": lambda: _("New and reduced"),
    }
    labels = {("stock", "in"): _("In stock"), ("show", "new"): _("New"),
              ("show", "offers"): _("Reduced")}
    values = tuple(
        replace(value, label=labels.get((facet.key, value.value), value.label))
        for value in facet.values
    )
    is_open = place < OPEN_FACETS or any(value.checked for value in values)
    unit = get_currency_symbol(facet.unit, locale=here.babel) if facet.unit else ""
    name = facet.name or names.get(facet.key, lambda: facet.key)()
    return replace(facet, name=name, values=values, open=is_open, unit=unit)


def _chips(slug: str, found: ListingPage, facets: Iterable[Facet],
           here: Locale) -> Iterable[Chip]:
    held = found.filters
    for facet in facets:
        for value in facet.values:
            if value.checked:
                left = held.values[facet.key] - {value.value}
                values = {**held.values, facet.key: left}
                rest = replace(held, values={key: codes for key, codes in values.items() if codes})
                yield Chip(f"{facet.name}: {value.label}", listing_url(slug, rest, found.sort))
    if held.price_min is not None or held.price_max is not None:
        symbol = get_currency_symbol(here.currency, locale=here.babel)
        low = formats.number(held.price_min or 0)
        label = (_("%(low)s and more (%(unit)s)", low=low, unit=symbol)
                 if held.price_max is None else
                 _("%(low)s to %(high)s (%(unit)s)", low=low,
                   high=formats.number(held.price_max), unit=symbol))
        rest = replace(held, price_min=None, price_max=None)
        yield Chip(label, listing_url(slug, rest, found.sort))

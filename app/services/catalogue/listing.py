"""A page of a category: which products, in which order, with which facets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.services.catalogue.assortment import (
    Assortment,
    assortment,
    by_name,
    first_places,
    in_stock,
)
from app.services.catalogue.facets import SORTS, Facet, Filters, narrow
from app.services.catalogue.labels import labels
from app.services.catalogue.shelves import Shelf
from app.services.markets import MarketView

PER_PAGE, MOST_PAGES = 24, 10


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page, or all from page `since` on. `filters` are those that really narrow; `until` is
    when the clock changes it."""

    product_ids: tuple[int, ...]
    total: int
    since: int
    page: int
    facets: tuple[Facet, ...]
    filters: Filters
    sort: str
    until: datetime | None

    @property
    def shown(self) -> int:
        """How many products a reader who came page by page has seen."""
        return (self.since - 1) * PER_PAGE + len(self.product_ids)

    @property
    def next_page(self) -> int | None:
        """The number of the next page, or None on the last."""
        return self.page + 1 if self.shown < self.total else None

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(-(-self.total // PER_PAGE), 1)


def listing(shelf: Shelf, market: MarketView, currency: str, chain: Sequence[str],  # noqa: PLR0913 - what a list is asked about
            filters: Filters, sort: str, page: int, since: int = 0) -> ListingPage:
    """The page of a shelf; an unknown sort is that by relevance, a page before the first it.

    since  the first page to show with it, at most MOST_PAGES before; 0 for the page alone
    """
    held = assortment(shelf, market, currency)
    stocked = in_stock(held, shelf, market)
    found, facets, known = narrow(held, stocked, filters, labels(), currency, chain)
    sort = sort if sort in SORTS else SORTS[0]
    page = max(page, 1)
    since = max(since, page - MOST_PAGES + 1, 1) if 0 < since < page else page
    start, most = (since - 1) * PER_PAGE, (page - since + 1) * PER_PAGE
    ids = _part(held, found, stocked, _order(held, shelf, sort, chain), sort, start, most)
    return ListingPage(ids, found.bit_count(), since, page, facets, known, sort, held.until)


def _part(held: Assortment, found: int, stocked: int, order: Sequence[int], sort: str,  # noqa: PLR0913 - which part of what
          start: int, most: int) -> tuple[int, ...]:
    size = len(held.ids)
    if sort != SORTS[0]:
        return _ids(held, first_places(found, order, size, start, most))
    # What can be had goes before what is sold out.
    there = found & stocked
    places = first_places(there, order, size, start, most)
    missing = most - len(places)
    if missing:
        skipped = max(start - there.bit_count(), 0)
        places += first_places(found & ~stocked, order, size, skipped, missing)
    return _ids(held, places)


def _ids(held: Assortment, places: Iterable[int]) -> tuple[int, ...]:
    return tuple(held.ids[place] for place in places)


def _order(held: Assortment, shelf: Shelf, sort: str, chain: Sequence[str]) -> Sequence[int]:
    places = range(len(held.ids))
    if sort == "name":
        return by_name(held, shelf, chain)
    if sort == "price":
        return sorted(places, key=held.low.__getitem__)
    if sort == "price-down":
        return sorted(places, key=lambda place: -held.low[place])
    if sort == "new":
        new = held.new.to_bytes(len(held.ids) // 8 + 1, "little")
        return sorted(places, key=lambda place: (
            -(new[place >> 3] >> (place & 7) & 1), -held.born[place]))
    return places

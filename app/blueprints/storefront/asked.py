"""What an address asks for: filters, order and page of a list; variant and door of a product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from app.services.catalogue.facets import SORTS, Filters

OWN = frozenset({"page", "since", "sort", "price_min", "price_max"})
LONGEST, MOST_VALUES, LAST_PAGE = 64, 60, 100_000


@dataclass(frozen=True, slots=True)
class AskedListing:
    """Filters, order and page as the address gives them; nothing of it is trusted to exist.

    since  the first page to show with it: how far a reader had loaded more; 0 for the page alone
    """

    filters: Filters
    sort: str
    page: int
    since: int

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> AskedListing:
        """From a query string. What cannot be read is left out."""
        values: dict[str, frozenset[str]] = {}
        for key in list(args)[:MOST_VALUES]:
            codes = frozenset(code for code in args.getlist(key)[:MOST_VALUES]
                              if 0 < len(code) <= LONGEST)
            if key not in OWN and len(key) <= LONGEST and codes:
                values[key] = codes
        sort = args.get("sort", SORTS[0])
        return cls(
            Filters(values, _whole(args.get("price_min", "")), _whole(args.get("price_max", ""))),
            sort if sort in SORTS else SORTS[0],
            min(_whole(args.get("page", "")) or 1, LAST_PAGE),
            min(_whole(args.get("since", "")) or 0, LAST_PAGE),
        )

    def address(self, slug: str) -> str:
        """The same request under another slug."""
        return listing_url(slug, self.filters, self.sort, self.page, self.since)


@dataclass(frozen=True, slots=True)
class AskedProduct:
    """A SKU, the radio buttons beside it (option code -> value code), and a door."""

    sku: str
    wanted: Mapping[str, str]
    country: str
    postcode: str

    @classmethod
    def parse(cls, args: Mapping[str, str]) -> AskedProduct:
        """From a query string. What cannot be read is left out."""
        country = args.get("to", "").strip().upper()
        postcode = " ".join(args.get("postcode", "").split())[:12]
        return cls(
            sku=args.get("sku", "")[:128],
            wanted={key: value for key, value in list(args.items())[:MOST_VALUES]
                    if key not in {"sku", "to", "postcode"} and len(value) <= LONGEST},
            country=country if len(country) == 2 and country.isascii() and country.isalpha()
            else "",
            postcode="".join(letter for letter in postcode if letter.isalnum() or letter in " -"),
        )

    @property
    def kept(self) -> dict[str, Any]:
        """The parts of it that belong into an address."""
        parts = {"sku": self.sku, "to": self.country, "postcode": self.postcode}
        return {key: value for key, value in parts.items() if value}


def filter_pairs(filters: Filters) -> list[tuple[str, str]]:
    """(name, value) pairs of a query string, always in the same order."""
    pairs = [(key, code) for key in sorted(filters.values) for code in sorted(filters.values[key])]
    if filters.price_min is not None:
        pairs.append(("price_min", str(filters.price_min)))
    if filters.price_max is not None:
        pairs.append(("price_max", str(filters.price_max)))
    return pairs


def listing_url(slug: str, filters: Filters, sort: str, page: int = 1, since: int = 0) -> str:
    """The address of a list: only what differs from the plain one is in it."""
    pairs = filter_pairs(filters)
    if sort != SORTS[0]:
        pairs.append(("sort", sort))
    if page > 1:
        pairs.append(("page", str(page)))
        if 0 < since < page:
            pairs.append(("since", str(since)))
    return with_query(url_for("storefront.category", slug=slug), pairs)


def with_query(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """path?query, or the bare path."""
    query = urlencode(list(pairs))
    return f"{path}?{query}" if query else path


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None

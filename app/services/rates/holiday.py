"""Public holidays and weekends by country, region and year, from the `holidays` package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache

import holidays

from app.rules.rate_book import CalendarRow

YEARS_AHEAD = 2  # promises of delivery never reach further


@cache
def public_holidays(country: str, year: int, region: str = "") -> frozenset[date]:
    """Public holidays of `year`, its neighbour before and the two after it: nationwide, and of a
    region (ISO 3166-2 without the country) where it has its own; none for an unknown country."""
    years = range(year - 1, year + YEARS_AHEAD + 1)
    try:
        return frozenset(holidays.country_holidays(country, subdiv=region or None, years=years))
    except NotImplementedError:
        return public_holidays(country, year) if region else frozenset()


class Calendars(Mapping[str, CalendarRow]):
    """Calendars by country ("DE") and region ("DE-BY"): the stored rows, and for the others what
    the package knows. Regions are worked out when first asked for."""

    def __init__(self, stored: Mapping[str, CalendarRow], year: int) -> None:
        self._rows, self._year = dict(stored), year

    def __getitem__(self, place: str) -> CalendarRow:
        """The calendar of a place. Raises KeyError where nothing is known."""
        if place not in self._rows:
            self._rows[place] = self._made(place)
        return self._rows[place]

    def __iter__(self) -> Iterator[str]:
        """Places that are stored or have been asked for."""
        return iter(dict(self._rows))

    def __len__(self) -> int:
        """How many are known by now."""
        return len(self._rows)

    def _made(self, place: str) -> CalendarRow:
        country, _, region = place.partition("-")
        days = public_holidays(country, self._year, region)
        if region:
            return replace(self[country], holidays=days)
        try:
            weekend = frozenset(holidays.country_holidays(country).weekend)
        except NotImplementedError:
            raise KeyError(place) from None
        return CalendarRow(country, weekend, days)

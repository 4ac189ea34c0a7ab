"""Public holidays by country and year, from the `holidays` package."""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays

YEARS_AHEAD = 2  # promises of delivery never reach further


@cache
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Nationwide public holidays of `year` and the two after it; none for an unknown country."""
    years = range(year, year + YEARS_AHEAD + 1)
    try:
        return frozenset(holidays.country_holidays(country, years=years))
    except NotImplementedError:
        return frozenset()

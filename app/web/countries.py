"""Countries to choose from, by name in the page's language."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from app.services import addresses
from app.services.markets import MarketView
from app.web import locale

# CLDR's territories that are groups, reserved codes or places without people.
NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "XK", "ZZ", "AC", "CP", "DG", "TA",
                           "CQ", "AQ", "BV", "HM", "UM"})
MOST_FIRST = 40


def by_name() -> tuple[tuple[str, str], ...]:
    """(code, name) of every country goods can go to, sorted by name."""
    territories = locale.current().babel.territories
    names = {str(code): str(name) for code, name in territories.items()}
    codes = [code for code in names if len(code) == 2 and code.isalpha()
             and code not in NOT_COUNTRIES and code not in addresses.NOT_SOLD_TO]
    return tuple(sorted(((code, names[code]) for code in codes), key=lambda pair: pair[1]))


def for_market(market: MarketView) -> tuple[tuple[str, str], ...]:
    """(code, name): the market's own countries first, then every other."""
    every = dict(by_name())
    first = [code for code in market.countries if code in every][:MOST_FIRST]
    rest = [code for code in every if code not in first]
    return tuple((code, every[code]) for code in [*first, *rest])


@lru_cache(maxsize=256)
def options(pairs: tuple[tuple[str, str], ...], chosen: str) -> Markup:
    """The <option> elements of (value, label) pairs: two hundred countries are made once."""
    return Markup().join(
        Markup('<option value="{}"{}>{}</option>').format(
            value, Markup(" selected") if value == chosen else "", label)
        for value, label in pairs
    )

"""What the shop has for what a browser asks for: Accept-Language to a language and a market."""

from __future__ import annotations

import langcodes

from app.services import markets


def best_language(wanted: list[str]) -> str | None:
    """The shop's language nearest to what the browser asks for, or None."""
    for tag in wanted:
        try:
            match, distance = langcodes.closest_match(tag, list(markets.LANGUAGES),
                                                      max_distance=25)
        except langcodes.LanguageTagError:
            continue
        if distance <= 25 and match != "und":
            return match
    return None


def market_of_languages(wanted: list[str]) -> markets.MarketView | None:
    """A market named by a tag's territory: "de-AT" -> Austria."""
    for tag in wanted:
        territory = tag.replace("_", "-").split("-")[-1].upper()
        if len(territory) == 2 and (market := markets.of_country(territory)):
            return market
    return None

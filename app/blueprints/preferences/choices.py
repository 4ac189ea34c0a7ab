"""What can be chosen, by its own name and without flags."""

from __future__ import annotations

from dataclasses import dataclass

from app.services import markets
from app.web import countries, filters, locale


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """The three lists of the dialog."""

    countries: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    currencies: tuple[Choice, ...]


def choices() -> Choices:
    """Countries by name in the page's language, languages by their own, currencies of the shop;
    the market's own come first."""
    here = locale.current()
    first = here.market.currencies
    money = [*first, *(code for code in markets.currencies() if code not in first)]
    own = [*here.market.languages,
           *(code for code in markets.LANGUAGES if code not in here.market.languages)]
    return Choices(
        tuple(Choice(code, name, code == here.country) for code, name in countries.by_name()),
        tuple(Choice(code, markets.LANGUAGES[code], code == here.language) for code in own),
        tuple(Choice(code, f"{code} – {filters.currency_name(code)}", code == here.currency)
              for code in money),
    )

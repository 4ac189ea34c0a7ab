"""Words and numbers of papers in the document's language, without a request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import copy
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError, dates, numbers

from app.config import ROOT
from app.kernel.currency import exponent
from app.services.markets import LANGUAGES, RIGHT_TO_LEFT
from app.services.postal import postal_lines

FOLDER = ROOT / "app" / "data" / "documents"
# CLDR puts direction marks into Arabic amounts; the typesetter isolates them by itself.
_FLUSH = str.maketrans("", "", "\u200e\u200f\u061c")


class Words:
    """One language's words, and its ways to write money, days, percents and addresses.

    country  of the reader, for the order of day and month
    """

    def __init__(self, language: str, country: str = "") -> None:
        self.language = language if language in LANGUAGES else "en"
        self.texts = texts(self.language)
        self.locale = _locale(self.language, country)

    @property
    def is_rtl(self) -> bool:
        """Written from right to left."""
        return self.language in RIGHT_TO_LEFT

    def __call__(self, code: str, **values: object) -> str:
        """The text of a code; a code without words is shown as it is."""
        text = self.texts.get(code, code)
        return text.format(**values) if values else text

    def knows(self, code: str) -> bool:
        """True when there are words for it."""
        return code in self.texts

    def money(self, minor: int, currency: str) -> str:
        """An amount with ISO's decimals, and digits that every tax office reads."""
        return self._amount(Decimal(minor).scaleb(-exponent(currency)), currency,
                            exponent(currency))

    def number(self, value: Decimal | int) -> str:
        """Grouped as the locale does."""
        return numbers.format_decimal(value, locale=self.locale,
                                      numbering_system="latn").translate(_FLUSH)

    def price(self, major: Decimal, currency: str) -> str:
        """A net unit price with the decimals it needs: at least the currency's, at most four."""
        digits = min(max(-int(major.normalize().as_tuple().exponent), 0), 4)
        return self._amount(major, currency, max(digits, exponent(currency)))

    def _amount(self, major: Decimal, currency: str, digits: int) -> str:
        if self.is_rtl:  # a symbol of the other direction would turn the amount about
            shown = numbers.format_decimal(major, format=f"#,##0.{'0' * digits}", locale="en")
            return f"{currency} {shown.removesuffix('.')}"
        pattern = copy(self.locale.currency_formats["standard"])
        pattern.frac_prec = (digits, digits)
        return pattern.apply(major, self.locale, currency=currency, currency_digits=False,
                             numbering_system="latn").translate(_FLUSH)

    def percent(self, text: str) -> str:
        """A rate as frozen ("8.1") as people write it."""
        value = Decimal(text)
        digits = max(-int(value.normalize().as_tuple().exponent), 0)
        pattern = self.locale.percent_formats[None].pattern
        if digits:
            pattern = pattern.replace("#,##0", "#,##0." + "0" * digits)
        return numbers.format_percent(value / 100, format=pattern, locale=self.locale,
                                      numbering_system="latn").translate(_FLUSH)

    def day(self, text: str | None) -> str:
        """An ISO day in words, with the year."""
        if not text:
            return ""
        shown: str = dates.format_date(date.fromisoformat(text), "long", locale=self.locale)
        return shown.translate(_FLUSH).translate(_LATIN)

    def country(self, code: str) -> str:
        """A country's name."""
        return str(self.locale.territories.get(code, code))

    def address(self, address: Mapping[str, str]) -> list[str]:
        """The lines of an address."""
        code = address.get("country", "")
        return postal_lines(address, self.country(code) if code else "")


_LATIN = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")


@lru_cache
def texts(language: str) -> Mapping[str, str]:
    """The word list of a language."""
    found: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=64)
def _locale(language: str, country: str) -> Locale:
    """The language as it is written in the country, where that is known."""
    base = language.replace("-", "_")
    known = Locale.parse(base)
    if country and len(country) == 2:
        try:
            return Locale.parse(f"{base}_{country}")
        except UnknownLocaleError:
            return known
    return known

"""Which language, market, currency and country a request is in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from babel import Locale as BabelLocale
from babel import UnknownLocaleError
from flask import Blueprint, Flask, abort, g, request
from werkzeug.routing import BaseConverter, IntegerConverter

from app.kernel.errors import NotFound
from app.services import markets
from app.services.markets import BY_LOWER, RIGHT_TO_LEFT, MarketView

CURRENCY_COOKIE, COUNTRY_COOKIE, PREFIX_COOKIE = "currency", "country", "shop"
SHARED = frozenset({"storefront", "pages"})  # blueprints whose pages are the same for everybody
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Locale:
    """A storefront request's language, market, currency and country of delivery."""

    language: str
    market: MarketView
    currency: str
    country: str

    @property
    def prefix(self) -> str:
        """The first part of the path: de-at, zh-hans-sg."""
        return prefix_of(self.language, self.market.code)

    @property
    def direction(self) -> str:
        """rtl for Arabic, else ltr."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    @cached_property
    def babel(self) -> BabelLocale:
        """The CLDR locale numbers and dates are formatted in (de_AT, zh_Hans_SG, ar_AE)."""
        return babel_locale(self.language, self.market.country)

    @property
    def html(self) -> str:
        """The page's lang attribute: the language with the market's country where there is one."""
        return self.language if self.market.code in {"eu", "row"} else (
            f"{self.language}-{self.market.country}"
        )

    @property
    def chain(self) -> tuple[str, ...]:
        """Languages in which data texts are looked for."""
        return self.market.chain(self.language)


class PrefixConverter(BaseConverter):
    """`de-at`, `zh-hans-sg`: a language of the shop and a market's code, in lower case."""

    regex = r"[a-z]{2}(?:-hans)?-[a-z]{2,3}"
    part_isolating = True


class RowNumber(IntegerConverter):
    """A row's number in an address: one that no table can hold is no address of the shop."""

    regex = r"[0-9]{1,9}"


def prefix_of(language: str, market_code: str) -> str:
    """The path prefix of a language in a market."""
    return f"{language.lower()}-{market_code}"


def parse_prefix(prefix: str) -> tuple[str, MarketView]:
    """(language, market) of a prefix. Raises NotFound for an unknown one."""
    language, _, code = prefix.rpartition("-")
    if language not in BY_LOWER:
        raise NotFound("unknown_language")
    return BY_LOWER[language], markets.find(code)


def babel_locale(language: str, country: str) -> BabelLocale:
    """The nearest locale CLDR has for a language in a country."""
    base = language.replace("-", "_")
    for name in (f"{base}_{country}", base):
        try:
            return BabelLocale.parse(name)
        except (ValueError, UnknownLocaleError):
            continue
    return BabelLocale.parse("en")


def current() -> Locale:
    """The locale of this request; outside storefront pages the default market in English."""
    found: Locale | None = g.get("locale")
    if found is None:
        language, market = "en", markets.default()
        found = g.locale = Locale(language, market, market.currencies[0], market.country)
    return found


def chosen_currency(market: MarketView) -> str:
    """The visitor's own choice where the shop has that currency, else the market's first."""
    wanted = request.cookies.get(CURRENCY_COOKIE, "").upper()
    return wanted if wanted in markets.currencies() else market.currencies[0]


def chosen_country(market: MarketView) -> str:
    """The country the visitor said they want delivery to, else the market's first.

    Public pages that are cached look only at ?to=; fragments and cart pages at the cookie.
    """
    wanted = request.cookies.get(COUNTRY_COOKIE, "").upper()
    return wanted if len(wanted) == 2 and wanted.isalpha() else market.country


def localised(blueprint: Blueprint) -> Blueprint:
    """Put a blueprint under /<prefix>: views never see it, url_for fills it in."""

    @blueprint.url_value_preprocessor
    def _enter(_endpoint: str | None, values: dict[str, str] | None) -> None:
        language, market = parse_prefix((values or {}).pop("prefix"))
        country = market.country if blueprint.name in SHARED else chosen_country(market)
        g.locale = Locale(language, market, chosen_currency(market), country)

    return blueprint


def install(app: Flask) -> None:
    """Register the converters and make url_for fill in the current prefix."""
    app.url_map.converters |= {"prefix": PrefixConverter, "int": RowNumber}

    @app.url_defaults
    def _fill(endpoint: str, values: dict[str, object]) -> None:
        if "prefix" not in values and app.url_map.is_endpoint_expecting(endpoint, "prefix"):
            if g.get("locale") is None:
                abort(500, "a localised address outside a localised request")
            values["prefix"] = g.locale.prefix


def current_language() -> BabelLocale:
    """The language interface texts are in; English outside localised requests."""
    return BabelLocale.parse(language_code().replace("-", "_"))


def language_code() -> str:
    """The same as the shop writes it ("zh-Hans")."""
    found: Locale | None = g.get("locale")
    return found.language if found is not None else str(g.get("language", "en"))

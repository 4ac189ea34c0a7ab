"""One formatter per need: |price |number |day |span |moment |percent |weight |size |country."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import segno
from babel import Locale as BabelLocale
from babel import dates, numbers, units
from babel.lists import format_list
from flask import Flask
from markupsafe import Markup, escape

from app.kernel.currency import exponent
from app.kernel.money import Money
from app.services.postal import postal_lines
from app.web import countries, labels, locale
from app.web.law_words import law_word

# CLDR puts direction marks into Arabic amounts; the element around them isolates already.
_FLUSH = str.maketrans("", "", "\u200e\u200f\u061c")


def money_text(amount: Money, babel: BabelLocale | None = None) -> str:
    """An amount as people of the locale write it, with ISO's number of decimals."""
    return _money_text(amount.minor, amount.currency, str(babel or locale.current().babel))


@lru_cache(maxsize=65536)
def _money_text(minor: int, currency: str, babel: str) -> str:
    parsed = BabelLocale.parse(babel)
    pattern = copy(parsed.currency_formats["standard"])
    pattern.frac_prec = (exponent(currency),) * 2
    major = Decimal(minor).scaleb(-exponent(currency))
    text = pattern.apply(major, parsed, currency=currency, currency_digits=False)
    return text.translate(_FLUSH)


def price(amount: Money, quote: str = "") -> Markup:
    """A <data> element: readable text, and the minor units for programs."""
    marked = f' data-quote="{escape(quote)}"' if quote else ""
    return Markup(  # noqa: S704 - a number, a code of ISO 4217 and two escaped texts
        f'<data value="{amount.minor}" data-currency="{amount.currency}"{marked}>'
        f"{escape(money_text(amount))}</data>"
    )


def number(value: Decimal | int) -> str:
    """A number with the locale's grouping and decimal mark."""
    return numbers.format_decimal(value, locale=locale.current().babel)


def percent(value: Decimal) -> str:
    """A percentage (19 -> "19 %", "19%", "٪19") with as many decimals as it has."""
    digits = max(-int(value.normalize().as_tuple().exponent), 0)
    pattern = locale.current().babel.percent_formats[None].pattern
    if digits:
        pattern = pattern.replace("#,##0", "#,##0." + "0" * digits)
    return numbers.format_percent(
        value / 100, format=pattern, locale=locale.current().babel
    ).translate(_FLUSH)


def day(value: date, style: str = "long") -> Markup:
    """A <time> element: "Thursday 26 November" (long) or "26 Nov" (short)."""
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), day_text(value, style))


def day_text(value: date, style: str = "long") -> str:
    """A day in words, without the year."""
    skeleton = "MMMEd" if style == "short" else "MMMMEEEEd"
    try:
        return dates.format_skeleton(skeleton, _noon(value), locale=locale.current().babel)
    except KeyError:
        return dates.format_date(value, "long", locale=locale.current().babel)


def span(first: date, last: date) -> Markup:
    """"26 – 27 November" as two <time> elements; one where both are the same day."""
    if first == last:
        return day(first, "short")
    return Markup("{} – {}").format(day(first, "short"), day(last, "short"))


def moment(value: datetime, zone: str = "UTC") -> Markup:
    """A <time> element with date and time of day in a time zone."""
    local = value.astimezone(ZoneInfo(zone))
    babel = locale.current().babel
    text = str(babel.datetime_formats["medium"]).replace("'", "").format(
        dates.format_time(local, "short", locale=babel), dates.format_date(local, locale=babel))
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(timespec="seconds"), text)


def listed(items: Sequence[Markup]) -> Markup:
    """"Terms, privacy and returns": a list in one sentence."""
    return Markup(format_list(list(items), locale=locale.current().babel))  # noqa: S704 - each is escaped


def weight(grams: int) -> str:
    """Grams in the market's units: "1.2 kg", "450 g", "2.6 lb"."""
    babel = locale.current().babel
    if locale.current().market.units == "imperial":
        return _unit(Decimal(grams) / Decimal("453.59237"), "mass-pound", babel)
    if grams >= 1000:
        return _unit(Decimal(grams) / 1000, "mass-kilogram", babel)
    return _unit(Decimal(grams), "mass-gram", babel)


def size(millimetres: tuple[int, ...]) -> str:
    """Lengths in the market's units: "42 × 42 × 26 cm"."""
    babel = locale.current().babel
    imperial = locale.current().market.units == "imperial"
    over, unit = (Decimal("25.4"), "length-inch") if imperial else (
        Decimal(10), "length-centimeter")
    *first, last = (round(Decimal(mm) / over, 1).normalize() for mm in millimetres)
    heads = [numbers.format_decimal(value, locale=babel) for value in first]
    return " × ".join([*heads, _unit(last, unit, babel)])


def country(code: str) -> str:
    """A country's name in the page's language."""
    names = locale.current().babel.territories
    return str(names.get(code, code))


def currency_name(code: str) -> str:
    """A currency's name in the page's language."""
    return numbers.get_currency_name(code, locale=locale.current().babel)


def jsonld(data: object) -> Markup:
    """Structured data for a <script type="application/ld+json">; `<` cannot end the script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - made safe in this line


def qr(text: str) -> Markup:
    """A QR code as inline SVG; error correction M as EPC069-12 asks for."""
    code = segno.make(text, error="m", micro=False, boost_error=False, encoding="utf-8")
    svg = code.svg_inline(border=4, omitsize=True, light="#fff", svgclass="qr")
    return Markup(svg)  # noqa: S704 - made of numbers; the text itself is not in it


def address_lines(address: Mapping[str, str]) -> list[str]:
    """An address as it is written on a parcel in its country; the country itself is last."""
    code = address.get("country", "")
    return postal_lines(address, country(code) if code else "")


def install(app: Flask) -> None:
    """Make the filters known to the templates, and the words for codes as `labels`."""
    app.jinja_env.filters.update(
        price=price, number=number, percent=percent, day=day, span=span, moment=moment,
        weight=weight, size=size, country=country, currency_name=currency_name, jsonld=jsonld,
        money_text=money_text, qr=qr, address_lines=address_lines, listed=listed, law_word=law_word,
    )
    app.jinja_env.globals.update(labels=labels, options=countries.options)


def _unit(value: Decimal, unit: str, babel: BabelLocale) -> str:
    shown = value.quantize(Decimal("0.1")) if value % 1 else value.quantize(Decimal(1))
    return str(units.format_unit(shown, unit, length="short", locale=babel))


def _noon(value: date) -> datetime:
    return datetime(value.year, value.month, value.day, 12)  # noqa: DTZ001 - a day, not a moment

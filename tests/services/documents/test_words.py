"""The words of papers: whole in every language, with the same places for values."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from app.rules.documents.regions import EU, FORMS, PLAIN
from app.services.documents.words import Words, texts
from app.services.markets import LANGUAGES

PLACE = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word(language: str) -> None:
    english, own = texts("en"), texts(language)

    assert set(own) == set(english)
    assert {code for code in english
            if sorted(PLACE.findall(own[code])) != sorted(PLACE.findall(english[code]))} == set()
    assert all(text.strip() for text in own.values())


def test_every_form_has_its_words() -> None:
    wanted = {word for form in (*FORMS.values(), EU, PLAIN)
              for word in (form.title, form.credit_title, form.label, form.plain)}

    assert wanted - set(texts("en")) == set()


@pytest.mark.parametrize(("language", "country", "minor", "currency", "text"), [
    ("de", "DE", 123456, "EUR", "1.234,56 €"), ("en", "US", 123456, "USD", "$1,234.56"),
    ("ja", "JP", 123456, "JPY", "￥123,456"), ("ar", "KW", 1234567, "KWD", "KWD 1,234.567"),
    ("de", "CH", 123456, "CHF", "CHF 1’234.56"), ("ar", "AE", 123456, "AED", "AED 1,234.56"),
])
def test_amounts_as_people_write_them(language: str, country: str, minor: int, currency: str,
                                      text: str) -> None:
    assert Words(language, country).money(minor, currency).replace("\xa0", " ") == text


@pytest.mark.parametrize(("language", "percent", "text"), [
    ("de", "8.1", "8,1 %"), ("en", "9.975", "9.975%"), ("fr", "20", "20 %"), ("ar", "5", "5%"),
])
def test_rates_keep_their_decimals(language: str, percent: str, text: str) -> None:
    shown = Words(language).percent(percent)

    assert shown.replace("\xa0", " ").replace("\u202f", " ").replace("٪", "%") == text


def test_a_unit_price_shows_the_decimals_it_needs() -> None:
    words = Words("en", "US")

    assert words.price(Decimal("1.6667"), "USD") == "$1.6667"
    assert words.price(Decimal("1.5000"), "USD") == "$1.50"

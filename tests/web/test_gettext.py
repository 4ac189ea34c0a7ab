"""Interface texts: the language of the request, whatever was asked for before."""

from __future__ import annotations

import pytest
from flask import Flask, g, render_template_string

from app.services import markets
from app.web.gettext import gettext, ngettext
from app.web.locale import Locale

pytestmark = pytest.mark.usefixtures("shop")


def speak(language: str) -> None:
    market = markets.find("de")
    g.locale = Locale(language, market, "EUR", "DE")


def test_a_text_follows_the_language_although_another_was_asked_for_first() -> None:
    said = []
    for language in ("de", "en", "fr", "de"):
        speak(language)
        said.append(gettext("Sold out"))

    assert said == ["Ausverkauft", "Sold out", "Épuisé", "Ausverkauft"]


def test_every_number_gets_its_own_form() -> None:
    speak("ar")
    forms = {ngettext("%(num)s product", "%(num)s products", n) for n in (0, 1, 2, 3, 11, 100)}

    assert len(forms) == 6  # the six plural forms of Arabic


def test_what_a_template_fills_in_is_escaped_and_the_text_is_not(shop: Flask) -> None:
    speak("en")
    with shop.test_request_context():
        speak("en")
        text = render_template_string(
            "{{ _('One piece to %(country)s', country='<b>') }} "
            "{{ ngettext('%(num)s product', '%(num)s products', 2) }}")

    assert text == "One piece to &lt;b&gt; 2 products"

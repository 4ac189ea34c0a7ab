"""The merchant's own words: shown at once, refused where they would break or the law speaks."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.kernel.errors import Conflict, Invalid, NotFound
from app.services import wording

pytestmark = pytest.mark.usefixtures("shop")


def test_own_words_stand_on_the_page_and_go_again(client: FlaskClient) -> None:
    path = "/de-de/p/tee"
    before = client.get(path).text
    wording.set_text("de", "Add to cart", "Ab in den Korb")
    said = client.get(path).text
    english = client.get("/en-de/p/tea").text
    wording.forget("de", "Add to cart")

    assert "In den Warenkorb" in before
    assert "Ab in den Korb" in said
    assert "Add to cart" in english
    assert client.get(path).text == before


def test_mails_and_payment_lines_say_it_too() -> None:
    wording.set_text("de", "Order %(number)s", "Auftrag %(number)s")

    assert wording.say("de", wording.ORDER, number="PN-1") == "Auftrag PN-1"


@pytest.mark.parametrize(("language", "message", "text", "error"), [
    ("tlh", "Add to cart", "x", NotFound),
    ("de", "Never said anywhere", "x", NotFound),
    ("de", "Order with obligation to pay", "Kaufen", Conflict),
    ("de", "Withdraw from contract here", "Hier", Conflict),
    ("de", "Add to cart", " ", Invalid),
    ("de", "Add to cart", "x" * 501, Invalid),
    ("de", "Add to cart", "<b>Korb</b>", Invalid),
    ("de", "Add to cart", "100 % Korb", Invalid),
    ("de", "Order %(number)s", "Bestellung", Invalid),
    ("de", "Order %(number)s", "Bestellung %(id)s", Invalid),
    ("de", "%(num)s product", "Ware", NotFound),
])
def test_words_that_cannot_be_said_are_refused(
    language: str, message: str, text: str, error: type[Exception],
) -> None:
    with pytest.raises(error):
        wording.set_text(language, message, text)

    assert wording.own_words() == {}

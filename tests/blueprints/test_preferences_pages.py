"""Country, language, currency, cookies, failures and search: the pages around the shop."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.blueprints.test_cart_pages import HTMX


def test_the_choices_are_a_page_and_a_dialog(client: FlaskClient) -> None:
    page = client.get("/en-de/locale?next=/en-de/cart").text
    dialog = client.get("/en-de/locale?next=/en-de/cart", headers=HTMX).text

    for html in (page, dialog):
        assert html.count("<select") == 3 and 'value="/en-de/cart"' in html
        assert "Deutsch" in html and "العربية" in html
    assert 'data-open-dialog="locale-dialog"' in dialog and "<html" not in dialog
    assert page.count('id="locale-panel"') == 1


def test_a_choice_is_remembered_and_leads_to_the_same_page(client: FlaskClient) -> None:
    answer = client.post("/en-de/locale", data={"country": "JP", "language": "ja",
                                                "currency": "JPY", "next": "/en-de/cart"})

    assert answer.status_code == 303 and answer.headers["Location"] == "/ja-jp/cart"


def test_yes_and_no_are_alike_and_no_cookie_comes_before(client: FlaskClient) -> None:
    html = client.get("/en-de/cart").text
    html = html[html.index('id="cookies"'):]

    no, yes = (part.split(">")[0].replace('"yes"', "").replace('"no"', "")
               for part in html.split("<button")[1:3])
    assert no == yes and 'name="choice"' in no
    assert not client.get("/en-de/cart").headers.getlist("Set-Cookie")


def test_after_a_choice_the_banner_is_gone_and_can_be_changed(client: FlaskClient) -> None:
    client.post("/en-de/consent", data={"choice": "no", "next": "/en-de/cart"})

    html = client.get("/en-de/visitor", headers=HTMX).text
    assert '<div id="cookies" data-hx-swap-oob="delete">' in html
    assert "You have said no" in client.get("/en-de/consent").text


def test_the_visitor_fragment_carries_badge_and_label(client: FlaskClient) -> None:
    client.post("/en-de/cart/lines", data={"sku": "CUP", "quantity": 2})
    html = client.get("/en-de/visitor", headers=HTMX).text

    assert 'id="cart-badge"' in html and "2 items" in html and 'id="locale-label"' in html


def test_somebody_elsewhere_is_asked_not_sent(client: FlaskClient) -> None:
    answer = client.get("/en-de/visitor?next=/en-de/cart",
                        headers={**HTMX, "CF-IPCountry": "JP", "X-Country": "JP"})

    assert answer.status_code == 200
    if 'id="suggestion"' in answer.text:
        assert "/en-jp/" in answer.text and "/en-de/suggestion" in answer.text


@pytest.mark.parametrize("prefix", ["en-de", "de-de", "ja-jp", "ar-ae"])
def test_a_missing_page_keeps_header_search_and_categories(client: FlaskClient,
                                                           prefix: str) -> None:
    page = client.get(f"/{prefix}/p/nothing-of-this-name")

    assert page.status_code == 404
    assert 'role="search"' in page.text and 'id="main"' in page.text


def test_a_failure_answers_htmx_with_a_notice(client: FlaskClient) -> None:
    answer = client.post("/en-de/cart/lines", data={"sku": "NOPE"}, headers=HTMX)

    assert answer.status_code == 404 and answer.headers["HX-Retarget"] == "#notice"
    assert answer.text.strip().startswith('<div class="notices" id="notice" role="alert">')


def test_the_search_page_says_what_was_looked_for(client: FlaskClient) -> None:
    html = client.get("/en-de/search?q=zzzz").text

    assert "zzzz" in html and 'class="empty"' in html
    assert client.get("/en-de/search").status_code == 200


def test_suggestions_are_a_list(client: FlaskClient) -> None:
    html = client.get("/en-de/search?q=cu", headers=HTMX).text

    assert 'id="suggestions"' in html and "<html" not in html

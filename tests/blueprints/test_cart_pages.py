"""The cart as a shopper sees it: the page, the drawer, the badge, with and without htmx."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
DE = "/de-de"


@pytest.fixture
def ada(client: FlaskClient) -> FlaskClient:
    """Somebody in Germany with two cups in the cart."""
    put(client, "CUP", 2)
    return client


def put(client: FlaskClient, sku: str, quantity: int = 1, **form: object) -> TestResponse:
    """Add to the cart as the product page's form does."""
    return client.post(f"{DE}/cart/lines", data={"sku": sku, "quantity": quantity, **form})


def line_of(client: FlaskClient) -> str:
    """The address of the cart's first line."""
    return client.get(f"{DE}/cart").text.split('action="')[2].split('"')[0]


def figure(html: str, name: str) -> str:
    """The minor units of a figure; the page has it exactly once."""
    parts = html.split(f'data-quote="{name}"')
    assert len(parts) == 2, (name, len(parts) - 1)
    return parts[0].rsplit('value="', 1)[1].split('"')[0]


def test_an_empty_cart_says_so_and_offers_a_way_on(client: FlaskClient) -> None:
    page = client.get(f"{DE}/cart")

    assert page.status_code == 200
    assert 'class="empty"' in page.text and 'id="cart"' in page.text


def test_adding_without_script_leads_to_the_cart(client: FlaskClient) -> None:
    assert put(client, "CUP").status_code == 303
    assert 'data-quote="line:CUP"' in client.get(f"{DE}/cart").text


def test_every_figure_stands_once_and_they_add_up(ada: FlaskClient) -> None:
    html = ada.get(f"{DE}/cart").text

    goods, shipping, total = (int(figure(html, name)) for name in ("goods", "shipping", "total"))
    assert goods == 1000
    assert goods + shipping == total
    assert figure(html, "tax") == figure(html, "tax_included")
    assert figure(html, "line:CUP") == "1000"


def test_adding_with_htmx_opens_the_drawer_and_counts_the_badge(client: FlaskClient) -> None:
    answer = client.post(f"{DE}/cart/lines", data={"sku": "CUP", "quantity": 2}, headers=HTMX)

    assert 'id="cart-panel"' in answer.text and "data-open-dialog" in answer.text
    assert 'id="cart-badge"' in answer.text and "data-hx-swap-oob" in answer.text
    assert "<html" not in answer.text


def test_the_typed_number_is_taken_and_the_page_shows_it(ada: FlaskClient) -> None:
    answer = ada.post(line_of(ada), data={"quantity": "5", "in": "cart"}, headers=HTMX)

    assert answer.status_code == 200
    assert 'value="5"' in answer.text and figure(answer.text, "goods") == "2500"


def test_too_many_is_refused_with_the_number_that_can_be_had(ada: FlaskClient) -> None:
    answer = ada.post(line_of(ada), data={"quantity": "500", "in": "cart"}, headers=HTMX)

    assert answer.status_code == 422
    assert "100" in answer.text and 'role="alert"' in answer.text
    assert answer.headers["HX-Reswap"] == "outerHTML"


def test_removing_offers_undo_and_undo_puts_it_back(ada: FlaskClient) -> None:
    removed = ada.post(line_of(ada), data={"quantity": "2", "remove": "1", "in": "cart"},
                       headers=HTMX).text
    assert 'id="cart-undo"' in removed and "autofocus" in removed

    back = ada.post(f"{DE}/cart/lines", data={"sku": "CUP", "quantity": "2", "in": "cart"},
                    headers=HTMX).text
    assert '<section id="cart"' in back and figure(back, "line:CUP") == "1000"


def test_the_drawer_answers_the_drawer(ada: FlaskClient) -> None:
    answer = ada.post(line_of(ada), data={"quantity": "3", "in": "drawer"}, headers=HTMX).text

    assert 'id="cart-panel"' in answer and '<section id="cart"' not in answer
    assert "data-open-dialog" not in answer


def test_a_refused_code_says_why_beside_the_field(ada: FlaskClient) -> None:
    answer = ada.post(f"{DE}/cart/coupons", data={"code": "NOPE"}, headers=HTMX)

    assert answer.status_code == 422
    assert 'aria-describedby="coupon-code-error"' in answer.text


def test_a_code_is_taken_and_can_be_taken_out(ada: FlaskClient) -> None:
    html = ada.post(f"{DE}/cart/coupons", data={"code": "TEN"}, headers=HTMX).text
    assert figure(html, "discount") == "100"

    html = ada.post(f"{DE}/cart/coupons/removal", data={"code": "TEN"}, headers=HTMX).text
    assert 'data-quote="discount"' not in html


def test_a_postcode_makes_the_estimate_exact(ada: FlaskClient) -> None:
    assert "Estimated" in ada.get("/en-de/cart").text

    html = ada.post("/en-de/cart/destination", data={"country": "DE", "postal_code": "10115"},
                    headers=HTMX).text
    assert "Estimated" not in html


def test_a_changed_price_is_said_at_the_line(ada: FlaskClient) -> None:
    html = ada.get("/en-us/cart").text  # another market, another price list
    assert 'data-currency="USD"' in html


@pytest.mark.parametrize("prefix", ["en-us", "de-de", "ja-jp", "ar-ae", "fr-ch"])
def test_the_cart_is_there_in_every_market(ada: FlaskClient, shop: Flask, prefix: str) -> None:
    page = ada.get(f"/{prefix}/cart")

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-store"
    assert " style=" not in page.text and "<style" not in page.text and " onclick" not in page.text

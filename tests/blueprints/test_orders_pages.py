"""The order's page: confirmation, status, paying again, bank details, withdrawal."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.blueprints.test_cart_pages import figure
from tests.blueprints.test_checkout_pages import EN, at_review
from tests.world import ADA


def order(client: FlaskClient, method: str = "") -> str:
    """Order two cups; the payment page's address, or with a transfer the order's."""
    client.post(f"{EN}/cart/lines", data={"sku": "CUP", "quantity": 2})
    html = at_review(client)
    if method:
        client.post(f"{EN}/checkout/payment", data={"method": method})
        html = client.get(f"{EN}/checkout").text
    answer = client.post(f"{EN}/checkout/orders", data={"seen_total": figure(html, "total")})
    assert answer.status_code == 303
    return answer.headers["Location"]


def pay(client: FlaskClient, outcome: str) -> str:
    """Order and let the payment end this way; the order's address."""
    back = client.post(order(client), data={"outcome": outcome}).headers["Location"]
    return urlsplit(client.get(back).headers["Location"]).path


@pytest.fixture
def paid(client: FlaskClient) -> str:
    """The address of a paid order of this client."""
    return pay(client, "paid")


def test_the_first_look_thanks_and_the_second_says_where_it_is(client: FlaskClient,
                                                               paid: str) -> None:
    first, second = client.get(paid).text, client.get(paid).text

    assert "Thank you for your order" in first and ADA["email"] in first
    assert "Thank you for your order" not in second and 'class="track"' in second


def test_the_figures_are_those_of_the_order(client: FlaskClient, paid: str) -> None:
    html = client.get(paid).text

    assert int(figure(html, "goods")) + int(figure(html, "shipping")) == int(figure(html, "total"))
    assert figure(html, "line:CUP") == "1000"


def test_another_browser_has_to_know_the_mail(shop: Flask, client: FlaskClient,
                                              paid: str) -> None:
    stranger = shop.test_client()
    assert "Berlin" not in stranger.get(paid).text

    wrong = stranger.post(f"{paid}/access", data={"email": "cy@nordlys.example"})
    assert wrong.status_code == 422 and 'href="#f-email"' in wrong.text

    stranger.post(f"{paid}/access", data={"email": ADA["email"]})
    assert "10115 Berlin" in stranger.get(paid).text


def test_a_declined_card_offers_to_pay_again(client: FlaskClient) -> None:
    path = pay(client, "declined")
    html = client.get(f"{path}?notice=payment_declined").text

    assert "declined" in html and 'name="method"' in html and 'id="pay-button"' in html
    again = client.post(f"{path}/payments", data={"method": "test"})
    assert again.status_code == 303 and "/pay/test/" in again.headers["Location"]


def test_a_transfer_shows_where_to_pay_and_a_code(client: FlaskClient) -> None:
    path = urlsplit(order(client, "transfer")).path
    html = client.get(path).text

    assert "IBAN" in html and '<svg viewBox="0 0' in html and 'class="copy"' in html
    assert "Thank you for your order" in html


def test_withdrawing_takes_two_steps_and_no_account(shop: Flask, client: FlaskClient,
                                                    paid: str) -> None:
    assert "Withdraw from contract here" in client.get(paid).text
    number = client.get(paid).text.split("Order ")[1].split("<")[0].split(" ")[0].strip()

    stranger = shop.test_client()
    found = stranger.post(f"{EN}/withdrawal", data={"number": number, "email": ADA["email"]})
    assert found.status_code == 303
    form = stranger.get(found.headers["Location"]).text
    line = form.split('name="line-')[1].split('"')[0]

    second = stranger.post(f"{paid}/withdrawal", data={f"line-{line}": "1", "name": "Ada Lovelace"})
    assert "Confirm withdrawal here" in second.text and 'name="confirmed" value="1"' in second.text

    done = stranger.post(f"{paid}/withdrawal", data={
        f"line-{line}": "1", "name": "Ada Lovelace", "confirmed": "1"}, follow_redirects=True)
    assert "<time" in done.text and "Ada Lovelace" in done.text


def test_withdrawing_nothing_is_refused(client: FlaskClient, paid: str) -> None:
    answer = client.post(f"{paid}/withdrawal", data={"name": "Ada"})

    assert answer.status_code == 422 and 'class="error-summary"' in answer.text


def test_an_unknown_order_to_withdraw_from_says_so(client: FlaskClient) -> None:
    answer = client.post(f"{EN}/withdrawal", data={"number": "X-1", "email": "a@example.com"})

    assert answer.status_code == 422 and 'value="X-1"' in answer.text

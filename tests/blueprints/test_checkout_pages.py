"""The checkout from address to order, as a shopper without script and with htmx sees it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.blueprints.test_cart_pages import HTMX, figure
from tests.world import ADA, BO, HIRO, NURA

EN = "/en-de"


@pytest.fixture
def ada(client: FlaskClient) -> FlaskClient:
    """Somebody with two cups, at the checkout's door."""
    client.post(f"{EN}/cart/lines", data={"sku": "CUP", "quantity": 2})
    return client


def at_review(client: FlaskClient, prefix: str = EN, who: dict[str, str] = ADA) -> str:
    """Walk without script to the review; its HTML."""
    assert client.post(f"{prefix}/checkout/address", data=who).status_code == 303
    html = client.get(f"{prefix}/checkout").text
    option = html.split('name="option" value="')[1].split('"')[0]
    client.post(f"{prefix}/checkout/delivery",
                data={"option": option, "dap_accepted": "1", "phone": "+14155552671"})
    html = client.get(f"{prefix}/checkout").text
    assert 'name="method"' in html
    method = html.split('name="method" value="')[1].split('"')[0]
    client.post(f"{prefix}/checkout/payment", data={"method": method})
    return client.get(f"{prefix}/checkout").text


def test_an_empty_cart_has_no_checkout(client: FlaskClient) -> None:
    assert client.get(f"{EN}/checkout").status_code == 303


def test_the_address_form_is_short_and_has_no_menu(ada: FlaskClient) -> None:
    html = ada.get(f"{EN}/checkout").text

    form = html.split('action="/en-de/checkout/address"')[1].split("</form>")[0]
    shown = form.split("<details")[0]
    assert shown.count("<input") + shown.count("<select") - shown.count('type="hidden"') <= 8
    assert 'id="main-menu"' not in html
    assert "no money moves" in html


def test_the_country_decides_the_form(ada: FlaskClient) -> None:
    german = ada.get(f"{EN}/checkout").text
    japanese = ada.post(f"{EN}/checkout/address",
                        data={"act": "country", "country": "JP", "email": "a@example.com"}).text

    assert 'name="region"' not in german and 'name="region"' in japanese
    assert 'value="a@example.com"' in japanese


def test_a_wrong_address_says_what_where_and_keeps_what_was_typed(ada: FlaskClient) -> None:
    answer = ada.post(f"{EN}/checkout/address", data={**ADA, "postal_code": "1011"}, headers=HTMX)

    assert answer.status_code == 422
    assert 'href="#f-postal_code"' in answer.text and 'id="f-postal_code-error"' in answer.text
    assert 'value="1011"' in answer.text
    words = answer.text.split('href="#f-postal_code">')[1].split("<")[0]
    assert answer.text.count(words) == 2 and "<title>Error: " in answer.text
    page = ada.post(f"{EN}/checkout/address", data={**ADA, "postal_code": "1011"})
    assert "<title>Error: " in page.text


def test_a_field_that_was_left_is_checked_alone(ada: FlaskClient) -> None:
    answer = ada.post(f"{EN}/checkout/validation", data={**ADA, "email": "ada", "name": ""},
                      headers={**HTMX, "X-Validate": "email"})

    assert answer.text.strip().startswith('<div class="field" id="f-email-field"')
    assert 'id="f-email-error"' in answer.text and "f-name" not in answer.text


def test_each_section_leads_to_the_next_with_htmx(ada: FlaskClient) -> None:
    answer = ada.post(f"{EN}/checkout/address", data=ADA, headers=HTMX)

    assert answer.text.count('id="checkout"') == 1 and "<html" not in answer.text
    assert 'name="option"' in answer.text and "autofocus" in answer.text


def test_delivery_says_price_days_and_tracking(ada: FlaskClient) -> None:
    ada.post(f"{EN}/checkout/address", data=ADA)
    html = ada.get(f"{EN}/checkout").text

    assert html.count('name="option"') >= 1
    assert "tracking" in html and "<time" in html


def test_the_review_has_everything_once_right_above_the_button(ada: FlaskClient) -> None:
    html = at_review(ada)

    goods, shipping, total = (int(figure(html, name)) for name in ("goods", "shipping", "total"))
    assert goods + shipping == total
    assert figure(html, "tax") == figure(html, "tax_included")
    assert f'name="seen_total" value="{total}"' in html
    assert "Order with obligation to pay" in html
    assert "10115 Berlin" in html and "<img" in html and "promise-order" in html
    assert "no money moves" in html.lower()


@pytest.mark.parametrize(("prefix", "who", "button"), [
    ("/en-us", BO, "Place order and pay"), ("/ja-jp", HIRO, ""), ("/ar-kw", NURA, ""),
    ("/de-de", ADA, ""),
])
def test_it_works_in_every_market(client: FlaskClient, prefix: str, who: dict[str, str],
                                  button: str) -> None:
    client.post(f"{prefix}/cart/lines", data={"sku": "CUP", "quantity": 2})
    html = at_review(client, prefix, who)

    assert 'id="order-button"' in html and button in html
    shown = {name: int(figure(html, name)) if f'data-quote="{name}"' in html else 0
             for name in ("goods", "discount", "shipping", "tax", "tax_included", "duty", "fees",
                          "rounding", "total")}
    assert shown["total"] == (
        shown["goods"] - shown["discount"] + shown["shipping"] + shown["tax"]
        - shown["tax_included"] + shown["duty"] + shown["fees"] + shown["rounding"])


def test_a_total_that_was_not_seen_is_not_ordered(ada: FlaskClient) -> None:
    at_review(ada)
    answer = ada.post(f"{EN}/checkout/orders", data={"seen_total": "1"})

    assert answer.status_code == 409
    assert 'role="alert"' in answer.text and 'id="order-button"' in answer.text


def test_ordering_leads_to_the_payment_page_and_back_to_the_thanks(ada: FlaskClient) -> None:
    total = figure(at_review(ada), "total")
    answer = ada.post(f"{EN}/checkout/orders", data={"seen_total": total}, headers=HTMX)
    assert answer.status_code == 204

    where = answer.headers["HX-Redirect"]
    pay = ada.get(where)
    assert pay.status_code == 200 and 'value="paid"' in pay.text and 'type="text"' not in pay.text
    assert figure(pay.text, "total") == total

    back = ada.post(where, data={"outcome": "paid"})
    thanks = ada.get(back.headers["Location"], follow_redirects=True)
    assert "Thank you for your order" in thanks.text and figure(thanks.text, "total") == total

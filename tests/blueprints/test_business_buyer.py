"""A business says so in the checkout, with company and tax id: page without script, htmx, API."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.extensions import providers
from app.services.tax_ids import flow
from app.services.tax_ids.vies import Vies
from tests.blueprints.api.calls import ADDRESS, BASE, done
from tests.blueprints.test_cart_pages import HTMX, figure
from tests.blueprints.test_checkout_pages import EN, ada, at_review
from tests.registers import Registers
from tests.world import ADA

__all__ = ["ada"]
COMPANY = {**ADA, "asks_business": "1", "business": "1", "company": "Muster GmbH"}


def test_the_form_asks_whether_a_business_buys(ada: FlaskClient) -> None:
    html = ada.get(f"{EN}/checkout").text

    assert 'name="business"' in html
    assert 'name="tax_id"' in html
    assert html.count('name="company"') == 1


def test_a_wrong_number_is_told_and_kept(ada: FlaskClient) -> None:
    answer = ada.post(f"{EN}/checkout/address", data={**COMPANY, "tax_id": "DE136695977"},
                      headers=HTMX)

    assert answer.status_code == 422
    assert "This number cannot be right" in answer.text
    assert 'value="DE136695977"' in answer.text
    assert 'value="Muster GmbH"' in answer.text
    assert "checked" in answer.text.split('name="business"')[1].split(">")[0]


def test_an_eori_is_called_by_its_name(ada: FlaskClient) -> None:
    answer = ada.post(f"{EN}/checkout/address", data={**COMPANY, "tax_id": "GB980780684000"})

    assert answer.status_code == 422
    assert "EORI" in answer.text


def test_a_business_has_a_name(ada: FlaskClient) -> None:
    answer = ada.post(f"{EN}/checkout/address", data={**COMPANY, "company": " "})

    assert answer.status_code == 422
    assert "Please fill in: Company" in answer.text


def test_the_field_alone_is_checked_when_it_is_left(ada: FlaskClient) -> None:
    answer = ada.post(f"{EN}/checkout/validation", data={**COMPANY, "tax_id": "DE1"},
                      headers={**HTMX, "X-Validate": "tax_id"})

    assert "This number cannot be right" in answer.text
    assert 'id="f-tax_id-field"' in answer.text


def test_without_the_tick_both_are_left_aside(ada: FlaskClient) -> None:
    answer = ada.post(f"{EN}/checkout/address", data={
        **COMPANY, "business": "", "tax_id": "nonsense"})

    assert answer.status_code == 303
    assert 'id="tax-id"' not in ada.get(f"{EN}/checkout").text


def test_an_unconfirmed_number_pays_tax_and_says_so(ada: FlaskClient) -> None:
    html = at_review(ada, who={**COMPANY, "tax_id": "DE 136 695 976"})

    assert "DE136695976" in html
    assert "cannot be confirmed just now" in html
    assert int(figure(html, "tax")) > 0


def test_a_confirmed_number_is_seen_in_the_sums(ada: FlaskClient) -> None:
    consumer = at_review(ada)
    with Registers() as registers:
        registers.known["DE136695976"] = True
        providers().tax_ids = {"vies": Vies(registers.url)}
        flow.ask("DE136695976", "vies", "")
        ada.post(f"{EN}/checkout/address", data={**COMPANY, "tax_id": "DE136695976"})
        html = ada.get(f"{EN}/checkout").text

    assert "Confirmed." in html
    assert "Tax not charged, for a business" in html
    assert "includes" not in html.split('class="sums')[1].split("</div>")[0]
    was, tax = int(figure(consumer, "total")), int(figure(consumer, "tax"))
    assert int(figure(html, "total")) == was - tax
    order = ada.post(f"{EN}/checkout/orders", data={"seen_total": figure(html, "total")})
    assert order.status_code in {302, 303}


def test_the_api_checks_and_tells_the_same(client: FlaskClient) -> None:
    cart = done(client.post(f"{BASE}/carts", json={"market": "de", "language": "en"}))["id"]
    done(client.post(f"{BASE}/carts/{cart}/lines", json={"sku": "CUP", "quantity": 2}))
    wrong = client.put(f"{BASE}/carts/{cart}/address",
                       json={**ADDRESS, "tax_id": "DE136695977"})
    kept = done(client.put(f"{BASE}/carts/{cart}/address",
                           json={**ADDRESS, "company": "Muster GmbH", "tax_id": "de136695976"}))

    assert wrong.status_code == 422
    assert wrong.json is not None
    assert "cannot be right" in wrong.json["fields"]["tax_id"]
    assert kept["address"]["tax_id"] == "DE136695976"
    assert kept["tax_id_check"] == "unconfirmed"
    flow_answer(client, cart)


def flow_answer(client: FlaskClient, cart: str) -> None:
    """Once the register has confirmed it, quote and reason change."""
    with Registers() as registers:
        registers.known["DE136695976"] = True
        providers().tax_ids = {"vies": Vies(registers.url)}
        flow.ask("DE136695976", "vies", "")
    quote = done(client.get(f"{BASE}/carts/{cart}/quote"))

    assert quote["totals"]["tax"]["amount"] == 0
    assert {part["treatment"] for part in quote["consignments"]} == {"INTRA_COMMUNITY_SUPPLY"}
    assert {"treatment_art_138", "price_without_tax"} <= {
        why["rule"] for why in quote["explanation"]}
    assert done(client.get(f"{BASE}/carts/{cart}"))["tax_id_check"] == "valid"

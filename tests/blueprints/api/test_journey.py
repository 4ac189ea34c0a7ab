"""From the list of markets to a paid order, by nothing but the API."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.services.payment.test_gateway import Outcome
from tests import world
from tests.blueprints.api.calls import ADDRESS, BASE, EMAIL, add, choose, done, order, ready, start

SHARED = ("currency", "lines", "discounts", "shipping_options", "shipping_option", "consignments",
          "taxes", "duties", "fees", "totals", "due_at_door", "is_estimate", "problems",
          "explanation")


def total_of(quote: dict) -> int:
    sums = {name: row["amount"] for name, row in quote["totals"].items()}
    return (sums["goods"] - sums["discount"] + sums["shipping"] + sums["tax"]
            - sums["tax_included"] + sums["duty"] + sums["fees"] + sums["rounding"])


def test_the_whole_journey(client: FlaskClient) -> None:
    markets = done(client.get(f"{BASE}/markets"))
    germany = next(one for one in markets["items"] if one["code"] == "de")
    assert germany["currencies"][0] == "EUR" and germany["tax_display"] == "incl"

    found = done(client.get(f"{BASE}/products?market=de&language=en"))["items"]
    cup = next(one for one in found if one["code"] == "cup")
    assert cup["price"] == {"amount": 500, "currency": "EUR"}
    sku = done(client.get(f"{BASE}/products/{cup['slug']}?market=de&language=en"))["variants"][0][
        "sku"]

    cart = start(client)
    assert add(client, cart, sku, 2)["count"] == 2
    done(client.put(f"{BASE}/carts/{cart}/address", json=ADDRESS))
    offers = done(client.get(f"{BASE}/carts/{cart}/shipping-options"))["items"]
    done(client.put(f"{BASE}/carts/{cart}/shipping-option", json={"id": offers[0]["id"]}))
    quote = done(client.get(f"{BASE}/carts/{cart}/quote"))
    total = quote["totals"]["total"]
    assert quote["problems"] == [] and quote["lines"][0]["name"] == "Cup"
    assert total["amount"] == total_of(quote) == 1000 + offers[0]["price"]["amount"]
    assert datetime.fromisoformat(quote["expires_at"]).tzinfo is not None
    assert {"price:CUP", "shipping"} <= {row["figure"] for row in quote["explanation"]}
    assert all(row["sentence"] and row["rule"] for row in quote["explanation"])

    answer = order(client, cart, seen_total=total)
    placed = done(answer)
    assert answer.status_code == 201 and "Set-Cookie" not in answer.headers
    made = placed["order"]
    assert (made["state"], made["total"]) == ("awaiting_payment", total)
    assert {name: made[name] for name in SHARED} == {name: quote[name] for name in SHARED}
    assert placed["payment"]["status"] in {"started", "pending"}

    back = urlsplit(choose(placed["payment"]["redirect_url"], Outcome.PAID))
    client.get(f"{back.path}?{back.query}")
    paid = done(client.get(f"{BASE}/orders/{made['token']}"))
    assert paid["state"] == "paid" and paid["payment"]["redirect_url"] is None
    assert {name: paid[name] for name in SHARED} == {name: quote[name] for name in SHARED}
    assert EMAIL not in client.get(f"{BASE}/orders/{made['token']}").text
    assert client.get(f"{BASE}/carts/{cart}").status_code == 404


@pytest.mark.parametrize(("market", "who"), [
    ("us", world.BO), ("jp", world.HIRO), ("kw", world.NURA), ("eu", world.CY),
])
def test_every_market_adds_up(client: FlaskClient, market: str, who: dict[str, str]) -> None:
    cart = start(client, market=market)
    add(client, cart, "TEA", 2)
    add(client, cart, "CUP", 3)
    done(client.put(f"{BASE}/carts/{cart}/address",
                    json={k: v for k, v in who.items() if k != "email"}))
    offers = done(client.get(f"{BASE}/carts/{cart}/shipping-options"))["items"]
    assert offers, "no delivery"
    done(client.put(f"{BASE}/carts/{cart}/shipping-option", json={"id": offers[0]["id"]}))
    quote = done(client.get(f"{BASE}/carts/{cart}/quote"))
    assert quote["totals"]["total"]["amount"] == total_of(quote)
    phone = {"address": {**{k: v for k, v in who.items() if k != "email"},
                         "phone": "+12025550123"}} if offers[0]["needs_phone"] else {}
    made = done(order(client, cart, **phone, shipping_option=offers[0]["id"],
                      accept_duties_at_door=True, email=who["email"]))["order"]
    assert made["totals"] == quote["totals"]


def test_a_transfer_tells_where_to_pay(client: FlaskClient) -> None:
    placed = done(order(client, ready(client), payment_method="transfer"))
    told = placed["payment"]["transfer"]
    assert placed["payment"]["redirect_url"] is None
    assert told["amount"] == placed["order"]["total"]
    assert told["reference"] == placed["order"]["number"] and " " not in told["iban"]


def test_coupons_change_the_quote_and_can_be_dropped(client: FlaskClient) -> None:
    cart = start(client)
    add(client, cart, quantity=4)
    assert done(client.post(f"{BASE}/carts/{cart}/coupons", json={"code": "ten"}))["coupons"] == [
        "TEN"]
    quote = done(client.get(f"{BASE}/carts/{cart}/quote"))
    assert quote["totals"]["discount"]["amount"] == 200
    assert quote["discounts"][0]["amount"] == {"amount": 200, "currency": "EUR"}
    assert done(client.delete(f"{BASE}/carts/{cart}/coupons/TEN"))["coupons"] == []
    refused = client.post(f"{BASE}/carts/{cart}/coupons", json={"code": "NOPE"})
    assert (refused.status_code, refused.json["code"]) == (409, "coupon_refused")


def test_a_place_alone_prices_the_cart(client: FlaskClient) -> None:
    cart = start(client, market="us")
    add(client, cart)
    shown = done(client.put(f"{BASE}/carts/{cart}/address", json={
        "country": "US", "region": "CA", "postal_code": "90012"}))
    assert (shown["country"], shown["address"]["region"]) == ("US", "CA")
    refused = client.put(f"{BASE}/carts/{cart}/address", json={"country": "US", "city": "Fresno"})
    assert refused.status_code == 422 and "name" in refused.json["fields"]


def test_lines_change_and_go(client: FlaskClient) -> None:
    cart = start(client)
    line = add(client, cart, quantity=2)["lines"][0]["id"]
    where = f"{BASE}/carts/{cart}/lines/{line}"
    assert done(client.patch(where, json={"quantity": 5}))["count"] == 5
    assert done(client.delete(where))["lines"] == []
    assert client.delete(where).status_code == 404
    quote = done(client.get(f"{BASE}/carts/{cart}/quote"))
    assert quote["problems"] == ["cart_empty"] and quote["totals"]["total"]["amount"] == 0


def test_too_many_pieces_are_refused_with_how_many_there_are(client: FlaskClient) -> None:
    cart = start(client)
    answer = client.post(f"{BASE}/carts/{cart}/lines", json={"sku": "BOOK", "quantity": 21})
    assert (answer.status_code, answer.json["code"]) == (409, "out_of_stock")
    assert "20" in answer.json["title"]


def test_another_total_than_the_one_seen_is_not_ordered(client: FlaskClient) -> None:
    cart = ready(client)
    for seen in ({"amount": 1, "currency": "EUR"}, {"amount": 1, "currency": "USD"}):
        answer = order(client, cart, seen_total=seen)
        assert (answer.status_code, answer.json["code"]) == (409, "quote_changed")


def test_a_declined_payment_keeps_the_order_and_can_be_paid_again(client: FlaskClient) -> None:
    placed = done(order(client, ready(client)))
    back = urlsplit(choose(placed["payment"]["redirect_url"], Outcome.DECLINED))
    client.get(f"{back.path}?{back.query}")
    token = placed["order"]["token"]
    assert done(client.get(f"{BASE}/orders/{token}"))["payment"]["status"] == "failed"
    again = done(client.post(f"{BASE}/orders/{token}/payments", json={"payment_method": "test"}))
    assert again["payment"]["status"] == "started"
    assert again["payment"]["redirect_url"] != placed["payment"]["redirect_url"]


def test_messages_come_in_the_language_asked_for(client: FlaskClient) -> None:
    wanted = [(language, client.get(f"{BASE}/carts/nothing", headers={
        "Accept-Language": language}).json["title"]) for language in ("en", "de", "ja")]
    assert wanted[0][1].startswith("This cart")
    cart = start(client, market="de", language="de")
    add(client, cart)
    assert done(client.get(f"{BASE}/carts/{cart}"))["lines"][0]["name"] == "Tasse"


def test_either_database_takes_an_order_once_and_refuses_odd_text(either_shop: Flask) -> None:
    client, key = either_shop.test_client(), {"Idempotency-Key": "k" * 255}
    for secret in ("%00" * 30, "x" * 300, "%EF%BF%BF" * 20):
        assert client.get(f"{BASE}/carts/{secret}").status_code == 404
        assert client.get(f"{BASE}/orders/{secret}").status_code == 404
        assert client.get(f"{BASE}/products/{secret}").status_code == 404
    assert client.get(f"{BASE}/products?category=%F0%9F%8D%B5").status_code == 422
    cart = ready(client)
    for sku in ("\U0001f375", "x" * 128, "'; --"):
        answer = client.post(f"{BASE}/carts/{cart}/lines", json={"sku": sku, "quantity": 1})
        assert answer.status_code == 404
    first, second = order(client, cart, key), order(client, cart, key)
    assert done(first) == done(second)
    assert order(client, cart, key, email="bo@nordlys.example").status_code == 422

"""A caller of the API: short words for the calls the tests make again and again."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.extensions import providers
from app.services.payment.test_gateway import Outcome
from tests import world

BASE = "/api/v1"
ADDRESS = {name: text for name, text in world.ADA.items() if name != "email"}
EMAIL = world.ADA["email"]


def start(client: FlaskClient, market: str = "de", language: str = "en", **more: str) -> str:
    """A new cart's id."""
    answer = client.post(f"{BASE}/carts", json={"market": market, "language": language, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def add(client: FlaskClient, cart: str, sku: str = "CUP", quantity: int = 1) -> dict[str, Any]:
    """The cart after so many of an article were added."""
    answer = client.post(f"{BASE}/carts/{cart}/lines", json={"sku": sku, "quantity": quantity})
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def ready(client: FlaskClient, **where: str) -> str:
    """A cart with two cups, an address and the cheapest delivery."""
    cart = start(client, **where)
    add(client, cart, quantity=2)
    done(client.put(f"{BASE}/carts/{cart}/address", json=ADDRESS))
    offers = client.get(f"{BASE}/carts/{cart}/shipping-options").json["items"]
    done(client.put(f"{BASE}/carts/{cart}/shipping-option", json={"id": offers[0]["id"]}))
    return cart


def order(client: FlaskClient, cart: str, headers: dict[str, str] | None = None,
          **more: Any) -> TestResponse:
    """The answer to placing the order of a cart."""
    body = {"email": EMAIL, "payment_method": "test", **more}
    return client.post(f"{BASE}/carts/{cart}/orders", json=body, headers=headers)


def done(answer: TestResponse) -> dict[str, Any]:
    """The body of an answer that must be one of success."""
    assert answer.status_code < 300, answer.text
    return dict(answer.json)


def choose(redirect_url: str, outcome: Outcome) -> str:
    """Let a test payment end this way; the address the shopper's browser is led to."""
    return str(providers().payments["test"].choose(redirect_url.rsplit("/", 1)[1], outcome))

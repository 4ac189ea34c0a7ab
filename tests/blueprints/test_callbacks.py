"""Stripe's messages over HTTP (reliability invariants 11, 16, 27)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import create_app
from app.extensions import db
from app.models.order import Order
from app.models.payment import Callback, Payment
from app.services.checkout import placing
from app.services.payment import callbacks, flow
from app.services.rates import book
from tests import books
from tests.conftest import copy_of, settings_for
from tests.shoppers import ready
from tests.stripe_double import StripeDouble
from tests.world import TEA

WHERE = "/webhooks/stripe"


@pytest.fixture
def stripe() -> Iterator[StripeDouble]:
    with StripeDouble() as double:
        yield double


@pytest.fixture
def stripe_shop(stripe: StripeDouble, world_home: Path, tmp_path: Path) -> Iterator[Flask]:
    """The world's shop with Stripe keys, talking to the double."""
    home = copy_of(world_home, tmp_path)
    app = create_app(settings_for(
        home, database_url=f"sqlite:///{home / 'shop.db'}", stripe_secret_key="sk_test_double",
        stripe_webhook_secret="whsec_double", stripe_api_base=stripe.url,
    ))
    with app.app_context():
        book.forget()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def order(stripe_shop: Flask, stripe: StripeDouble) -> Order:
    """An order that has been paid at Stripe; nobody has told the shop."""
    made = placing.place(ready("de-de", (TEA, 2), method="card"))
    stripe.pay(flow.latest(made).reference)
    return made


@pytest.fixture
def caller(stripe_shop: Flask) -> FlaskClient:
    return stripe_shop.test_client()


def post(caller: FlaskClient, body: bytes, signature: str | None) -> tuple[int, Any]:
    """Status and body of the answer."""
    headers = {} if signature is None else {"Stripe-Signature": signature}
    answer = caller.post(WHERE, data=body, headers=headers, content_type="application/json")
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, answer.json


def completed(stripe: StripeDouble) -> bytes:
    """The message that tells of the payment."""
    (event,) = [event for event in stripe.post.waiting
                if event["type"] == "checkout.session.completed"]
    return json.dumps(event).encode()


def state_of(order: Order) -> str:
    db.session.rollback()
    return db.session.scalars(select(Order.state).where(Order.id == order.id)).one()


def messages_kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Callback.id))) or 0


@pytest.mark.parametrize("kind", ["none", "empty", "nonsense", "not ascii", "wrong secret",
                                  "too old", "from the future", "changed body", "changed sum",
                                  "another body's", "ten megabytes"])
def test_a_false_message_has_no_effect_and_the_true_one_is_still_taken(
    caller: FlaskClient, stripe: StripeDouble, order: Order, kind: str,
) -> None:
    body, now = completed(stripe), int(time.time())
    sign = stripe.post.signature
    false: dict[str, tuple[bytes, str | None]] = {
        "none": (body, None), "empty": (body, ""), "nonsense": (body, "t=1,v1=00"),
        "not ascii": (body, "t=1,v1=\u00e9"), "wrong secret": (body, sign(body, secret="whsec_x")),
        "too old": (body, sign(body, at=now - 302)), "from the future": (body, sign(body, at=0)),
        "changed body": (body + b" ", sign(body)),
        "changed sum": (body.replace(str(order.total_minor).encode(), b"1"), sign(body)),
        "another body's": (body, sign(b"{}")),
        "ten megabytes": (b"{" + b" " * 10_000_000, sign(b"{}")),
    }
    status, answer = post(caller, *false[kind])

    assert 400 <= status < 500 and answer["code"], answer
    assert (status == 413) == (kind == "ten megabytes")  # too long a body is not even read
    assert messages_kept() == 0 and state_of(order) == "awaiting_payment"
    assert post(caller, body, sign(body)) == (200, {"outcome": "done"})
    assert state_of(order) == "paid"
    books.check()


@pytest.mark.parametrize("body", [
    b"", b"null", b"[]", b"{}", b"nonsense", b'{"id":"evt_1"}', b"\xff\xfe", b"[" * 50_000,
    b'{"id":"e","type":"x","data":{"object":[]}}', b'{"id":"e","type":"x","data":{}}',
])
def test_signed_nonsense_is_refused(caller: FlaskClient, stripe: StripeDouble,
                                    body: bytes) -> None:
    status, _answer = post(caller, body, stripe.post.signature(body))
    assert 400 <= status < 500 and messages_kept() == 0


@pytest.mark.parametrize("event", [
    {"type": "customer.created", "data": {"object": {"id": "cus_1", "object": "customer"}}},
    {"type": "some.new.type", "data": {"object": {"id": "x_1", "object": "x"}}},
    {"type": "checkout.session.completed", "data": {"object": {
        "id": "cs_of_others", "object": "checkout.session", "metadata": {}}}},
    {"type": "checkout.session.completed", "data": {"object": {
        "id": "cs_not_there", "object": "checkout.session", "payment_intent": None,
        "payment_status": "paid", "status": "complete", "amount_total": 1, "currency": "eur",
        "metadata": {"tradewind_order": "PN-000001"}}}},
    {"type": "charge.refunded", "data": {"object": {
        "id": "ch_1", "object": "charge", "payment_intent": "pi_of_others", "metadata": {}}}},
    {"type": "charge.dispute.created", "data": {"object": {
        "id": "du_1", "object": "dispute", "payment_intent": "pi_of_others", "amount": 1,
        "currency": "eur", "status": "needs_response"}}},
    {"type": "refund.updated", "data": {"object": {
        "id": "re_1", "object": "refund", "payment_intent": "pi_of_others", "amount": 1,
        "currency": "eur", "status": "succeeded", "metadata": {}}}},
], ids=lambda event: event["type"])
def test_what_is_not_ours_is_taken_and_does_nothing(
    caller: FlaskClient, stripe: StripeDouble, order: Order, event: dict[str, Any],
) -> None:
    body = json.dumps({"id": "evt_foreign", **event}).encode()
    for _ in range(2):
        status, _answer = post(caller, body, stripe.post.signature(body))
        assert status == 200
    assert state_of(order) == "awaiting_payment", "a claim is never believed, Stripe is asked"
    assert messages_kept() == 1


def test_another_providers_address_is_not_there(caller: FlaskClient) -> None:
    for name in ("paypal", "test", "transfer", "stripe/x", "%00"):
        assert caller.post(f"/webhooks/{name}", data=b"{}").status_code == 404
    assert caller.get(WHERE).status_code == 405


def test_the_same_message_ten_times_is_booked_once(caller: FlaskClient, stripe: StripeDouble,
                                                   order: Order) -> None:
    body = completed(stripe)
    outcomes = [post(caller, body, stripe.post.signature(body))[1]["outcome"] for _ in range(10)]
    assert outcomes == ["done"] + ["seen"] * 9
    assert db.session.scalars(select(Payment.state)).all() == ["paid"]
    books.check()


def test_a_message_while_stripe_is_down_is_taken_and_done_later(
    caller: FlaskClient, stripe: StripeDouble, order: Order,
) -> None:
    body = completed(stripe)
    stripe.fault("error", on="GET", times=9)
    assert post(caller, body, stripe.post.signature(body)) == (200, {"outcome": "later"})
    assert state_of(order) == "awaiting_payment"
    stripe.faults.waiting.clear()
    assert post(caller, body, stripe.post.signature(body)) == (200, {"outcome": "seen"})

    event = json.loads(body)
    callbacks.catch_up({"provider": "stripe", "event": event["id"], "kind": "payment",
                        "reference": event["data"]["object"]["id"], "charge_reference": ""})

    assert state_of(order) == "paid"
    assert db.session.scalars(select(Callback.outcome)).all() == ["done"]
    books.check()

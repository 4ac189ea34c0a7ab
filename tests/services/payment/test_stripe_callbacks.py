"""Webhooks: who may speak, and what we hear."""

from __future__ import annotations

import json
import time

import pytest

from app.kernel.errors import Forbidden, Invalid
from app.services.payment.port import EventKind, PaymentState
from app.services.payment.stripe import StripeProvider
from tests.services.payment.charges import a_charge


@pytest.fixture
def paid_event(stripe, double) -> dict:
    session = stripe.start(a_charge())
    double.pay(session.reference)
    return double.post.waiting[-1]


def read(stripe, double, event, **how):
    body = json.dumps(event).encode()
    return stripe.read_callback(body, {"Stripe-Signature": double.post.signature(body, **how)})


def test_a_true_message_says_where_to_look(stripe, double, paid_event) -> None:
    event = read(stripe, double, paid_event)
    assert (event.kind, event.name) == (EventKind.PAYMENT, "checkout.session.completed")
    assert event.event_id == paid_event["id"]
    assert event.receipt.state == PaymentState.PAID
    assert stripe.look_up(event.reference).is_paid


@pytest.mark.parametrize("how", [
    {"secret": "whsec_wrong"}, {"at": int(time.time()) - 302}, {"at": 0}])
def test_a_wrong_secret_or_an_old_signature_is_refused(stripe, double, paid_event, how) -> None:
    with pytest.raises(Forbidden):
        read(stripe, double, paid_event, **how)
    assert read(stripe, double, paid_event).kind == EventKind.PAYMENT  # the true one is still taken


@pytest.mark.parametrize("headers", [
    {}, {"Stripe-Signature": ""}, {"Stripe-Signature": "t=1"}, {"Stripe-Signature": "v1=ff"},
    {"Stripe-Signature": "t=abc,v1=ff"}, {"Stripe-Signature": "t=1,v1=\u00e9"}, {"X": "y"}])
def test_no_signature_is_refused(stripe, paid_event, headers) -> None:
    with pytest.raises(Forbidden):
        stripe.read_callback(json.dumps(paid_event).encode(), headers)


def test_a_changed_body_is_refused(stripe, double, paid_event) -> None:
    body = json.dumps(paid_event).encode()
    header = {"stripe-signature": double.post.signature(body)}
    assert stripe.read_callback(body, header).kind == EventKind.PAYMENT
    with pytest.raises(Forbidden):
        stripe.read_callback(body.replace(b"1999", b"1"), header)
    with pytest.raises(Forbidden):
        stripe.read_callback(body + b"\xff", header)


def test_an_empty_secret_lets_nobody_in(double, paid_event) -> None:
    with pytest.raises(Forbidden):
        read(StripeProvider("sk_test_x", "", double.url), double, paid_event, secret="")


def test_ten_megabytes_are_refused_before_they_are_read(stripe, double) -> None:
    body = b"{" + b" " * 10_000_000
    with pytest.raises(Invalid):
        stripe.read_callback(body, {"Stripe-Signature": double.post.signature(body)})


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'{"id":"evt_1"}', b"nonsense",
                                  b'{"id":"e","type":"x","data":{}}',
                                  b'{"id":"e","type":"x","data":{"object":[]}}'])
def test_signed_nonsense_is_invalid(stripe, double, body: bytes) -> None:
    with pytest.raises(Invalid):
        stripe.read_callback(body, {"Stripe-Signature": double.post.signature(body)})


@pytest.mark.parametrize(("name", "thing"), [
    ("customer.created", {"id": "cus_1", "object": "customer"}),
    ("some.new.type", {"id": "x_1", "object": "x"}),
    ("checkout.session.completed", {"id": "cs_1", "object": "checkout.session", "metadata": {}}),
    ("checkout.session.completed", {"id": "cs_1", "object": "checkout.session",
                                    "metadata": None}),
    ("payment_intent.succeeded", {"id": "pi_1", "object": "payment_intent",
                                  "metadata": {"order_id": "other shop"}}),
    ("charge.refunded", {"id": "ch_1", "object": "charge", "payment_intent": None}),
])
def test_unknown_types_and_foreign_objects_need_nothing(stripe, double, name, thing) -> None:
    event = read(stripe, double, {"id": "evt_1", "type": name, "data": {"object": thing}})
    assert event.needs_nothing
    assert event.event_id == "evt_1"


def test_a_claim_that_cannot_be_read_still_says_where_to_look(stripe, double) -> None:
    thing = {"id": "re_1", "object": "refund", "payment_intent": "pi_1", "amount": 5,
             "currency": "moon"}
    event = read(stripe, double, {"id": "e", "type": "refund.updated", "data": {"object": thing}})
    assert (event.kind, event.charge_reference, event.refund) == (EventKind.REFUND, "pi_1", None)


def test_every_event_of_a_life_is_understood(stripe, double) -> None:
    session = stripe.start(a_charge())
    double.decline(session.reference)
    double.challenge(session.reference)
    double.authenticate(session.reference)
    money = stripe.look_up(session.reference).charge_reference
    refund = double.refund_in_dashboard(money, 300)
    double.fail_refund(refund["id"])
    double.close_dispute(double.dispute(money)["id"], won=True)

    heard = {event["type"]: read(stripe, double, event) for event in double.post.waiting}

    kinds = {name: str(event.kind) for name, event in heard.items()}
    assert kinds == {
        "payment_intent.created": "payment", "payment_intent.payment_failed": "payment",
        "payment_intent.requires_action": "payment", "payment_intent.succeeded": "payment",
        "checkout.session.completed": "payment", "charge.failed": "nothing",
        "charge.succeeded": "nothing", "refund.created": "refund", "charge.refunded": "refund",
        "refund.updated": "refund", "refund.failed": "refund",
        "charge.dispute.created": "dispute", "charge.dispute.funds_withdrawn": "dispute",
        "charge.dispute.funds_reinstated": "dispute", "charge.dispute.closed": "dispute",
    }
    for name, event in heard.items():
        if event.kind == EventKind.PAYMENT:
            assert stripe.look_up(event.reference).reference == session.reference, name
        elif event.kind != EventKind.NOTHING:
            assert event.charge_reference == money, name

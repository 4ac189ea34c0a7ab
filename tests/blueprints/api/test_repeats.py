"""Idempotency-Key: the same request twice acts once."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.extensions import db, providers, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid, PaymentDeclined, ProviderUnavailable
from app.models.order import Order
from app.models.payment import IdempotentAnswer
from app.services import idempotency
from tests.blueprints.api.calls import BASE, EMAIL, add, done, order, ready, start

KEY = {"Idempotency-Key": "a3f1"}


def orders() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Order)) or 0


def test_the_same_key_and_body_get_the_same_answer(client: FlaskClient) -> None:
    cart = ready(client)
    first, second = order(client, cart, KEY), order(client, cart, KEY)
    assert first.status_code == second.status_code == 201
    assert first.data == second.data and first.headers["Location"] == second.headers["Location"]
    assert "Idempotent-Replayed" not in first.headers and orders() == 1
    assert second.headers["Idempotent-Replayed"] == "true"


def test_lines_are_added_once(client: FlaskClient) -> None:
    cart = start(client)
    for _ in range(3):
        body = done(client.post(f"{BASE}/carts/{cart}/lines", json={"sku": "CUP", "quantity": 2},
                                headers=KEY))
        assert body["count"] == 2


def test_order_and_space_of_members_do_not_make_another_body(client: FlaskClient) -> None:
    cart, where = start(client), {"content_type": "application/json", "headers": KEY}
    first = client.post(f"{BASE}/carts/{cart}/lines", data='{"sku":"CUP","quantity":2}', **where)
    second = client.post(f"{BASE}/carts/{cart}/lines", data='{"quantity": 2, "sku": "CUP"}',
                         **where)
    assert first.data == second.data


def test_the_same_key_with_another_body_is_refused(client: FlaskClient) -> None:
    cart = start(client)
    done(client.post(f"{BASE}/carts/{cart}/lines", json={"sku": "CUP", "quantity": 2}, headers=KEY))
    answer = client.post(f"{BASE}/carts/{cart}/lines", json={"sku": "CUP", "quantity": 3},
                         headers=KEY)
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_mismatch")
    assert answer.json["type"] == "/errors/idempotency_mismatch"
    assert done(client.get(f"{BASE}/carts/{cart}"))["count"] == 2


def test_a_key_counts_for_its_route_only(client: FlaskClient) -> None:
    one, other = start(client), start(client)
    for cart in (one, other):
        done(client.post(f"{BASE}/carts/{cart}/lines", json={"sku": "CUP", "quantity": 1},
                         headers=KEY))
    assert done(client.get(f"{BASE}/carts/{other}"))["count"] == 1


def test_a_cart_is_not_given_to_another_caller_with_the_same_key(client: FlaskClient) -> None:
    body = {"market": "de", "language": "en"}
    mine = client.post(f"{BASE}/carts", json=body, headers=KEY).json["id"]
    again = client.post(f"{BASE}/carts", json=body, headers=KEY).json["id"]
    other = client.post(f"{BASE}/carts", json=body, headers=KEY,
                        environ_base={"REMOTE_ADDR": "203.0.113.9"}).json["id"]
    assert mine == again != other


def test_a_refusal_is_not_kept(client: FlaskClient) -> None:
    cart = start(client)
    add(client, cart)
    refused = order(client, cart, KEY)
    assert refused.status_code == 422 and refused.json["code"] == "address_missing"
    invalid = order(client, cart, KEY, email="nobody")
    assert invalid.json["fields"].keys() == {"email"}


def test_a_poor_key_is_refused(client: FlaskClient) -> None:
    for key in ("", "x" * 256, "schl\u00fcssel"):
        answer = client.post(f"{BASE}/carts", json={"market": "de", "language": "en"},
                             headers={"Idempotency-Key": key})
        assert answer.status_code == 422 and "Idempotency-Key" in answer.json["fields"]


def test_an_answer_is_forgotten_after_a_day(client: FlaskClient) -> None:
    body = {"market": "de", "language": "en"}
    first = client.post(f"{BASE}/carts", json=body, headers=KEY).json["id"]
    with transaction() as session:
        session.execute(update(IdempotentAnswer).values(made_at=clock.now() - timedelta(days=1)))
    assert client.post(f"{BASE}/carts", json=body, headers=KEY).json["id"] != first
    assert idempotency.forget_old() == 0
    with transaction() as session:
        session.execute(update(IdempotentAnswer).values(made_at=clock.now() - timedelta(days=2)))
    assert idempotency.forget_old() == 1


def test_a_request_that_never_ended_frees_its_key(shop: Flask) -> None:
    assert idempotency.begin("k", "s", "body") is None
    with pytest.raises(Conflict, match="idempotency_running"):
        idempotency.begin("k", "s", "body")
    with pytest.raises(Invalid, match="idempotency_mismatch"):
        idempotency.begin("k", "s", "other")
    with transaction() as session:
        session.execute(update(IdempotentAnswer).values(made_at=clock.now() - idempotency.RUNS))
    assert idempotency.begin("k", "s", "body") is None
    idempotency.keep("k", "s", 201, {"text": "{}"})
    idempotency.release("k", "s")
    assert idempotency.begin("k", "s", "body") == idempotency.Kept(201, {"text": "{}"})


def test_while_the_first_is_running_the_second_waits(client: FlaskClient) -> None:
    cart = start(client)
    answer = client.post(f"{BASE}/carts/{cart}/lines", json={"sku": "CUP", "quantity": 1},
                         headers=KEY)
    assert answer.status_code == 201
    with transaction() as session:
        session.execute(update(IdempotentAnswer).values(status=None))
    answer = client.post(f"{BASE}/carts/{cart}/lines", json={"sku": "CUP", "quantity": 1},
                         headers=KEY)
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_running")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("headers", [KEY, {}], ids=["with key", "without key"])
def test_two_at_once_make_one_order(shop: Flask, client: FlaskClient,
                                    headers: dict[str, str]) -> None:
    cart = ready(client)
    db.session.rollback()
    gate, answers = Barrier(2), []

    def place() -> None:
        gate.wait(timeout=10)
        answers.append(order(shop.test_client(), cart, headers))

    threads = [Thread(target=place) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    codes = sorted(answer.status_code for answer in answers)
    assert codes in ([201, 201], [201, 409]) and orders() == 1
    numbers = {answer.json["order"]["number"] for answer in answers if answer.status_code == 201}
    assert len(numbers) == 1


def test_a_provider_that_cannot_be_reached_keeps_the_order(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch,
) -> None:
    cart, gateway = ready(client), providers().payments["test"]

    def away(_charge: object) -> None:
        raise ProviderUnavailable(provider="test")

    with monkeypatch.context() as patch:
        patch.setattr(gateway, "start", away)
        answer = order(client, cart, KEY)
    problem = answer.json
    assert answer.status_code == 503 and problem["code"] == "provider_unavailable"
    assert answer.content_type == "application/problem+json" and answer.headers["Retry-After"]
    assert problem["retry"]["href"] == f"{BASE}/orders/{problem['order']['token']}/payments"
    paid = done(client.post(problem["retry"]["href"], json={"payment_method": "test"}))
    assert paid["payment"]["redirect_url"]
    again = done(order(client, cart, KEY))
    assert again["order"]["token"] == problem["order"]["token"] and orders() == 1


def test_a_declined_payment_is_the_answer_of_its_key(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch,
) -> None:
    cart, gateway = ready(client), providers().payments["test"]

    def refuse(_charge: object) -> None:
        raise PaymentDeclined(reason="insufficient_funds")

    with monkeypatch.context() as patch:
        patch.setattr(gateway, "start", refuse)
        answer = order(client, cart, KEY, email=EMAIL)
    assert answer.status_code == 402 and answer.json["order"]["number"]
    replayed = order(client, cart, KEY, email=EMAIL)
    assert (replayed.status_code, replayed.data) == (402, answer.data)
    done(client.post(answer.json["retry"]["href"], json={"payment_method": "test"}))

"""Carts left behind: how far they came, and whom one may write to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.extensions import transaction
from app.models.cart import Cart
from app.services import markets
from app.services.cart import carts
from app.services.cart.abandoned import abandoned, last_step
from app.services.checkout import steps
from tests.world import ADA

pytestmark = pytest.mark.usefixtures("shop")
LATER = timedelta(hours=25)


def filled() -> Cart:
    market = markets.find("de")
    cart = carts.start(market, "de", "EUR")
    carts.add(cart, "TEA", 2, market)
    return cart


def left(cart: Cart) -> None:
    with transaction() as session:
        cart.touched_at -= LATER
        session.add(cart)


def test_a_cart_left_behind_tells_its_last_step_but_no_address_without_consent() -> None:
    cart = filled()
    steps.begin(cart)
    steps.set_address(cart, ADA)
    left(cart)

    (found,) = abandoned()

    assert (found.last_step, found.pieces, found.email) == ("delivery", 2, "")


def test_with_consent_one_may_write() -> None:
    cart = filled()
    steps.begin(cart)
    steps.set_address(cart, {**ADA, "may_remind": "1"})
    left(cart)

    (found,) = abandoned()

    assert found.email == ADA["email"]


def test_a_cart_in_use_is_not_left_behind_and_an_empty_one_never() -> None:
    filled()
    empty = carts.start(markets.find("de"), "de", "EUR")
    left(empty)

    assert list(abandoned()) == []


@pytest.mark.parametrize(("done", "step"), [
    ({}, "cart"), ({"begun"}, "address"), ({"begun", "address"}, "delivery"),
    ({"begun", "address", "delivery"}, "payment"),
    ({"begun", "address", "delivery", "payment"}, "review"),
])
def test_the_last_step_is_the_section_left_open(shop: Flask, done: set[str], step: str) -> None:
    cart = filled()
    if "begun" in done:
        steps.begin(cart)
    if "address" in done:
        steps.set_address(cart, ADA)
    cart.shipping_option = "x" if "delivery" in done else ""
    cart.payment_method = "transfer" if "payment" in done else ""

    assert last_step(cart) == step

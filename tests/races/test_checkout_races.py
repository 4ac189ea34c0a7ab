"""Many shoppers at once, on SQLite and on PostgreSQL (reliability invariants 1-8, 10, 24)."""

from __future__ import annotations

import os
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.extensions import db, transaction
from app.kernel.errors import Conflict, CouponRefused, OutOfStock
from app.kernel.money import Money
from app.kernel.order_state import OrderState
from app.models.cart import Cart
from app.models.order import Order
from app.models.payment import Payment
from app.models.promotion import Promotion
from app.models.stock import StockItem
from app.services import markets, stock
from app.services.cart import carts
from app.services.checkout import placing, steps
from app.services.payment import flow, reconciling, settling
from app.services.payment.port import PaymentState, Receipt
from tests import books
from tests.races.crowd import at_once
from tests.shoppers import cart_of, gateway, placed, ready
from tests.world import CUP, LAST, TEA, variant_id

FULL = os.environ.get("TRADEWIND_TEST_SIZE") == "full"
CROWD = 200 if FULL else 24


def place(cart_id: int) -> str:
    """Place the order of a cart; its number."""
    cart = db.session.get(Cart, cart_id)
    assert cart is not None
    return placing.place(cart).number


def test_a_crowd_at_the_last_pieces_buys_exactly_what_is_there(either_shop: Flask) -> None:
    pieces = 20 if FULL else 5
    with transaction():
        stock.receive(variant_id(LAST), stock.warehouse_ids()["LIS"], pieces - LAST.pieces)
    shoppers = [ready("de-de", (LAST, 1)).id for _ in range(CROWD)]

    answers = at_once(either_shop, [partial(place, cart) for cart in shoppers])

    bought = [answer for answer in answers if isinstance(answer, str)]
    refused = [answer for answer in answers if not isinstance(answer, str)]
    assert len(bought) == pieces
    assert all(isinstance(answer, OutOfStock) for answer in refused), refused
    assert sorted(bought) == [f"PN-{n:06d}" for n in range(1, pieces + 1)], "numbers have no gap"
    books.check()


def test_crossed_carts_of_two_articles_never_lock_each_other_out(either_shop: Flask) -> None:
    one = [ready("de-de", (TEA, 1), (CUP, 1)).id for _ in range(6)]
    other = [ready("de-de", (CUP, 1), (TEA, 1)).id for _ in range(6)]

    answers = at_once(either_shop, [partial(place, cart) for cart in one + other])

    assert all(isinstance(answer, str) for answer in answers), answers
    books.check()


def test_one_cart_submitted_eight_times_at_once_is_one_order(either_shop: Flask) -> None:
    cart = ready("de-de", (TEA, 2)).id

    answers = at_once(either_shop, [partial(place, cart) for _ in range(8)])

    assert set(answers) == {"PN-000001"}
    assert db.session.scalar(select(func.count(Payment.id))) == 1
    books.check()


@pytest.mark.parametrize("limit", [1, 3])
def test_a_coupon_is_used_as_often_as_it_may_be(either_shop: Flask, limit: int) -> None:
    with transaction() as session:
        coupon = session.scalars(select(Promotion).where(Promotion.coupon == "TEN")).one()
        coupon.usage_limit = limit
    shoppers = []
    for _ in range(8):
        cart = ready("de-de", (TEA, 1))
        steps.add_coupon(cart, "TEN")
        shoppers.append(cart.id)

    answers = at_once(either_shop, [partial(place, cart) for cart in shoppers])

    used = db.session.scalars(select(Promotion).where(Promotion.coupon == "TEN")).one().used_count
    discounted = [order for order in db.session.scalars(select(Order))
                  if order.quote["discount"]["minor"]]
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert used == len(discounted) == limit
    assert all(isinstance(answer, CouponRefused | Conflict) for answer in refused), refused
    books.check()


def test_fifty_additions_at_once_lose_none(either_shop: Flask) -> None:
    cart = cart_of("de-de", (CUP, 1))
    cart_id, before = cart.id, 1

    def add() -> None:
        mine = db.session.get(Cart, cart_id)
        assert mine is not None
        carts.add(mine, CUP.sku, 1, markets.find("de"))

    answers = at_once(either_shop, [add for _ in range(50)])

    assert answers == [None] * 50
    assert carts.lines(cart_id)[0].quantity == before + 50


def test_a_double_click_with_one_key_adds_once(either_shop: Flask) -> None:
    cart_id = cart_of("de-de", (TEA, 1)).id

    def add() -> None:
        mine = db.session.get(Cart, cart_id)
        assert mine is not None
        carts.add(mine, CUP.sku, 2, markets.find("de"), key="one-press")

    at_once(either_shop, [add for _ in range(6)])

    assert [line.quantity for line in carts.lines(cart_id)] == [1, 2]


def test_ten_messages_and_a_return_at_once_settle_an_order_once(either_shop: Flask) -> None:
    order = placed("de-de", (TEA, 2))
    payment = flow.latest(order)
    gateway().choose(payment.reference, "paid")  # type: ignore[arg-type]
    payment_id, reference = payment.id, payment.reference

    def tell() -> str:
        return settling.settle(payment_id, gateway().look_up(reference)).state

    answers = at_once(either_shop, [tell for _ in range(11)])

    assert answers == ["paid"] * 11
    events = db.session.scalars(select(Order.state)).all()
    item = db.session.scalars(
        select(StockItem).where(StockItem.variant_id == variant_id(TEA))).one()
    assert events == ["paid"]
    assert (item.on_hand, item.reserved) == (TEA.pieces - 2, 0)
    books.check()


def test_payment_and_time_out_at_once_give_goods_or_money_back(either_shop: Flask) -> None:
    order = placed("de-de", (TEA, 2))
    payment = flow.latest(order)
    receipt = Receipt(payment.reference, PaymentState.PAID, amount=order_total(order),
                      order_number=order.number, charge_reference="money-1")
    payment_id, order_id = payment.id, order.id

    def end() -> object:
        mine = db.session.get(Order, order_id)
        assert mine is not None
        return reconciling.end(mine, OrderState.EXPIRED)

    at_once(either_shop, [lambda: settling.settle(payment_id, receipt), end])

    final = db.session.get(Order, order_id)
    assert final is not None
    assert final.state == "paid", "stock was there either way"
    books.check()


def order_total(order: Order) -> Money:
    """The order's total as money."""
    return Money(order.total_minor, order.currency)

"""Placing an order: reserve, freeze, ask for the money; safe to repeat; open about changes."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.kernel.errors import Conflict, Invalid, OutOfStock, QuoteChanged
from app.models.order import Order
from app.models.payment import Payment
from app.models.stock import StockItem
from app.services.cart import carts
from app.services.cart.view import view
from app.services.checkout import placing, steps
from app.services.payment import flow
from tests import books
from tests.shoppers import cart_of, pay, placed, ready
from tests.world import BOOK, CUP, LAST, TEA, variant_id

pytestmark = pytest.mark.usefixtures("shop")


def test_an_order_reserves_its_pieces_and_waits_for_its_payment() -> None:
    order = placed("de-de", (TEA, 2))

    item = db.session.scalars(
        select(StockItem).where(StockItem.variant_id == variant_id(TEA))).one()
    assert (order.state, order.number) == ("awaiting_payment", "PN-000001")
    assert (item.on_hand, item.reserved) == (TEA.pieces, 2)
    assert flow.latest(order).redirect_url
    books.check()


def test_a_paid_order_takes_its_pieces_for_good_and_closes_the_cart() -> None:
    cart = ready("de-de", (TEA, 2))
    order = placing.place(cart)

    pay(order)

    db.session.refresh(order)
    item = db.session.scalars(
        select(StockItem).where(StockItem.variant_id == variant_id(TEA))).one()
    assert order.state == "paid"
    assert (item.on_hand, item.reserved) == (TEA.pieces - 2, 0)
    with pytest.raises(Exception, match="unknown_cart"):
        carts.find(cart.public_id)
    books.check()


def test_the_same_cart_placed_twice_is_one_order_with_one_payment() -> None:
    cart = ready()

    first, second = placing.place(cart), placing.place(cart)

    assert first.id == second.id
    assert db.session.scalar(select(func.count(Payment.id))) == 1


def test_a_cart_changed_after_the_payment_page_opened_makes_a_new_order_and_ends_the_old() -> None:
    cart = ready("de-de", (TEA, 1))
    old = placing.place(cart)
    carts.add(cart, CUP.sku, 1, view(cart).market)

    new = placing.place(cart)

    db.session.refresh(old)
    assert (old.state, old.cancel_reason, new.state) == ("cancelled", "superseded",
                                                         "awaiting_payment")
    assert pay(old).state in {"expired", "started"}, "the old page can no longer be paid"
    books.check()


def test_a_total_that_has_changed_since_it_was_seen_is_said_and_not_ordered() -> None:
    cart = ready()

    with pytest.raises(QuoteChanged):
        placing.place(cart, seen_total=1)

    assert db.session.scalar(select(func.count(Order.id))) == 0
    books.check()


def test_a_piece_that_has_gone_meanwhile_refuses_the_order_and_keeps_nothing() -> None:
    mine, other = ready("de-de", (LAST, 1)), ready("de-de", (LAST, 1))
    placing.place(other)

    with pytest.raises(OutOfStock):
        placing.place(mine)

    assert db.session.scalar(select(func.count(Order.id))) == 1
    books.check()


@pytest.mark.parametrize(("change", "code"), [
    (lambda cart: setattr(cart, "address", {}), "address_missing"),
    (lambda cart: setattr(cart, "shipping_option", "teleport"), "no_delivery_option"),
    (lambda cart: setattr(cart, "payment_method", "cheque"), "payment_method_unknown"),
])
def test_an_order_needs_address_delivery_and_payment(change, code) -> None:  # type: ignore[no-untyped-def]
    cart = ready()
    change(cart)

    with pytest.raises((Conflict, Invalid)) as refused:
        placing.place(cart)

    db.session.rollback()
    assert refused.value.code == code


def test_an_empty_cart_is_refused() -> None:
    cart = cart_of("de-de", (BOOK, 1))
    carts.remove(cart, carts.lines(cart.id)[0].id)

    with pytest.raises(Conflict, match="cart_empty"):
        placing.place(cart)


def test_the_order_freezes_the_quote_the_shopper_saw() -> None:
    cart = ready("en-us", (TEA, 2), (CUP, 1))
    steps.add_coupon(cart, "ten")
    seen = view(cart).quote
    assert seen is not None

    order = placing.place(cart, seen_total=seen.total.minor)

    assert order.total_minor == seen.total.minor == order.quote["total"]["minor"]
    assert order.quote["discount"]["minor"] == seen.discount.minor > 0
    assert {why["figure"] for why in order.quote["why"]} == {why.figure for why in seen.why}
    assert (order.base_currency, order.fx_source != "", order.fx_as_of != "") == ("EUR", True, True)

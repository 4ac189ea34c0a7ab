"""One payment, one order: whatever messages come, in whatever order, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app import create_app
from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Forbidden, ProviderUnavailable
from app.kernel.order_state import OrderState
from app.models.order import Order, OrderEvent
from app.models.outbox import Job
from app.models.payment import Callback, Payment, Refund
from app.services import promotions, stock
from app.services.checkout import placing
from app.services.orders import journal
from app.services.outbox import jobs
from app.services.payment import callbacks, flow, reconciling, refunds, settling
from app.services.rates import book
from tests import books
from tests.conftest import copy_of, settings_for
from tests.shoppers import ready
from tests.stripe_double import StripeDouble
from tests.world import LAST, TEA


@pytest.fixture
def stripe() -> Iterator[StripeDouble]:
    """A Stripe of our own."""
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


def order_of(*wanted: object) -> tuple[Order, Payment]:
    """An order with a Stripe session open."""
    order = placing.place(ready("de-de", *(wanted or ((TEA, 2),)), method="card"))  # type: ignore[arg-type]
    return order, flow.latest(order)


def messages(stripe: StripeDouble) -> list[tuple[bytes, dict[str, str]]]:
    """What Stripe would post now, signed."""
    bodies = [json.dumps(event).encode() for event in stripe.post.waiting]
    return [(body, {"Stripe-Signature": stripe.post.signature(body)}) for body in bodies]


def state_of(order: Order) -> str:
    """The order's state as it is in the database."""
    db.session.rollback()
    return db.session.scalars(select(Order.state).where(Order.id == order.id)).one()


@pytest.mark.usefixtures("stripe_shop")
class TestMessages:
    """Webhooks, return page and reconciler lead to the same books."""

    @pytest.mark.parametrize("times", [1, 2, 10])
    def test_a_message_that_comes_many_times_settles_once(self, stripe: StripeDouble,
                                                          times: int) -> None:
        order, payment = order_of()
        stripe.pay(payment.reference)

        for body, headers in messages(stripe) * times:
            callbacks.take("stripe", body, headers)

        assert state_of(order) == "paid"
        assert paid_events(order) == 1
        books.check()

    def test_messages_backwards_and_the_return_in_between_settle_once(
        self, stripe: StripeDouble,
    ) -> None:
        order, payment = order_of()
        stripe.pay(payment.reference)
        told = messages(stripe)[::-1]

        callbacks.take("stripe", *told[0])
        settling.check(payment)
        for body, headers in told:
            callbacks.take("stripe", body, headers)

        assert state_of(order) == "paid"
        assert paid_events(order) == 1
        books.check()

    def test_with_every_message_lost_the_reconciler_finds_the_money(
        self, stripe: StripeDouble,
    ) -> None:
        order, payment = order_of()
        stripe.pay(payment.reference)

        counts = reconciling.reconcile()

        assert counts["settled"] == 1
        assert state_of(order) == "paid"
        books.check()

    def test_a_declined_card_leaves_the_order_waiting_and_can_be_tried_again(
        self, stripe: StripeDouble,
    ) -> None:
        order, payment = order_of()
        stripe.decline(payment.reference)
        assert settling.check(payment).state == "started"

        stripe.pay(payment.reference)
        settling.check(payment)

        assert state_of(order) == "paid"

    def test_a_message_while_stripe_cannot_be_asked_is_kept_and_done_later(
        self, stripe: StripeDouble,
    ) -> None:
        order, payment = order_of()
        stripe.pay(payment.reference)
        told = messages(stripe)
        stripe.fault("error", on="GET", times=9)

        outcomes = [callbacks.take("stripe", body, headers) for body, headers in told]

        assert "later" in outcomes
        assert state_of(order) == "awaiting_payment"
        stripe.faults.waiting.clear()
        do_jobs()
        assert state_of(order) == "paid"
        books.check()

    @pytest.mark.parametrize("signature", ["", "t=1,v1=00", "nonsense"])
    def test_a_message_with_a_wrong_signature_has_no_effect(self, stripe: StripeDouble,
                                                            signature: str) -> None:
        order, payment = order_of()
        stripe.pay(payment.reference)
        body = messages(stripe)[0][0]

        with pytest.raises(Forbidden):
            callbacks.take("stripe", body, {"Stripe-Signature": signature})

        assert state_of(order) == "awaiting_payment"
        assert db.session.scalar(select(func.count(Callback.id))) == 0


@pytest.mark.usefixtures("stripe_shop")
class TestMoney:
    """Sums are compared, surplus goes back, refunds are booked once."""

    def test_another_sum_than_the_orders_settles_nothing_and_tells_staff(
        self, stripe: StripeDouble,
    ) -> None:
        order, payment = order_of()
        stripe.pay(payment.reference)
        change_total(order, +1)

        settling.check(payment)

        assert state_of(order) == "awaiting_payment"
        assert db.session.get(Order, order.id).attention == "amount_mismatch"  # type: ignore[union-attr]

    def test_money_after_the_time_out_gets_goods_if_they_are_there(
        self, stripe: StripeDouble,
    ) -> None:
        order, payment = order_of()
        stripe.pay(payment.reference)
        expire_blindly(order)

        settling.check(payment)

        assert state_of(order) == "paid"
        books.check()

    def test_money_after_the_time_out_goes_back_if_the_goods_have_gone(
        self, stripe: StripeDouble,
    ) -> None:
        order, payment = order_of((LAST, 1))
        stripe.pay(payment.reference)
        expire_blindly(order)
        other, _ = order_of((LAST, 1))

        settling.check(payment)
        do_jobs()

        assert state_of(order) == "cancelled"
        assert state_of(other) == "awaiting_payment"
        assert db.session.scalars(select(Refund.state)).all() == ["done"]
        books.check()

    def test_a_refund_made_in_the_dashboard_and_told_thrice_is_booked_once(
        self, stripe: StripeDouble,
    ) -> None:
        _order, payment = order_of()
        stripe.pay(payment.reference)
        settling.check(payment)
        stripe.refund_in_dashboard(payment.charge_reference, 500)

        for body, headers in messages(stripe) * 3:
            callbacks.take("stripe", body, headers)

        db.session.refresh(payment)
        assert payment.refunded_minor == 500
        assert db.session.scalar(select(func.count(Refund.id))) == 1

    def test_no_more_goes_back_than_came_in(self) -> None:
        order, payment = order_of()
        with pytest.raises(Exception, match="refund_too_large"):
            refunds.ask(payment, payment.amount_minor, "nothing came in")
        assert order.state == "awaiting_payment"


@pytest.mark.usefixtures("stripe_shop")
@pytest.mark.parametrize("kind", ["error", "drop", "rate_limit"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_stripe_failing_while_a_payment_begins_keeps_the_order_and_a_retry_pays_it_once(
    stripe: StripeDouble, kind: str, when: str,
) -> None:
    cart = ready("de-de", (TEA, 1), method="card")
    stripe.fault(kind, on="POST /v1/checkout/sessions", when=when, times=4)

    with pytest.raises(ProviderUnavailable):
        placing.place(cart)
    stripe.faults.waiting.clear()
    order = placing.place(cart)
    payment = flow.latest(order)
    stripe.pay(payment.reference)
    settling.check(payment)

    assert db.session.scalar(select(func.count(Order.id))) == 1
    assert state_of(order) == "paid"
    books.check()


def paid_events(order: Order) -> int:
    """How often the order became paid."""
    return db.session.scalar(select(func.count(OrderEvent.id)).where(
        OrderEvent.order_id == order.id, OrderEvent.kind == "paid")) or 0


def do_jobs() -> None:
    """Do every job that is due or waits for another try, but mails."""
    with transaction() as session:
        session.execute(update(Job).where(Job.state == "waiting")
                        .values(due_at=clock.now() - timedelta(seconds=1)))
    handlers = {"refund": refunds.carry_out, "callback": callbacks.catch_up,
                "mail": lambda payload: None, "renditions": lambda payload: None}
    while leased := jobs.claim():
        for job in leased:
            jobs.run(*job, handlers)


def change_total(order: Order, by: int) -> None:
    """The order's total is another than what was asked for (a hand in the database)."""
    with transaction() as session:
        row = session.get(Order, order.id)
        assert row is not None
        row.total_minor += by


def expire_blindly(order: Order) -> None:
    """The reservation ends while the provider cannot be asked."""
    with transaction() as session:
        row = session.get(Order, order.id)
        assert row is not None
        row.pay_until = clock.now() - timedelta(seconds=1)
        stock.release(row.id)
        promotions.give_back(row.id)
        journal.move(row, OrderState.EXPIRED)

"""Whatever shoppers, staff, providers and the clock do in whatever order: the books agree.

Hypothesis plays the shop as a state machine (reliability invariants 2, 4, 5, 8, 11, 13, 14, 19).
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select, update

from app.extensions import db, providers, transaction
from app.kernel import clock
from app.kernel.errors import ShopError
from app.kernel.money import Money
from app.kernel.order_state import OrderState
from app.models.cart import Cart
from app.models.order import Order
from app.models.outbox import Job
from app.models.payment import Payment, Refund
from app.models.promotion import Promotion, PromotionUse
from app.services import markets, promotions, stock
from app.services.cart import carts
from app.services.cart.view import view
from app.services.checkout import placing, steps
from app.services.orders import handling, journal
from app.services.outbox import jobs
from app.services.payment import flow, paying, reconciling, refunds, settling
from app.services.payment.test_gateway import Outcome
from tests import books
from tests.shoppers import JOURNEYS, cart_of, gateway
from tests.world import BOOK, CUP, LAST, TEA

FULL = os.environ.get("TRADEWIND_TEST_SIZE") == "full"
SIZE = settings(
    max_examples=300 if FULL else 12, stateful_step_count=60 if FULL else 30, deadline=None,
    derandomize=not FULL, database=None, suppress_health_check=list(HealthCheck),
    phases=[phase for phase in Phase if FULL or phase not in {Phase.shrink, Phase.explain}],
)
PICK = st.integers(min_value=0, max_value=99)
PREFIX = st.sampled_from(sorted(JOURNEYS))
OUTCOMES = st.sampled_from([Outcome.PAID, Outcome.PAID, Outcome.DECLINED, Outcome.CHALLENGE,
                            Outcome.CHALLENGE_PASSED, Outcome.CHALLENGE_FAILED,
                            Outcome.LATE_FAILURE, Outcome.TIMEOUT])
NOTHING = lambda payload: None  # noqa: E731 - a handler


class ShopMachine(RuleBasedStateMachine):
    """The shop under everybody's hands. A refusal (ShopError) is a fine answer; a bug is not."""

    prepared: Path

    @initialize()
    def open_shop(self) -> None:
        """A fresh copy of the world's database beneath the same application."""
        home = providers().settings.home
        db.session.remove()
        db.engine.dispose()
        for path in home.glob("shop.db*"):
            path.unlink()
        shutil.copy(self.prepared / "shop.db", home / "shop.db")
        self.carts: list[int] = []

    @rule(prefix=PREFIX, sold=st.sampled_from([TEA, CUP, BOOK, LAST]), pieces=st.integers(1, 30))
    def come_in(self, prefix: str, sold, pieces: int) -> None:
        with contextlib.suppress(ShopError):
            self.carts.append(cart_of(prefix, (sold, min(pieces, sold.pieces))).id)

    @precondition(lambda self: self.carts)
    @rule(pick=PICK, sold=st.sampled_from([TEA, CUP, BOOK, LAST]), pieces=st.integers(-1, 1000))
    def add(self, pick: int, sold, pieces: int) -> None:
        cart = self.cart(pick)
        self.attempt(carts.add, cart, sold.sku, pieces, markets.find(cart.market_code))

    @precondition(lambda self: self.carts)
    @rule(pick=PICK, pieces=st.integers(0, 20))
    def change(self, pick: int, pieces: int) -> None:
        cart = self.cart(pick)
        lines = carts.lines(cart.id)
        if lines:
            self.attempt(carts.set_quantity, cart, lines[pick % len(lines)].id, pieces,
                         markets.find(cart.market_code))

    @precondition(lambda self: self.carts)
    @rule(pick=PICK, prefix=PREFIX)
    def move_elsewhere(self, pick: int, prefix: str) -> None:
        market, language, currency, who = JOURNEYS[prefix]
        cart = self.cart(pick)
        if cart.state == "open":
            carts.place_in(cart, markets.find(market), language, currency)
            self.attempt(steps.set_address, cart, who)

    @precondition(lambda self: self.carts)
    @rule(pick=PICK)
    def use_coupon(self, pick: int) -> None:
        self.attempt(steps.add_coupon, self.cart(pick), "TEN")

    @precondition(lambda self: self.carts)
    @rule(pick=PICK, method=st.sampled_from(["test", "test", "transfer"]), twice=st.booleans())
    def place(self, pick: int, method: str, twice: bool) -> None:
        cart = self.cart(pick)
        try:
            self.walk(cart, method)
            order = placing.place(cart)
        except ShopError:
            return
        if twice:
            assert placing.place(self.cart(pick)).id == order.id, "the same cart, the same order"

    @precondition(lambda self: self.has_orders)
    @rule(pick=PICK, outcome=OUTCOMES)
    def pay(self, pick: int, outcome: Outcome) -> None:
        payment = flow.latest(self.order(pick))
        if payment.provider == "test" and payment.reference:
            gateway().choose(payment.reference, outcome)
            settling.check(payment)

    @precondition(lambda self: self.has_orders)
    @rule(pick=PICK, method=st.sampled_from(["test", "transfer"]))
    def pay_in_another_way(self, pick: int, method: str) -> None:
        self.attempt(paying.pay_again, self.order(pick), method)

    @precondition(lambda self: self.has_orders)
    @rule(pick=PICK, off=st.sampled_from([0, 0, 0, -1, 1]))
    def transfer_arrives(self, pick: int, off: int) -> None:
        order = self.order(pick)
        self.attempt(handling.mark_paid, order.number,
                     Money(max(order.total_minor + off, 0), order.currency), "machine")

    @precondition(lambda self: self.has_orders)
    @rule(pick=PICK)
    def time_runs_out(self, pick: int) -> None:
        self.let_time_pass(self.order(pick).id)
        reconciling.expire_unpaid()

    @precondition(lambda self: self.has_orders)
    @rule(pick=PICK, is_settled=st.booleans())
    def money_comes_late(self, pick: int, is_settled: bool) -> None:
        """Paid in the last second, told after the order ended while nobody could be asked."""
        order = self.order(pick)
        payment = flow.latest(order)
        if order.state != OrderState.AWAITING_PAYMENT or payment.provider != "test":
            return
        gateway().choose(payment.reference, Outcome.PAID)
        with transaction():
            stock.release(order.id)
            promotions.give_back(order.id)
            journal.move(order, OrderState.EXPIRED)
        if is_settled:
            settling.check(payment)
        else:
            reconciling.reconcile()

    @precondition(lambda self: self.has_orders)
    @rule(pick=PICK)
    def staff_cancel(self, pick: int) -> None:
        self.attempt(handling.cancel, self.order(pick).number, "by_customer")

    @precondition(lambda self: self.has_orders)
    @rule(pick=PICK, part=st.integers(0, 5000))
    def staff_refund(self, pick: int, part: int) -> None:
        order = self.order(pick)
        self.attempt(handling.refund, order.number, Money(part, order.currency), "goodwill")

    @precondition(lambda self: self.has_orders)
    @rule(pick=PICK, to=st.sampled_from([OrderState.VERIFIED, OrderState.PACKED]))
    def staff_go_on(self, pick: int, to: OrderState) -> None:
        self.attempt(handling.advance, self.order(pick).number, to)

    @rule()
    def worker_works(self) -> None:
        handlers = {"refund": refunds.carry_out, "mail": NOTHING, "renditions": NOTHING}
        while leased := jobs.claim():
            for one in leased:
                jobs.run(*one, handlers)

    @rule()
    def reconcile(self) -> None:
        reconciling.reconcile()

    @invariant()
    def books_agree(self) -> None:
        books.check()

    @invariant()
    def money_is_whole(self) -> None:
        refunded = dict(db.session.execute(
            select(Refund.payment_id, func.sum(Refund.amount_minor))
            .where(Refund.state != "failed").group_by(Refund.payment_id)).all())
        for payment in db.session.scalars(select(Payment)):
            assert payment.refunded_minor == refunded.get(payment.id, 0)
            assert 0 <= payment.refunded_minor <= payment.captured_minor
            order = db.session.get_one(Order, payment.order_id)
            assert payment.currency == order.currency
        assert not db.session.scalars(select(Job.error).where(Job.state == "dead")).all()

    @invariant()
    def coupons_are_counted(self) -> None:
        for promotion in db.session.scalars(select(Promotion)):
            uses = db.session.scalar(select(func.count()).select_from(PromotionUse).where(
                PromotionUse.promotion_id == promotion.id))
            assert promotion.used_count == uses
            assert promotion.usage_limit is None or uses <= promotion.usage_limit

    @property
    def has_orders(self) -> bool:
        return bool(db.session.scalar(select(func.count(Order.id))))

    def cart(self, pick: int) -> Cart:
        db.session.rollback()
        return db.session.get_one(Cart, self.carts[pick % len(self.carts)],
                                  populate_existing=True)

    def order(self, pick: int) -> Order:
        db.session.rollback()
        ids = db.session.scalars(select(Order.id).order_by(Order.id)).all()
        return db.session.get_one(Order, ids[pick % len(ids)], populate_existing=True)

    def walk(self, cart: Cart, method: str) -> None:
        """To the order button, as the checkout's page does it. Raises ShopError."""
        cart = carts.find(cart.public_id)
        journey = next(j for j in JOURNEYS.values() if j[0] == cart.market_code)
        steps.set_address(cart, {**journey[3], "phone": "+14155552671"})
        quoted = view(cart).quote
        if quoted is not None and quoted.options:
            steps.set_delivery(cart, quoted.options[0].id, dap_accepted=True,
                               phone="+14155552671")
        steps.set_payment(cart, method)

    def attempt(self, act, *words: object) -> None:
        """Do it, or be refused."""
        try:
            act(*words)
        except ShopError:
            db.session.rollback()

    def let_time_pass(self, order_id: int) -> None:
        with transaction() as session:
            session.execute(update(Order).where(Order.id == order_id)
                            .values(pay_until=clock.now() - timedelta(seconds=1))
                            .execution_options(synchronize_session=False))

    def teardown(self) -> None:
        db.session.remove()


def test_whatever_happens_the_books_agree(shop: Flask, world_home: Path) -> None:
    ShopMachine.prepared = world_home
    run_state_machine_as_test(ShopMachine, settings=SIZE)


@pytest.mark.parametrize("seed", range(5 if FULL else 1))
def test_a_thousand_switches_lead_back_to_the_first_total(shop: Flask, seed: int) -> None:
    dice, totals = random.Random(seed), {}
    cart = cart_of("de-de", (TEA, 2), (CUP, 3), (BOOK, 1))
    places = [(journey[0], journey[1]) for journey in JOURNEYS.values()] + [("ch", "fr")]
    first = total(cart)

    for number in range(1000):
        market, language = dice.choice(places)
        currency = dice.choice(markets.currencies())
        carts.place_in(cart, markets.find(market), language, currency)
        if FULL or number % 10 == 0:
            shown = total(cart)
            assert shown.currency == currency
            assert totals.setdefault((market, currency), shown) == shown
    carts.place_in(cart, markets.find("de"), "de", "EUR")

    assert total(cart) == first and first.minor > 0
    assert len(totals) > 20


def total(cart: Cart) -> Money:
    """What the cart would cost now; the sum of its parts."""
    quoted = view(cart).quote
    assert quoted is not None
    parts = (quoted.goods - quoted.discount + quoted.shipping + quoted.tax - quoted.tax_included
             + quoted.duty + quoted.fees + quoted.rounding)
    assert parts == quoted.total
    return quoted.total

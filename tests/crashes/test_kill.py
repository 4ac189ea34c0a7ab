"""kill -9 under load loses no paid order and doubles none (reliability invariants 8, 9, 32, 40).

The proof is a comparison of two books: Stripe's (its double's) and the shop's.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.extensions import db, providers
from app.models.order import Order, OrderEvent
from app.models.outbox import Job
from app.models.payment import Payment
from tests import books
from tests.crashes.conftest import FULL
from tests.crashes.running import RunningShop, free_port, patience, until
from tests.crashes.shopping import Load
from tests.stripe_double import StripeDouble

KILLS, LEASE = (50, 5) if FULL else (6, 3)
SETTLE = 30  # seconds for what is left to be done


@pytest.fixture
def stripe() -> Iterator[StripeDouble]:
    """A Stripe that tells the shop by itself, whether it listens or not."""
    with StripeDouble(is_automatic=True) as double:
        yield double


@pytest.fixture
def running(stocked_shop: Flask, stripe: StripeDouble) -> Iterator[RunningShop]:
    """Web server and worker, talking to the double."""
    settings = providers().settings
    shop = RunningShop(settings.home, settings.database_url, port=free_port(), web_workers=2,
                       more={"STRIPE_SECRET_KEY": "sk_test_double",
                             "STRIPE_WEBHOOK_SECRET": "whsec_double",
                             "STRIPE_API_BASE": stripe.url})
    stripe.post.url = f"{shop.url}/webhooks/stripe"
    shop.start_web()
    shop.start_worker(lease=LEASE)
    yield shop
    shop.stop()


def test_kills_at_any_moment_leave_both_books_alike(stripe: StripeDouble,
                                                    running: RunningShop) -> None:
    load = Load(running.url, stripe)
    load.start()
    recoveries = kill_again_and_again(running, random.Random(20_261_121), load)
    load.stop()
    stripe.post.waiting.clear()  # whatever nobody took stays untold: the reconciler has to find it
    told = running.run("orders", "reconcile")
    until(nothing_is_left, SETTLE, "jobs are done")

    assert not load.problems
    assert len(load.bought) >= KILLS, "there was a load to kill under"
    compare(load, stripe)
    assert_confirmed_once(providers().settings.home / "mail")
    assert_quick(recoveries)
    assert no_errors(providers().settings.home)
    print(f"{len(load.bought)} paid under {KILLS} kills; {told}; back in"
          f" {max(recoveries):.1f} s at most")


def kill_again_and_again(running: RunningShop, dice: random.Random, load: Load) -> list[float]:
    """kill -9 one process after another at random moments; seconds until each answered again."""
    recoveries = []
    for number in range(KILLS):
        paid = len(load.bought)
        until(lambda paid=paid: len(load.bought) > paid or load.problems, SETTLE, "shoppers buy")
        time.sleep(dice.random())
        if number % 3 == 2:
            running.kill("worker")
        if number % 3 == 2 and dice.random() < 0.5:
            running.start_worker(lease=LEASE)
            continue
        running.kill("web")
        recoveries.append(running.start_web())
        if "worker" not in running.processes:
            running.start_worker(lease=LEASE)
    return recoveries


def nothing_is_left() -> bool:
    """No job waits or runs."""
    db.session.rollback()
    return not db.session.scalar(select(func.count(Job.id)).where(
        Job.state.in_(["waiting", "running"])))


def compare(load: Load, stripe: StripeDouble) -> None:
    """The two books: payments and orders in number and minor units, by currency."""
    books.check()
    orders = db.session.scalars(select(Order)).all()
    paid = [order for order in orders if order.state == "paid"]
    ours: dict[str, list[int]] = defaultdict(list)
    for order in paid:
        ours[order.currency.lower()].append(order.total_minor)
    theirs = stripe.summary()
    for currency, sums in theirs.items():
        assert (sums["payments"], sums["paid"], sums["refunds"]) == (
            len(ours[currency]), sum(ours[currency]), 0), currency
    assert sum(sums["payments"] for sums in theirs.values()) == len(paid)

    of_shoppers = Counter((one.token, one.minor, one.currency) for one in load.bought)
    of_shop = Counter((order.token, order.total_minor, order.currency) for order in paid)
    assert of_shop == of_shoppers, "what shoppers paid is what is to be sent"
    assert {order.token for order in orders} >= load.tokens, "no order that was told is lost"
    carts = Counter(order.cart_id for order in orders)
    assert max(carts.values()) == 1, "a call that was repeated made no second order"
    numbers = sorted(order.number for order in orders)
    assert numbers == [f"PN-{n:06d}" for n in range(1, len(orders) + 1)], "numbers have no gap"
    events = db.session.execute(
        select(OrderEvent.order_id, func.count()).where(OrderEvent.kind == "paid")
        .group_by(OrderEvent.order_id)).all()
    assert dict(events) == {order.id: 1 for order in paid}
    references = Counter(db.session.scalars(select(Payment.reference).where(
        Payment.state == "paid")))
    assert set(references) == {one.session for one in load.bought}
    assert set(references.values()) <= {1}


def assert_confirmed_once(folder: Path) -> None:
    """Each paid order has its confirmation, and none has two."""
    made = Counter(path.stem.rsplit("-", 1)[1] for path in folder.glob("*.eml"))
    wanted = [hashlib.sha256(f"mail:{order_id}:paid".encode()).hexdigest()[:12]
              for order_id in db.session.scalars(select(Order.id).where(Order.state == "paid"))]
    assert [made[mark] for mark in wanted] == [1] * len(wanted)
    assert not db.session.scalars(select(Job.error).where(Job.state == "dead")).all()


def assert_quick(recoveries: list[float]) -> None:
    """Back in less than ten seconds (of an idle machine)."""
    assert max(recoveries) < patience(10), recoveries


def no_errors(home: Path) -> bool:
    """No process met a bug of ours on the way."""
    logs = "".join(path.read_text() for path in home.glob("*.log"))
    lines = [line for line in logs.splitlines()
             if '"bug"' in line or '"worker_round_failed"' in line]
    assert not lines, lines[:3]
    return True

"""The ledger, the watch, returns and differences on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel import period as periods
from app.models.order import Order
from app.models.payment import Payment
from app.services.checkout import placing
from app.services.fx import gains, status
from app.services.payment import refunds
from app.services.rates.load import FOLDER, load_tables
from app.services.tax_ids import rechecking
from app.services.tax_returns import calendar, ledger, returns
from app.services.tax_watch import watch
from tests.shoppers import pay, placed, ready


def test_from_order_to_return(either_shop: Flask) -> None:
    load_tables(FOLDER, ["registration_thresholds", "return_rules"])
    cart = ready("de-de")
    with transaction():
        cart.address = {**cart.address, "tax_id": "DE136695976"}
    order = placing.place(cart)
    pay(order)
    dollars = placed("en-us")
    pay(dollars)
    payment = db.session.scalars(select(Payment).where(Payment.order_id == dollars.id)).one()
    refund = refunds.ask(payment, 500, "returned")
    with transaction():
        refund.state, refund.done_at = "done", datetime.now(UTC)
        db.session.add(refund)

    assert ledger.bring_up_to_date() == 3
    assert ledger.bring_up_to_date() == 0
    assert [one.state for one in rechecking.recheck()] == ["unknown"]
    period = periods.of_day(datetime.now(UTC).date(), "quarter")
    found = returns.compute("OSS", period, returns.seller_of(""))
    assert found.tax.minor == db.session.get_one(Order, order.id).quote["tax"]["minor"]
    assert watch.standings()
    assert calendar.upcoming()
    assert [one.amount.minor for one in gains.of_period(period)] == [500]
    assert status.statuses()

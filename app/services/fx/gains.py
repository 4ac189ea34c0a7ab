"""What refunds in a foreign currency cost more or less than their sales had brought.

A refund goes out in the currency and amount that were paid. The books keep it at the order's rate;
the difference to its own day's rate is a figure of its own, written once per refund.
source  cross-border rules §12
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func, select

from app.extensions import db, transaction, upsert
from app.kernel.money import Money
from app.kernel.period import Period
from app.models.fx_difference import FxDifference
from app.models.order import Order
from app.models.payment import Payment, Refund
from app.services.fx.flow import rate

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Gain:
    """One refund's difference in base currency: positive is a gain, None is not known."""

    order: str
    refund: int
    amount: Money
    at_order: Money
    at_refund: Money | None

    @property
    def gain(self) -> Money | None:
        """What was brought less what it cost to give back."""
        return None if self.at_refund is None else self.at_order - self.at_refund


def bring_up_to_date() -> int:
    """Write the difference of every refund that was done and has none yet."""
    done = 0
    while found := _new():
        for refund, order in found:
            _write(refund, order)
        done += len(found)
    return done


def of_period(period: Period) -> list[Gain]:
    """Differences of refunds done in a period, oldest first."""
    bring_up_to_date()
    start, end = (datetime.combine(day, time(), UTC) for day in (period.first, period.next().first))
    rows = db.session.execute(
        select(FxDifference, Order.number).join(Order, Order.id == FxDifference.order_id)
        .where(FxDifference.booked_at >= start, FxDifference.booked_at < end)
        .order_by(FxDifference.booked_at, FxDifference.id)
    )
    return [
        Gain(number, row.refund_id, Money(row.amount_minor, row.currency),
             Money(row.at_order_minor, row.base_currency),
             None if row.at_refund_minor is None else Money(row.at_refund_minor, row.base_currency))
        for row, number in rows
    ]


def _new() -> Sequence[Any]:
    return db.session.execute(
        select(Refund, Order).join(Payment, Payment.id == Refund.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .where(Refund.state == "done", Order.currency != Order.base_currency,
               ~exists().where(FxDifference.refund_id == Refund.id))
        .order_by(Refund.done_at, Refund.id).limit(AT_ONCE)
    ).all()


def _write(refund: Refund, order: Order) -> None:
    amount, base = Money(refund.amount_minor, order.currency), order.base_currency
    moment = refund.done_at or refund.asked_at
    today = rate(base, order.currency, moment.date())
    row = {
        "refund_id": refund.id, "order_id": order.id, "amount_minor": amount.minor,
        "currency": order.currency, "base_currency": base, "booked_at": moment,
        "at_order_minor": _at_order(order, amount).minor,
        "at_refund_minor": None if today is None else
        Money.from_major(amount.major / today.value, base).minor,
        "fx_value": format(today.value, "f") if today else "",
        "fx_source": today.source if today else "", "fx_as_of": str(today.as_of) if today else "",
    }
    with transaction() as session:
        session.execute(upsert(FxDifference).values(row).on_conflict_do_nothing(
            index_elements=[FxDifference.refund_id]))


def _at_order(order: Order, amount: Money) -> Money:
    """The refund's share of the order's base amount; the last piece takes the rest."""
    base = order.base_currency
    paid, booked = db.session.execute(
        select(func.coalesce(func.sum(FxDifference.amount_minor), 0),
               func.coalesce(func.sum(FxDifference.at_order_minor), 0))
        .where(FxDifference.order_id == order.id)
    ).one()
    left, left_base = order.total_minor - int(paid), order.base_total_minor - int(booked)
    if amount.minor > left:  # more than the order itself: a payment that came twice
        return Money.from_major(amount.major / Decimal(order.fx_value), base)
    return Money(left_base, base).times(Decimal(amount.minor), over=Decimal(left))

"""Comparing the books: stock, reservations, payments and orders must agree at every moment."""

from __future__ import annotations

from sqlalchemy import func, select

from app.extensions import db
from app.kernel.order_state import HOLDS_STOCK, OrderState
from app.models.order import Order
from app.models.payment import Payment, Refund
from app.models.stock import Reservation, StockItem, StockMove


def check() -> None:
    """Raise AssertionError where two books differ (reliability invariants 2, 8, 11, 19)."""
    db.session.rollback()
    db.session.expire_all()
    _stock()
    _orders()


def _stock() -> None:
    moves = dict(db.session.execute(
        select(StockMove.variant_id, func.sum(StockMove.quantity)).group_by(StockMove.variant_id)
    ).all())
    held = dict(db.session.execute(
        select(Reservation.variant_id, func.sum(Reservation.quantity))
        .where(Reservation.state == "held").group_by(Reservation.variant_id)
    ).all())
    for variant_id, on_hand, reserved in db.session.execute(
        select(StockItem.variant_id, func.sum(StockItem.on_hand), func.sum(StockItem.reserved))
        .group_by(StockItem.variant_id)
    ):
        assert on_hand == moves.get(variant_id, 0), "on hand is the sum of all moves"
        assert reserved == held.get(variant_id, 0), "reserved is what reservations hold"
        assert 0 <= reserved <= on_hand


def _orders() -> None:
    for order in db.session.scalars(select(Order)):
        paid = db.session.scalars(select(Payment).where(
            Payment.order_id == order.id, Payment.state == "paid")).all()
        kept = sum(p.captured_minor - p.refunded_minor for p in paid)
        given = db.session.scalar(select(func.sum(Refund.amount_minor)).where(
            Refund.payment_id.in_([p.id for p in paid]), Refund.reason == "goodwill",
            Refund.state != "failed")) or 0
        states = set(db.session.scalars(
            select(Reservation.state).where(Reservation.order_id == order.id)))
        if order.state == OrderState.AWAITING_PAYMENT:
            assert states == {"held"}
            assert not paid
        elif order.state in HOLDS_STOCK:
            assert kept + given == order.total_minor, "a paid order was paid once, in full"
            assert states == {"claimed"}
        elif order.state in {OrderState.EXPIRED, OrderState.CANCELLED}:
            assert states == {"released"}
            assert kept == 0, "an ended order keeps no money"

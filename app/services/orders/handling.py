"""What staff do with orders: mark a transfer as received, ship, deliver, cancel, refund."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, NotFound
from app.kernel.money import Money
from app.kernel.order_state import OrderState
from app.models.order import Order, Shipment
from app.models.payment import Payment, Refund
from app.models.shipping import ShippingService
from app.services import stock
from app.services.orders import journal
from app.services.payment import reconciling, refunds, settling
from app.services.payment.port import PaymentState, Receipt
from app.services.shipping.comparing import service_for


def by_number(number: str) -> Order:
    """The order of a number. Raises NotFound (unknown_order)."""
    order = db.session.scalar(select(Order).where(Order.number == number.strip().upper()))
    if order is None:
        raise NotFound("unknown_order")
    return order


def mark_paid(number: str, amount: Money, actor: str) -> Order:
    """A transfer has arrived on the account. The amount must be the order's, else staff are told
    and nothing is settled.

    raises  NotFound, Conflict (illegal_step) when the order is not paid by transfer
    """
    order = by_number(number)
    payment = _latest(order)
    if payment.provider != "transfer":
        raise Conflict("illegal_step", now=order.state, to="paid")
    receipt = Receipt(
        payment.reference or f"transfer-{order.number}", PaymentState.PAID, amount, order.number,
        charge_reference=f"transfer-{order.number}", reason=actor,
    )
    settling.settle(payment.id, receipt)
    return by_number(number)


def ship(number: str, tracking: str = "", actor: str = "staff") -> Order:
    """The parcel has left; the shopper is told with the tracking link. Where the agreed carrier is
    down, it goes with the backup of the kept comparison."""
    order = by_number(number)
    sent = service_for(order)
    service = db.session.scalar(select(ShippingService).where(ShippingService.code == sent.service))
    url = service.tracking_url.replace("{number}", tracking) if service and tracking else ""
    with transaction() as session:
        session.add(Shipment(
            order_id=order.id, service=sent.service, tracking=tracking, tracking_url=url,
            carrier=sent.carrier or (service.carrier if service else ""),
            chargeable_g=sent.chargeable_g, shipped_at=clock.now(),
        ))
        journal.move(order, OrderState.SHIPPED, actor, tracking=tracking, service=sent.service,
                     instead_of=sent.instead_of)
    return order


def advance(number: str, to: OrderState, actor: str = "staff") -> Order:
    """Take a step that needs nothing else (verified, packed, cleared, delivered, closed)."""
    order = by_number(number)
    journal.move(order, to, actor)
    return order


def cancel(number: str, reason: str, actor: str = "staff") -> Order:
    """Cancel before dispatch: the money goes back, the goods return to stock.

    raises  IllegalStep once the parcel has left
    """
    order = by_number(number)
    if order.state == OrderState.AWAITING_PAYMENT:
        if not reconciling.end(order, OrderState.CANCELLED, reason, actor):
            raise Conflict("already_paid")
        return by_number(number)
    with transaction() as session:
        locked = session.scalar(
            select(Order).where(Order.id == order.id).with_for_update()
            .execution_options(populate_existing=True)
        )
        assert locked is not None  # noqa: S101 - it was read just now
        locked.cancel_reason = reason
        journal.move(locked, OrderState.CANCELLED, actor, reason=reason)
        for payment in _paid(locked):
            left = payment.captured_minor - payment.refunded_minor
            if left:
                refunds.ask(payment, left, "cancelled", actor)
        stock.put_back(locked.id, locked.number)
    return locked


def refund(number: str, amount: Money | None, reason: str, actor: str = "staff",
           key: str = "") -> Refund:
    """Give back a part, or all that is left. Raises Conflict (refund_too_large)."""
    order = by_number(number)
    payment = next(iter(_paid(order)), None)
    if payment is None:
        raise Conflict("illegal_step", now=order.state, to="refunded")
    left = payment.captured_minor - payment.refunded_minor
    if amount is not None and amount.currency != payment.currency:
        raise Conflict("refund_too_large")
    minor = left if amount is None else amount.minor
    key = key or f"refund-{payment.id}-{payment.refunded_minor}-{minor}-{reason}"[:120]
    return refunds.ask(payment, minor, reason, actor, key)


def summary(number: str) -> Mapping[str, object]:
    """What there is to know about an order, without the shopper's person."""
    order = by_number(number)
    payment = _latest(order)
    return {
        "number": order.number, "state": order.state, "attention": order.attention,
        "placed_at": order.placed_at.isoformat(), "market": order.market_code,
        "total": f"{Money(order.total_minor, order.currency).major} {order.currency}",
        "payment": f"{payment.provider} {payment.state} {payment.reference}",
        "refunded": payment.refunded_minor,
    }


def _latest(order: Order) -> Payment:
    payment = db.session.scalar(
        select(Payment).where(Payment.order_id == order.id).order_by(Payment.attempt.desc())
        .limit(1)
    )
    if payment is None:
        raise Conflict("illegal_step")
    return payment


def _paid(order: Order) -> list[Payment]:
    return list(db.session.scalars(
        select(Payment).where(Payment.order_id == order.id, Payment.state == "paid")
        .order_by(Payment.id)
    ))

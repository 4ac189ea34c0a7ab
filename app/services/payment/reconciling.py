"""Finding what messages did not tell: every open payment is asked for, every late order ended."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select

from app.extensions import db, providers, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, ProviderError
from app.kernel.order_state import OrderState
from app.models.order import Order
from app.models.payment import Payment
from app.services import promotions, stock
from app.services.orders import journal
from app.services.payment import callbacks, flow, settling
from app.services.payment.methods import provider_of
from app.services.payment.port import PaymentState

log = structlog.get_logger()
QUIET, LOOK_BACK = timedelta(minutes=10), timedelta(days=3)


def reconcile() -> dict[str, int]:
    """Ask providers for every payment still open, and for money without a paid order.

    returns  counts: asked, settled, strange (money we know no order for)
    """
    now = clock.now()
    counts = {"asked": 0, "settled": 0, "strange": 0}
    open_ids = db.session.scalars(
        select(Payment.id).where(
            Payment.state.in_(("started", "pending", "expired", "superseded", "failed")),
            Payment.provider != "transfer", Payment.started_at <= now - QUIET,
            Payment.started_at >= now - LOOK_BACK - timedelta(days=4),
        ).order_by(Payment.id)
    ).all()
    for payment_id in open_ids:
        payment = db.session.get(Payment, payment_id)
        if payment is None:
            continue
        counts["asked"] += 1
        _find_reference(payment)
        counts["settled"] += settling.check(payment).state == "paid"
    for code in providers().payments:
        settled, strange = _recent(code)
        counts["settled"] += settled
        counts["strange"] += strange
    return counts


def expire_unpaid() -> int:
    """End orders whose time to pay is over: stock and coupons come back. Safe at any time."""
    ended = 0
    ids = db.session.scalars(
        select(Order.id).where(
            Order.state == OrderState.AWAITING_PAYMENT, Order.pay_until <= clock.now()
        ).order_by(Order.id)
    ).all()
    for order_id in ids:
        order = db.session.get(Order, order_id)
        if order is not None:
            ended += end(order, OrderState.EXPIRED)
    return ended


def abandon(order: Order) -> None:
    """The shopper has changed the cart: this order may no longer be paid.

    raises  Conflict (already_paid) when it just was: then it is the order, whole as it was paid
    """
    if not end(order, OrderState.CANCELLED, reason="superseded"):
        raise Conflict("already_paid")


def end(order: Order, to: OrderState, reason: str = "", actor: str = "shop") -> bool:
    """Close an order that awaits payment. False when its money turned out to be there."""
    payment = flow.latest(order)
    if payment.reference and payment.state in flow.OPEN:
        try:
            receipt = provider_of(payment.method).expire(payment.reference)
        except ProviderError as error:
            log.warning("expire_unknown", order=order.id, code=error.code)
        else:
            settling.settle(payment.id, receipt)
            if receipt.state == PaymentState.PAID:
                return False
    with transaction() as session:
        locked = session.scalar(
            select(Order).where(Order.id == order.id).with_for_update()
            .execution_options(populate_existing=True)
        )
        if locked is None or locked.state != OrderState.AWAITING_PAYMENT:
            return locked is not None and locked.state in {OrderState.EXPIRED,
                                                           OrderState.CANCELLED}
        stock.release(locked.id)
        promotions.give_back(locked.id)
        locked.cancel_reason = reason
        journal.move(locked, to, actor, quiet=reason == "superseded", reason=reason)
    return True


def _find_reference(payment: Payment) -> None:
    """A crash between the call and its note: the same key gives the same session."""
    if payment.reference or payment.state != "started" or payment.expires_at <= clock.now():
        return
    order = db.session.get(Order, payment.order_id)
    if order is None or order.state != OrderState.AWAITING_PAYMENT:
        return
    try:
        flow.start(order)
    except ProviderError as error:
        log.warning("start_unknown", payment=payment.id, code=error.code)


def _recent(code: str) -> tuple[int, int]:
    settled = strange = 0
    try:
        receipts = list(providers().payments[code].recent(clock.now() - LOOK_BACK))
    except ProviderError as error:
        log.warning("recent_unknown", provider=code, code=error.code)
        return 0, 0
    for receipt in receipts:
        if not receipt.is_paid:
            continue
        payment = callbacks.find(code, receipt)
        if payment is None:
            strange += 1
            log.error("payment_without_order", provider=code, number=receipt.order_number)
        elif payment.state != "paid":
            settled += settling.settle(payment.id, receipt).state == "paid"
    return settled, strange

"""The one function that settles an order, called by webhook, return page and reconciler."""

from __future__ import annotations

import structlog
from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import ProviderError
from app.kernel.money import Money
from app.kernel.order_state import OrderState
from app.models.cart import Cart
from app.models.order import Order
from app.models.payment import Payment
from app.services import promotions, stock
from app.services.orders import journal
from app.services.payment import refunds
from app.services.payment.methods import provider_of
from app.services.payment.port import PaymentState, Receipt

log = structlog.get_logger()


def check(payment: Payment) -> Payment:
    """Ask the provider how a payment stands and settle by the answer. Safe to repeat.

    A provider that cannot be asked changes nothing; the reconciler asks again.
    """
    if not payment.reference or payment.state == "paid":
        return payment
    try:
        receipt = provider_of(payment.method).look_up(payment.reference)
    except ProviderError as error:
        log.warning("payment_unknown", payment=payment.id, code=error.code)
        return payment
    return settle(payment.id, receipt)


def settle(payment_id: int, receipt: Receipt) -> Payment:
    """Book what a provider says of a payment, under the order's lock, once.

    Compares amount and currency with the order's; a payment that does not match settles nothing
    and staff are told. Money for an order that has expired gets the goods if stock allows, else
    it goes back; a second payment of one order goes back.
    """
    with transaction() as session:
        payment = session.get(Payment, payment_id)
        assert payment is not None  # noqa: S101 - callers hold its id
        order = session.scalar(
            select(Order).where(Order.id == payment.order_id).with_for_update()
            .execution_options(populate_existing=True)
        )
        session.refresh(payment)
        assert order is not None  # noqa: S101 - a foreign key holds it
        payment.checked_at = clock.now()
        if payment.state != "paid":
            _book(order, payment, receipt)
        session.add(payment)
    return payment


def _book(order: Order, payment: Payment, receipt: Receipt) -> None:
    payment.reference = payment.reference or receipt.reference
    if receipt.state == PaymentState.PAID:
        _paid(order, payment, receipt)
    elif receipt.state == PaymentState.FAILED and payment.state != "failed":
        payment.state, payment.reason = "failed", receipt.reason[:200]
        journal.note(order, "payment_failed", reason=receipt.reason[:200])
    elif receipt.state == PaymentState.EXPIRED and payment.state in {"started", "pending"}:
        payment.state = "expired"
    elif receipt.state == PaymentState.PENDING and payment.state == "started":
        payment.state = "pending"
        journal.note(order, "payment_pending")


def _paid(order: Order, payment: Payment, receipt: Receipt) -> None:
    asked = Money(payment.amount_minor, payment.currency)
    if receipt.amount != asked or asked.minor != order.total_minor or (
        asked.currency != order.currency
    ):
        payment.charge_reference = receipt.charge_reference
        if order.attention != "amount_mismatch":
            got = receipt.amount
            journal.flag(order, "amount_mismatch", asked=asked.minor,
                         got=got.minor if got else None, currency=got.currency if got else "")
        return
    payment.state, payment.captured_minor = "paid", asked.minor
    payment.charge_reference, payment.settled_at = receipt.charge_reference, clock.now()
    if receipt.fee is not None and receipt.fee.currency == payment.currency:
        payment.fee_minor = receipt.fee.minor
    db.session.add(payment)
    db.session.flush()
    if order.state == OrderState.AWAITING_PAYMENT:
        _finish(order)
    elif order.state == OrderState.EXPIRED:
        _late(order, payment)
    else:
        why = "order_cancelled" if order.state == OrderState.CANCELLED else "paid_twice"
        refunds.ask(payment, payment.captured_minor, why)
        journal.note(order, "refund_of_surplus", reason=why)


def _finish(order: Order) -> None:
    stock.claim(order.id, order.number)
    order.paid_at = clock.now()
    cart = db.session.get(Cart, order.cart_id)
    if cart is not None:
        cart.state = "ordered"
        db.session.add(cart)
    journal.move(order, OrderState.PAID)


def _late(order: Order, payment: Payment) -> None:
    """The money came after the reservation had ended: goods if they are there, else money back."""
    if stock.reserve_again(order.id):
        _finish(order)
        return
    refunds.ask(payment, payment.captured_minor, "sold_out_meanwhile")
    order.cancel_reason = "sold_out_meanwhile"
    journal.move(order, OrderState.CANCELLED, reason="sold_out_meanwhile")
    promotions.give_back(order.id)

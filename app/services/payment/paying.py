"""Paying an order that still waits: again, or in another way."""

from __future__ import annotations

from app.kernel import clock
from app.kernel.errors import Conflict
from app.models.order import Order
from app.models.payment import Payment
from app.services import markets
from app.services.checkout.placing import CARD_SESSION
from app.services.payment import flow, settling
from app.services.payment.methods import methods_for, provider_of


def pay_again(order: Order, method: str) -> Payment:
    """The open session if it is the same way to pay, else a new attempt.

    The older attempt is closed at its provider first: what can still be paid there could be paid
    twice. raises Conflict (payment_method_unknown, illegal_step, already_paid), provider errors.
    """
    market = markets.find(order.market_code)
    if method not in {m.code for m in methods_for(market, order.currency)}:
        raise Conflict("payment_method_unknown")
    older = settling.check(flow.latest(order))
    if older.state == "paid":
        raise Conflict("already_paid")
    if older.state in flow.OPEN and older.method != method and older.reference:
        receipt = provider_of(older.method).expire(older.reference)
        if settling.settle(older.id, receipt).state == "paid":
            raise Conflict("already_paid")
    return flow.start_again(order, method, clock.now() + CARD_SESSION)

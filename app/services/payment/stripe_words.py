"""Stripe's objects, as plain dictionaries, in our words. Pure: reads what it is given.

Fields and states: https://docs.stripe.com/api (Checkout Session, PaymentIntent, Charge, Refund,
Dispute, Event), version in stripe.py. A field that is missing is read as unknown, never as paid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from app.kernel.errors import ProviderRejected
from app.kernel.money import Money
from app.services.payment.port import (
    CallbackEvent,
    Dispute,
    DisputeState,
    EventKind,
    PaymentState,
    Receipt,
    RefundReceipt,
    RefundState,
)
from app.services.payment.units import fee_from_stripe, from_stripe

ORDER = "tradewind_order"
"""Metadata of ours on sessions, intents and charges: the order's number."""
REFUND_KEY = "tradewind_refund"
"""Metadata of ours on refunds: the key it was asked for with."""

Object = Mapping[str, Any]
T = TypeVar("T")

_REFUND_STATES = {
    "succeeded": RefundState.DONE,
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
_DISPUTE_ENDS = {
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.WON,
    "lost": DisputeState.LOST,
}


def order_of(thing: Object) -> str:
    """The order's number, or '' for an object that is not this shop's."""
    return str((thing.get("metadata") or {}).get(ORDER) or "")


def receipt_of_session(session: Object) -> Receipt:
    """A Checkout Session; all there is to know if payment_intent.latest_charge.balance_transaction
    is expanded."""
    intent = _expanded(session, "payment_intent")
    state = _state(session, intent)
    is_paid = state == PaymentState.PAID
    charge = _expanded(intent, "latest_charge")
    return Receipt(
        reference=session["id"],
        state=state,
        amount=_received(session, intent) if is_paid else None,
        order_number=order_of(session),
        charge_reference=_id(session, "payment_intent") if is_paid else "",
        fee=_fee(charge) if is_paid else None,
        refunded=_refunded(charge) if is_paid else None,
        reason="" if is_paid else _reason(intent),
    )


def receipt_of_intent(intent: Object) -> Receipt:
    """A PaymentIntent as an event shows it: its session is not known here, so the reference is
    the intent's own, which look_up() takes as well."""
    is_paid = intent.get("status") == "succeeded"
    return Receipt(
        reference=intent["id"],
        state=PaymentState.PAID if is_paid else PaymentState.STARTED,
        amount=from_stripe(intent["amount_received"], intent["currency"]) if is_paid else None,
        order_number=order_of(intent),
        charge_reference=intent["id"] if is_paid else "",
        reason="" if is_paid else _reason(intent),
    )


def refund_of(refund: Object) -> RefundReceipt:
    """A Refund; a state we do not know is PENDING."""
    return RefundReceipt(
        reference=refund["id"],
        charge_reference=_id(refund, "payment_intent"),
        state=_REFUND_STATES.get(str(refund.get("status")), RefundState.PENDING),
        amount=from_stripe(refund["amount"], refund["currency"]),
        key=str((refund.get("metadata") or {}).get(REFUND_KEY) or ""),
        reason=str(refund.get("failure_reason") or refund.get("pending_reason") or ""),
    )


def dispute_of(dispute: Object) -> Dispute:
    """A Dispute; what it took from the balance is the sum of its balance transactions."""
    moves = [move for move in dispute.get("balance_transactions") or () if isinstance(move, dict)]
    currency = str(moves[0]["currency"] if moves else dispute["currency"])
    taken = -sum(move["amount"] for move in moves)
    return Dispute(
        reference=dispute["id"],
        charge_reference=_id(dispute, "payment_intent"),
        state=_DISPUTE_ENDS.get(str(dispute.get("status")), DisputeState.OPEN),
        amount=from_stripe(dispute["amount"], dispute["currency"]),
        held=fee_from_stripe(taken, currency),
        fee=fee_from_stripe(sum(move["fee"] for move in moves), currency) if moves else None,
        reason=str(dispute.get("reason") or ""),
    )


def event_of(event: Object) -> CallbackEvent:
    """An Event. Types and objects that are not ours need nothing."""
    event_id, name, thing = str(event["id"]), str(event["type"]), event["data"]["object"]
    intent, order = _id(thing, "payment_intent"), order_of(thing)
    kind = str(thing.get("object"))
    if kind == "checkout.session" and order:
        return CallbackEvent(event_id, EventKind.PAYMENT, name, thing["id"], intent,
                             receipt=_claim(receipt_of_session, thing))
    if kind == "payment_intent" and order:
        return CallbackEvent(event_id, EventKind.PAYMENT, name, thing["id"], thing["id"],
                             receipt=_claim(receipt_of_intent, thing))
    if kind == "refund" and intent:
        # One made in Stripe's dashboard has no metadata: the money tells whose it is.
        return CallbackEvent(event_id, EventKind.REFUND, name, charge_reference=intent,
                             refund=_claim(refund_of, thing))
    if name == "charge.refunded" and intent and order:
        return CallbackEvent(event_id, EventKind.REFUND, name, charge_reference=intent)
    if kind == "dispute" and intent:
        return CallbackEvent(event_id, EventKind.DISPUTE, name, charge_reference=intent,
                             dispute=_claim(dispute_of, thing))
    return CallbackEvent(event_id, EventKind.NOTHING, name)


def _claim(read: Callable[[Object], T], thing: Object) -> T | None:
    """What a message claims, or None if it cannot be read: it only says where to look."""
    try:
        return read(thing)
    except (KeyError, TypeError, AttributeError, ProviderRejected):
        return None


def _state(session: Object, intent: Object) -> PaymentState:
    """The one place that says what is paid: the session's payment_status."""
    if session.get("payment_status") in ("paid", "no_payment_required"):
        return PaymentState.PAID
    if session.get("status") == "expired":
        return PaymentState.EXPIRED
    if session.get("status") != "complete":
        return PaymentState.STARTED
    if intent.get("status") in ("requires_payment_method", "canceled"):
        return PaymentState.FAILED
    return PaymentState.PENDING


def _received(session: Object, intent: Object) -> Money:
    if "amount_received" in intent:
        return from_stripe(intent["amount_received"], intent["currency"])
    return from_stripe(session["amount_total"], session["currency"])


def _fee(charge: Object) -> Money | None:
    move = _expanded(charge, "balance_transaction")
    return fee_from_stripe(move["fee"], move["currency"]) if move else None


def _refunded(charge: Object) -> Money | None:
    return from_stripe(charge["amount_refunded"], charge["currency"]) if charge else None


def _reason(intent: Object) -> str:
    error = intent.get("last_payment_error") or {}
    cancelled = intent.get("cancellation_reason")
    return str(error.get("decline_code") or error.get("code") or cancelled or "")


def _expanded(thing: Object, name: str) -> Object:
    """The object under this name, or {} when Stripe gave only its id, or nothing."""
    value = thing.get(name)
    return value if isinstance(value, dict) else {}


def _id(thing: Object, name: str) -> str:
    """The id under this name, whether Stripe gave the object or only its id; '' for none."""
    value = thing.get(name)
    return str(value.get("id", "") if isinstance(value, dict) else value or "")

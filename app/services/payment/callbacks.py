"""What providers tell us: verified, kept raw, taken once, answered at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import select

from app.extensions import db, providers, transaction, upsert
from app.kernel import clock
from app.kernel.errors import NotFound, ProviderError, ProviderRejected
from app.models.order import Order
from app.models.payment import Callback, Payment
from app.services.orders import journal
from app.services.outbox import jobs
from app.services.payment import refunds, settling
from app.services.payment.port import CallbackEvent, EventKind, Receipt

log = structlog.get_logger()


def take(provider_code: str, body: bytes, headers: Mapping[str, str]) -> str:
    """Take a message. Returns what came of it: done, seen, nothing, later.

    raises  NotFound (no such provider), Forbidden (signature), Invalid (not a message)
    """
    provider = providers().payments.get(provider_code)
    event = provider.read_callback(body, headers) if provider else None
    if event is None:
        raise NotFound
    if db.session.scalar(select(Callback.id).where(
        Callback.provider == provider_code, Callback.event_id == event.event_id
    )):
        return "seen"
    if event.needs_nothing:
        return _keep(provider_code, event, body, "nothing")
    try:
        # The state is asked for before the transaction, and booked in it with the message.
        answer = _ask(provider_code, event)
    except ProviderRejected:
        return _keep(provider_code, event, body, "foreign")
    except ProviderError:
        with transaction():
            _keep(provider_code, event, body, "later")
            jobs.add("callback", f"callback:{provider_code}:{event.event_id}", {
                "provider": provider_code, "event": event.event_id, "kind": str(event.kind),
                "reference": event.reference, "charge_reference": event.charge_reference,
            })
        return "later"
    with transaction():
        if not _is_new(provider_code, event, body, "done"):
            return "seen"
        _apply(provider_code, event, answer)
    return "done"


def catch_up(payload: Mapping[str, Any]) -> None:
    """The job: a message that came while its provider could not be asked."""
    row = db.session.scalar(select(Callback).where(
        Callback.provider == payload["provider"], Callback.event_id == payload["event"]
    ))
    if row is None:
        return
    event = CallbackEvent(row.event_id, EventKind(payload["kind"]), row.kind,
                          payload["reference"], payload["charge_reference"])
    answer = _ask(row.provider, event)
    with transaction():
        _apply(row.provider, event, answer)
        row.outcome = "done"
        db.session.add(row)


def _ask(provider_code: str, event: CallbackEvent) -> Any:
    provider = providers().payments[provider_code]
    if event.kind == EventKind.PAYMENT:
        return provider.look_up(event.reference)
    if event.kind == EventKind.REFUND:
        return provider.refunds(event.charge_reference)
    return provider.disputes(event.charge_reference)


def _apply(provider_code: str, event: CallbackEvent, answer: Any) -> None:
    if event.kind == EventKind.PAYMENT:
        payment = find(provider_code, answer)
        if payment is not None:
            settling.settle(payment.id, answer)
        return
    payment = db.session.scalar(select(Payment).where(
        Payment.provider == provider_code, Payment.charge_reference == event.charge_reference
    )) if event.charge_reference else None
    if payment is None:
        return
    if event.kind == EventKind.REFUND:
        for receipt in answer:
            refunds.book(payment, receipt)
    elif answer:
        order = db.session.get(Order, payment.order_id)
        if order is not None:
            journal.flag(order, "dispute", state=str(answer[-1].state))


def find(provider_code: str, receipt: Receipt) -> Payment | None:
    """The payment a receipt speaks of: by its reference, else by the order's number."""
    payment = db.session.scalar(select(Payment).where(
        Payment.provider == provider_code, Payment.reference == receipt.reference
    ))
    if payment is not None or not receipt.order_number:
        return payment
    return db.session.scalar(
        select(Payment).join(Order, Order.id == Payment.order_id)
        .where(Payment.provider == provider_code, Payment.reference == "",
               Order.number == receipt.order_number)
        .order_by(Payment.attempt.desc()).limit(1)
    )


def _is_new(provider_code: str, event: CallbackEvent, body: bytes, outcome: str) -> bool:
    added = db.session.execute(
        upsert(Callback).values(
            provider=provider_code, event_id=event.event_id, kind=event.name[:80], body=body,
            outcome=outcome, received_at=clock.now(),
        ).on_conflict_do_nothing().returning(Callback.id)
    )
    return added.first() is not None


def _keep(provider_code: str, event: CallbackEvent, body: bytes, outcome: str) -> str:
    with transaction():
        _is_new(provider_code, event, body, outcome)
    log.info("callback", provider=provider_code, kind=event.name, outcome=outcome)
    return outcome

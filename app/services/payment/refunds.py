"""Giving money back: the row first, then the call; never more than came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from app.extensions import db, touched, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, ProviderRejected
from app.kernel.money import Money
from app.models.order import Order
from app.models.payment import Payment, Refund
from app.services.orders import journal
from app.services.outbox import jobs
from app.services.payment.methods import provider_of
from app.services.payment.port import RefundReceipt, RefundState


def ask(payment: Payment, amount_minor: int, reason: str, actor: str = "shop",
        key: str = "") -> Refund:
    """Write down a refund and the job that makes it. The same key asks once.

    raises  Conflict (refund_too_large) when more is asked than is left of what came in
    """
    with transaction() as session:
        key = key or f"refund-{payment.id}-{reason}"
        kept = session.scalar(select(Refund).where(Refund.key == key))
        if kept is not None:
            return kept
        taken = session.execute(
            update(Payment)
            .where(Payment.id == payment.id,
                   Payment.refunded_minor + amount_minor <= Payment.captured_minor)
            .values(refunded_minor=Payment.refunded_minor + amount_minor)
            .execution_options(synchronize_session=False)
        )
        if touched(taken) == 0 or amount_minor <= 0:
            raise Conflict("refund_too_large")
        refund = Refund(payment_id=payment.id, key=key, amount_minor=amount_minor,
                        currency=payment.currency, reason=reason, actor=actor)
        session.add(refund)
        session.flush()
        session.refresh(payment)
        jobs.add("refund", key, {"refund": refund.id})
    return refund


def carry_out(payload: Mapping[str, Any]) -> None:
    """The job: ask the provider, then note the answer. Safe to repeat (same key)."""
    refund = db.session.get(Refund, int(payload["refund"]))
    if refund is None or refund.state != "asked" or refund.reference:
        return
    payment = db.session.get(Payment, refund.payment_id)
    assert payment is not None  # noqa: S101 - a foreign key holds it
    amount = Money(refund.amount_minor, refund.currency)
    try:
        answer = provider_of(payment.method).refund(payment.charge_reference, amount, refund.key)
    except ProviderRejected:
        _end(refund.id, "failed")
        raise
    book(payment, answer)


def book(payment: Payment, answer: RefundReceipt) -> None:
    """Note a refund as the provider has it, once: ours by its key, another's by its reference."""
    with transaction() as session:
        refund = session.scalar(
            select(Refund).where(
                Refund.payment_id == payment.id,
                (Refund.key == answer.key) if answer.key else
                (Refund.reference == answer.reference),
            ).with_for_update()
        )
        if refund is None:
            refund = _of_elsewhere(payment, answer)
            if refund is None:
                return
        refund.reference = refund.reference or answer.reference
        session.add(refund)
        session.flush()
        if answer.state == RefundState.DONE:
            _end(refund.id, "done")
        elif answer.state == RefundState.FAILED:
            _end(refund.id, "failed")


def _of_elsewhere(payment: Payment, answer: RefundReceipt) -> Refund | None:
    """A refund made in the provider's own dashboard: it counts like ours."""
    if answer.state == RefundState.FAILED:
        return None
    with transaction() as session:
        session.execute(
            update(Payment).where(
                Payment.id == payment.id,
                Payment.refunded_minor + answer.amount.minor <= Payment.captured_minor,
            )
            .values(refunded_minor=Payment.refunded_minor + answer.amount.minor)
            .execution_options(synchronize_session=False)
        )
        refund = Refund(
            payment_id=payment.id, key=f"elsewhere-{answer.reference}",
            amount_minor=answer.amount.minor, currency=answer.amount.currency,
            reason="made_elsewhere", actor="provider", reference=answer.reference,
        )
        session.add(refund)
        session.flush()
        return refund


def _end(refund_id: int, state: str) -> None:
    with transaction() as session:
        moved = session.execute(
            update(Refund).where(Refund.id == refund_id, Refund.state == "asked")
            .values(state=state, done_at=clock.now())
            .execution_options(synchronize_session=False)
        )
        if touched(moved) == 0:
            return
        refund = session.get_one(Refund, refund_id, populate_existing=True)
        payment = session.get_one(Payment, refund.payment_id)
        order = session.get_one(Order, payment.order_id)
        if state == "failed":
            session.execute(
                update(Payment).where(Payment.id == payment.id)
                .values(refunded_minor=Payment.refunded_minor - refund.amount_minor)
                .execution_options(synchronize_session=False)
            )
            journal.flag(order, "refund_failed", refund=refund_id)
        else:
            journal.note(order, "refunded", amount=refund.amount_minor)
            jobs.add("document", f"document:refund:{refund_id}", {"refund": refund_id})
            journal.mail(order, "refunded", key=str(refund_id))

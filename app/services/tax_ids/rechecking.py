"""Orders whose buyer's number could not be confirmed: asked again, and the tax paid back.

source  cross-border rules §1.4: charge VAT now, re-check, credit when valid
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import String, cast, select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, ProviderError
from app.kernel.money import Money
from app.models.order import Order, OrderEvent
from app.models.payment import Refund
from app.models.tax_id import TaxIdAnswer
from app.rules.tax_entries import credit_of
from app.services.orders import handling, journal
from app.services.tax_ids import flow
from app.services.tax_returns import ledger

log = structlog.get_logger()

LOOK_BACK = timedelta(days=90)
CONFIRMED = "tax_id_confirmed"


@dataclass(frozen=True, slots=True)
class Finding:
    """How an order's number stands now: valid (credit says what to pay back), invalid, unknown."""

    order: str
    number: str
    state: str
    credit: Money


def recheck() -> list[Finding]:
    """Ask again about every unconfirmed number of the last 90 days' paid orders. An order whose
    number is confirmed now is noted and flagged once, for staff to pay the tax back."""
    ledger.bring_up_to_date()
    found = []
    for order in _unconfirmed():
        answer = _answer(order)
        state = answer.state if answer else "unknown"
        owed = _owed(order) if state == flow.VALID else Money.zero(order.currency)
        if answer is not None and owed:
            _tell(order, answer, owed)
        found.append(Finding(order.number, order.tax_evidence["number"], state, owed))
    return found


def credit(number: str, actor: str) -> Refund:
    """Pay the tax of a confirmed buyer back, once.

    raises  NotFound, Conflict (tax_id_not_confirmed; nothing_to_credit; refund_too_large)
    """
    ledger.bring_up_to_date()
    order = handling.by_number(number)
    if not order.tax_evidence:
        raise Conflict("tax_id_not_confirmed")
    answer = flow.latest(order.tax_evidence["key"], order.placed_at)
    if answer is None or answer.state != flow.VALID:
        raise Conflict("tax_id_not_confirmed")
    key = f"vat-credit-{order.id}"
    kept = db.session.scalar(select(Refund).where(Refund.key == key))
    if kept is not None:
        return kept
    owed = _owed(order)
    if not owed:
        raise Conflict("nothing_to_credit")
    with transaction():
        _tell(order, answer, owed)
        if order.attention == CONFIRMED:
            order.attention = ""
            db.session.add(order)
        return handling.refund(number, owed, ledger.CREDIT_REASON, actor, key)


def _owed(order: Order) -> Money:
    left = ledger.left_of(order.id, order.currency)
    return credit_of(left, str(order.tax_evidence.get("country", "")), order.currency)


def _unconfirmed() -> list[Order]:
    orders = db.session.scalars(
        select(Order).where(
            Order.paid_at.is_not(None), Order.placed_at >= clock.now() - LOOK_BACK,
            cast(Order.tax_evidence, String) != "{}",
        ).order_by(Order.id)
    )
    return [order for order in orders if order.tax_evidence.get("check") == flow.UNAVAILABLE]


def _answer(order: Order) -> TaxIdAnswer | None:
    proof = order.tax_evidence
    known = flow.latest(proof["key"], order.placed_at)
    if known is not None:
        return known
    try:
        return flow.ask(proof["key"], proof["authority"], proof["asker"])
    except ProviderError as error:
        log.info("tax_id_still_unknown", order=order.number, code=error.code)
        return None


def _tell(order: Order, answer: TaxIdAnswer, owed: Money) -> None:
    """Once: an event with the proof, and a person is asked to look."""
    with transaction():
        if db.session.scalar(select(OrderEvent.id).where(
            OrderEvent.order_id == order.id, OrderEvent.kind == CONFIRMED
        ).limit(1)):
            return
        journal.note(order, CONFIRMED, "registry", answer=answer.id,
                     consultation=answer.consultation, asked_at=str(answer.asked_at),
                     owed=owed.minor, currency=owed.currency)
        if not order.attention:
            journal.flag(order, CONFIRMED, owed=owed.minor, currency=owed.currency)

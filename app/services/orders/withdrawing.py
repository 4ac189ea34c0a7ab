"""A shopper withdraws from a contract, whole or line by line.

source  Directive 2011/83/EU Art. 9 (14 days), Art. 11a (withdrawal function since 2026-06-19);
        the shop gives 30 days from delivery, see the returns page
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.order_state import OrderState
from app.models.order import Order, OrderEvent, OrderLine, Withdrawal
from app.services.orders import journal

PERIOD = timedelta(days=30)
NEVER = frozenset({OrderState.AWAITING_PAYMENT, OrderState.EXPIRED, OrderState.CANCELLED})


def is_possible(order: Order) -> bool:
    """Paid, and not more than thirty days since delivery."""
    if order.state in NEVER:
        return False
    delivered = db.session.scalar(
        select(OrderEvent.happened_at).where(OrderEvent.order_id == order.id,
                                             OrderEvent.kind == OrderState.DELIVERED)
    )
    return delivered is None or clock.now() - delivered <= PERIOD


def chosen_lines(order: Order, form: Mapping[str, str]) -> dict[int, int]:
    """Order line id -> pieces, as ticked in the form ("line-7" with a quantity)."""
    rows = db.session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    found = {}
    for row in rows:
        text = form.get(f"line-{row.id}", "")
        if text.isascii() and text.isdigit() and len(text) <= 4 and (
            1 <= int(text) <= row.quantity
        ):
            found[row.id] = int(text)
    return found


def declare(order: Order, lines: Mapping[int, int], name: str) -> Withdrawal:
    """Take the declaration; its acknowledgement goes out at once with the time.

    raises  Conflict (not_withdrawable), Invalid (no line, no name)
    """
    if not is_possible(order):
        raise Conflict("not_withdrawable")
    if not lines or not 2 <= len(name.strip()) <= 100:
        raise Invalid("invalid", fields={"name": "name_invalid"})
    content = {str(line): count for line, count in sorted(lines.items())}
    with transaction() as session:
        locked = session.scalar(select(Order).where(Order.id == order.id).with_for_update())
        same = next((row for row in session.scalars(
            select(Withdrawal).where(Withdrawal.order_id == order.id)) if row.lines == content),
            None)
        if same is not None or locked is None:
            return same  # type: ignore[return-value] # a double click declares once
        row = Withdrawal(order_id=order.id, lines=content, name=name.strip(), email=order.email,
                         declared_at=clock.now())
        session.add(row)
        session.flush()
        journal.note(order, "withdrawal", withdrawal=row.id)
        journal.flag(order, "withdrawal")
        journal.mail(order, "withdrawal", key=str(row.id))
    return row


def find(order: Order, withdrawal_id: int) -> Withdrawal:
    """A declaration of this order. Raises NotFound."""
    row = db.session.get(Withdrawal, withdrawal_id)
    if row is None or row.order_id != order.id:
        raise NotFound("unknown_order")
    return row

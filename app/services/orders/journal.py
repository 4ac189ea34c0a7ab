"""The log of an order and its one writer of states."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.order_state import OrderState, step
from app.models.order import Order, OrderEvent
from app.services.outbox import jobs

_NOTE = insert(OrderEvent)
# state -> the mail that goes out when an order gets there
MAILS = {
    OrderState.PAID: "paid", OrderState.SHIPPED: "shipped", OrderState.CANCELLED: "cancelled",
    OrderState.EXPIRED: "expired", OrderState.DELIVERED: "delivered",
}


# states with which an invoice may fall due (app/rules/documents/timing.py)
INVOICED = frozenset({OrderState.PAID, OrderState.SHIPPED})


def note(order: Order, kind: str, actor: str = "shop", **details: Any) -> None:
    """Add an event to the order's log, inside the open transaction."""
    db.session.execute(_NOTE, {"order_id": order.id, "kind": kind, "actor": actor,
                               "details": details, "happened_at": clock.now()})


def move(order: Order, to: OrderState, actor: str = "shop", *, quiet: bool = False,
         **details: Any) -> None:
    """Take the step, log it with its time, and let its mail go out unless it is a quiet one.

    raises  IllegalStep  when `to` cannot follow the order's state
    """
    with transaction():
        order.state = step(OrderState(order.state), to)
        db.session.add(order)
        note(order, str(to), actor, **details)
        if to in INVOICED:
            jobs.add("document", f"document:{order.id}:{to}", {"order": order.id})
        if to in MAILS and not quiet:
            mail(order, MAILS[to])


def mail(order: Order, kind: str, key: str = "") -> None:
    """Ask for one mail of this kind about this order, once (inside the transaction)."""
    jobs.add("mail", f"mail:{order.id}:{kind}:{key}", {"order": order.id, "kind": kind, "key": key})


def flag(order: Order, why: str, **details: Any) -> None:
    """A person must look at this order; staff are told."""
    with transaction():
        order.attention = why
        db.session.add(order)
        note(order, f"attention_{why}", **details)
        jobs.add("mail", f"mail:{order.id}:attention:{why}",
                 {"order": order.id, "kind": "attention", "key": why})

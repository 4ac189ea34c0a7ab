"""States of an order and which step may follow which."""

from __future__ import annotations

from enum import StrEnum

from app.kernel.errors import IllegalStep


class OrderState(StrEnum):
    """Where an order stands. Money's own states are the payment's."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    VERIFIED = "verified"
    PACKED = "packed"
    SHIPPED = "shipped"
    CLEARED = "cleared"
    DELIVERED = "delivered"
    CLOSED = "closed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


S = OrderState
NEXT: dict[OrderState, frozenset[OrderState]] = {
    S.AWAITING_PAYMENT: frozenset({S.PAID, S.EXPIRED, S.CANCELLED}),
    # Money may arrive after the time-out: goods if stock allows, else the money back.
    S.EXPIRED: frozenset({S.PAID, S.CANCELLED}),
    S.PAID: frozenset({S.VERIFIED, S.PACKED, S.SHIPPED, S.CANCELLED}),
    S.VERIFIED: frozenset({S.PACKED, S.SHIPPED, S.CANCELLED}),
    S.PACKED: frozenset({S.SHIPPED, S.CANCELLED}),
    S.SHIPPED: frozenset({S.CLEARED, S.DELIVERED}),
    S.CLEARED: frozenset({S.DELIVERED}),
    S.DELIVERED: frozenset({S.CLOSED}),
}
HOLDS_STOCK = frozenset({S.AWAITING_PAYMENT, S.PAID, S.VERIFIED, S.PACKED})


def step(now: OrderState, to: OrderState) -> OrderState:
    """The new state. Raises IllegalStep when `to` cannot follow `now`."""
    if to not in NEXT.get(now, frozenset()):
        raise IllegalStep(now=str(now), to=str(to))
    return to

"""Payments, refunds, and what providers told us, raw and once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime


class Payment(Base):
    """One attempt to be paid for an order.

    key        idempotency key towards the provider, stored before the call
    reference  the provider's own id of the session or transfer ("" until it answered)
    state      started, pending, paid, failed, expired, superseded
    """

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("order_id", "attempt"),
        UniqueConstraint("key"),
        CheckConstraint(
            "state IN ('started', 'pending', 'paid', 'failed', 'expired', 'superseded')",
            name="state",
        ),
        CheckConstraint("refunded_minor >= 0 AND refunded_minor <= captured_minor",
                        name="refunded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    attempt: Mapped[int] = mapped_column(default=1)
    provider: Mapped[str] = mapped_column(String(16))
    method: Mapped[str] = mapped_column(String(24))
    key: Mapped[str] = mapped_column(String(120))
    reference: Mapped[str] = mapped_column(String(200), default="", index=True)
    charge_reference: Mapped[str] = mapped_column(String(200), default="")  # what refunds name
    state: Mapped[str] = mapped_column(String(12), default="started")
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    captured_minor: Mapped[int] = mapped_column(default=0)
    refunded_minor: Mapped[int] = mapped_column(default=0)  # asked for or done
    fee_minor: Mapped[int | None]
    redirect_url: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Refund(Base):
    """Money going back. The row is written before the call. state: asked, done, failed."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state IN ('asked', 'done', 'failed')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    key: Mapped[str] = mapped_column(String(120))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(64), default="shop")
    reference: Mapped[str] = mapped_column(String(200), default="", index=True)
    state: Mapped[str] = mapped_column(String(8), default="asked")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Callback(Base):
    """An event a provider sent, verified, kept raw, taken once (one by provider and event id)."""

    __tablename__ = "callback"
    __table_args__ = (UniqueConstraint("provider", "event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(16))
    event_id: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[str] = mapped_column(String(32), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class IdempotentAnswer(Base):
    """The answer an API call with an Idempotency-Key got, kept 24 hours."""

    __tablename__ = "idempotent_answer"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    scope: Mapped[str] = mapped_column(String(200), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]  # None while the first call is still running
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)


class GatewayMemory(Base):
    """What the embedded test gateway remembers of a payment; no money moves through it."""

    __tablename__ = "gateway_memory"

    reference: Mapped[str] = mapped_column(String(200), primary_key=True)
    memory: Mapped[dict[str, Any]]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

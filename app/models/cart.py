"""A shopper's cart: what they chose, never what it costs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime


class Cart(Base):
    """public_id is unguessable and its only secret. state: open, ordered (paid), merged.

    may_remind      the shopper agreed to be written to about a cart left behind
    seen            total and lines the shopper last saw, to say openly what has changed
    order_id        the order now awaiting payment for this cart, if any
    """

    __tablename__ = "cart"
    __table_args__ = (CheckConstraint("state IN ('open', 'ordered')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(48), unique=True)
    state: Mapped[str] = mapped_column(String(8), default="open")
    market_code: Mapped[str] = mapped_column(ForeignKey("market.code"))
    language: Mapped[str] = mapped_column(String(16))
    currency: Mapped[str] = mapped_column(String(3))
    email: Mapped[str] = mapped_column(default="")
    address: Mapped[dict[str, Any]] = mapped_column(default=dict)
    billing: Mapped[dict[str, Any]] = mapped_column(default=dict)
    coupons: Mapped[list[str]] = mapped_column(default=list)
    shipping_option: Mapped[str] = mapped_column(String(24), default="")
    payment_method: Mapped[str] = mapped_column(String(24), default="")
    dap_accepted: Mapped[bool] = mapped_column(default=False)
    may_remind: Mapped[bool] = mapped_column(default=False, server_default=false())
    seen: Mapped[dict[str, Any]] = mapped_column(default=dict)
    checkout_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    order_id: Mapped[int | None] = mapped_column(
        ForeignKey("orders.id", use_alter=True, name="fk_cart_order_id_orders")
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CartLine(Base):
    """So many of one variant. One line per variant, 1 to 999."""

    __tablename__ = "cart_line"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cart_id: Mapped[int] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"), index=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"))
    quantity: Mapped[int]
    seen_minor: Mapped[int | None]  # unit price the shopper saw, in seen_currency
    seen_currency: Mapped[str] = mapped_column(String(3), default="")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class CartChange(Base):
    """An idempotency key of a form that adds: the same key adds once."""

    __tablename__ = "cart_change"

    cart_id: Mapped[int] = mapped_column(
        ForeignKey("cart.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

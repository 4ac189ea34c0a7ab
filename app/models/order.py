"""Orders: a frozen quote, its lines, and the log of what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime


class NumberSeries(Base):
    """Numbers without gaps: the next one is taken in the transaction that uses it."""

    __tablename__ = "number_series"

    code: Mapped[str] = mapped_column(String(48), primary_key=True)  # "order:porto-nova"
    last: Mapped[int] = mapped_column(default=0)


class Order(Base):
    """What was agreed: the quote as it was, in the shopper's currency and language.

    token        opens the status page without an account; unguessable, ends at token_until
    quote        the frozen quote with its explanation (rules/quote.py as_dict)
    fingerprint  of the cart's content and quote, so that the same checkout is the same order
    fx_*         shopper's currency to the seller's base currency at the time of the order
    tax_evidence what was known of the buyer's tax id at that moment, frozen ({}: a consumer)
    attention    why a person must look ("" for nothing), e.g. amount_mismatch
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("cart_id", "attempt"),
        CheckConstraint("total_minor >= 0", name="total"),
        Index("ix_orders_state_placed_at", "state", "placed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    token_until: Mapped[datetime] = mapped_column(UtcDateTime)
    cart_id: Mapped[int] = mapped_column(ForeignKey("cart.id"), index=True)
    attempt: Mapped[int] = mapped_column(default=1)
    fingerprint: Mapped[str] = mapped_column(String(64))
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"))
    market_code: Mapped[str] = mapped_column(ForeignKey("market.code"))
    language: Mapped[str] = mapped_column(String(16))
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(20))
    email: Mapped[str]
    address: Mapped[dict[str, Any]]
    billing: Mapped[dict[str, Any]]
    payment_method: Mapped[str] = mapped_column(String(24))
    shipping_option: Mapped[str] = mapped_column(String(24))
    quote: Mapped[dict[str, Any]]
    total_minor: Mapped[int]
    base_currency: Mapped[str] = mapped_column(String(3))
    base_total_minor: Mapped[int]
    fx_value: Mapped[str] = mapped_column(String(40))
    fx_source: Mapped[str] = mapped_column(String(80))
    fx_as_of: Mapped[str] = mapped_column(String(10))
    tax_evidence: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    attention: Mapped[str] = mapped_column(default="")
    cancel_reason: Mapped[str] = mapped_column(default="")
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    pay_until: Mapped[datetime] = mapped_column(UtcDateTime)  # the reservation's end
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # confirmation shown first
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - declared so by SQLAlchemy


class OrderLine(Base):
    """One variant as it was sold: name and options in the order's language, amounts frozen."""

    __tablename__ = "order_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    position: Mapped[int]
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variant.id", ondelete="SET NULL"))
    sku: Mapped[str] = mapped_column(String(128))
    name: Mapped[str]
    options: Mapped[str] = mapped_column(default="")
    picture_key: Mapped[str] = mapped_column(default="")
    quantity: Mapped[int]
    unit_minor: Mapped[int]
    paid_minor: Mapped[int]  # the line after discounts, in the price list's tax basis
    hs_code: Mapped[str] = mapped_column(String(10), default="")
    origin: Mapped[str] = mapped_column(String(2), default="")
    weight_g: Mapped[int] = mapped_column(default=0)


class OrderEvent(Base):
    """Something happened to an order; rows are only added."""

    __tablename__ = "order_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(64), default="shop")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Shipment(Base):
    """A parcel on its way."""

    __tablename__ = "shipment"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    service: Mapped[str] = mapped_column(String(48))
    carrier: Mapped[str] = mapped_column(String(48), default="", server_default="")
    chargeable_g: Mapped[int] = mapped_column(default=0, server_default="0")
    tracking: Mapped[str] = mapped_column(default="")
    tracking_url: Mapped[str] = mapped_column(default="")
    shipped_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)


class Withdrawal(Base):
    """A shopper withdrew from a contract or some of its lines (Directive 2011/83/EU Art. 11a)."""

    __tablename__ = "withdrawal"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    lines: Mapped[dict[str, Any]]  # order line id -> quantity
    name: Mapped[str]
    email: Mapped[str]
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

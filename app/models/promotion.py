"""Campaigns and coupons."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import Base, Exact, UtcDateTime


class Promotion(Base):
    """A discount with its conditions; with `coupon` it needs the code, else it applies by itself.

    kind    percent (of `percent`) or amount (`amounts`: currency -> minor units)
    scope   order, or the products / categories named in `codes`
    minimum currency -> goods value from which it applies; {} for none
    Order of application: `rank`, then id; products before the order.
    """

    __tablename__ = "promotion"
    __table_args__ = (
        CheckConstraint("kind IN ('percent', 'amount')", name="kind"),
        CheckConstraint("scope IN ('order', 'product', 'category')", name="scope"),
        CheckConstraint("usage_limit IS NULL OR used_count <= usage_limit", name="usage"),
        CheckConstraint("used_count >= 0", name="used"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(48), unique=True)
    coupon: Mapped[str | None] = mapped_column(String(48), unique=True)  # upper case
    name: Mapped[dict[str, str]]
    kind: Mapped[str] = mapped_column(String(8))
    percent: Mapped[Decimal | None] = mapped_column(Exact)
    amounts: Mapped[dict[str, str]] = mapped_column(default=dict)
    scope: Mapped[str] = mapped_column(String(8), default="order")
    codes: Mapped[list[str]] = mapped_column(default=list)
    minimum: Mapped[dict[str, str]] = mapped_column(default=dict)
    markets: Mapped[list[str]] = mapped_column(default=list)  # empty: all
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    usage_limit: Mapped[int | None]
    used_count: Mapped[int] = mapped_column(default=0)
    per_customer: Mapped[int | None]
    rank: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)


class PromotionUse(Base):
    """An order used a coupon; released with the order."""

    __tablename__ = "promotion_use"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id"), primary_key=True)
    email_hash: Mapped[str] = mapped_column(String(64), index=True)

"""What a refund cost more or less in the seller's currency than the sale had brought."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime


class FxDifference(Base):
    """One refund at the order's rate and at the rate of its own day. Rows are only added.

    at_order_minor   the refund in base currency at the order's rate: the parts of one order add
                     up to its base_total_minor, the last takes the rest
    at_refund_minor  the same at the day's rate; None when that was not known
    fx_*             the day's rate: 1 base = fx_value of the order's currency
    """

    __tablename__ = "fx_difference"

    id: Mapped[int] = mapped_column(primary_key=True)
    refund_id: Mapped[int] = mapped_column(ForeignKey("refund.id"), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    base_currency: Mapped[str] = mapped_column(String(3))
    at_order_minor: Mapped[int] = mapped_column(BigInteger)
    at_refund_minor: Mapped[int | None] = mapped_column(BigInteger)
    fx_value: Mapped[str] = mapped_column(String(40), default="")
    fx_source: Mapped[str] = mapped_column(String(80), default="")
    fx_as_of: Mapped[str] = mapped_column(String(10), default="")
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)

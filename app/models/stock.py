"""Warehouses, what lies in them, and every move of it."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime


class Warehouse(Base):
    """A place goods leave from. Orders before `cut_off` (local time) leave the same working day."""

    __tablename__ = "warehouse"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[dict[str, str]]
    kind: Mapped[str] = mapped_column(String(12), default="domestic")
    country: Mapped[str] = mapped_column(String(2))
    address: Mapped[dict[str, Any]]
    time_zone: Mapped[str]
    cut_off: Mapped[time]


class StockItem(Base):
    """One variant in one warehouse. 0 <= reserved <= on_hand holds in the database too."""

    __tablename__ = "stock_item"
    __table_args__ = (
        UniqueConstraint("variant_id", "warehouse_id"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), index=True)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)

    @property
    def available(self) -> int:
        """How many may be promised."""
        return self.on_hand - self.reserved


class StockMove(Base):
    """A change of on_hand, with its reason; rows are only added. Sum of moves = on_hand."""

    __tablename__ = "stock_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(
        ForeignKey("variant.id", ondelete="CASCADE"), index=True
    )
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    quantity: Mapped[int]  # + in, - out
    reason: Mapped[str] = mapped_column(String(16))  # receipt, count, sale, return
    reference: Mapped[str] = mapped_column(default="")
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Reservation(Base):
    """Units held for an order line until paid or released. state: held, claimed, released."""

    __tablename__ = "reservation"
    __table_args__ = (
        UniqueConstraint("order_id", "variant_id", "warehouse_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("state IN ('held', 'claimed', 'released')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    quantity: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="held")

"""What tax services said of places: only added, and the cache of the next quote."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, Exact, UtcDateTime


class LiveTaxRate(Base):
    """Combined rates of a place ("US-CA 90210") in percent as a service told them."""

    __tablename__ = "live_tax_rate"
    __table_args__ = (Index("ix_live_tax_rate_place", "place", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(40))
    percent: Mapped[Decimal] = mapped_column(Exact)
    shipping_percent: Mapped[Decimal] = mapped_column(Exact)
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

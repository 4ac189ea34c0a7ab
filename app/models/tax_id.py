"""What registries said about tax ids: evidence, only added, and the cache of the next question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime


class TaxIdAnswer(Base):
    """One answer of a registry (IR (EU) 282/2011 Art. 18: kept as proof of the buyer's status).

    number        in its standard form with its country ("ATU12345678", "GB980780684")
    authority     who answered: vies, hmrc, … ("" when nobody could be asked)
    asker         the seller's own number the question was asked with, or ""
    consultation  the registry's number of this request, or ""
    answer        as the registry gave it
    """

    __tablename__ = "tax_id_answer"
    __table_args__ = (
        CheckConstraint("state IN ('valid', 'invalid', 'unavailable')", name="state"),
        Index("ix_tax_id_answer_number", "number", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    authority: Mapped[str] = mapped_column(String(16))
    asker: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    consultation: Mapped[str] = mapped_column(String(80), default="")
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

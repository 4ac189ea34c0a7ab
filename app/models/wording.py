"""Words of the interface that the merchant says differently."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime


class OwnWording(Base):
    """What a message of the catalogue (its English words) is called in one language instead."""

    __tablename__ = "own_wording"

    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    message: Mapped[str] = mapped_column(String(240), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

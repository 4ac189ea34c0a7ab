"""What a country does not let in, or only with a paper; and the papers we hold."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.rates import Dated
from app.models.types import Base, UtcDateTime


class Restriction(Dated, Base):
    """Goods a destination ("DE", "EU", "*") takes only with a document, or not at all.

    hs_prefix  the goods by tariff number; goods by tax category or shelf ("medicine", "knives");
               both given: both must fit; none: everything (an embargo)
    kind       licence (of the seller or importer), certificate (of the goods), prohibited
    document   the paper's name, "" where nothing helps
    applies    import (the goods cross its customs border) or always (sold within it too)
    """

    __tablename__ = "restriction"
    __table_args__ = (
        UniqueConstraint("destination", "hs_prefix", "goods", "kind", "document", "valid_from"),
        CheckConstraint("kind IN ('licence', 'certificate', 'prohibited')", name="kind"),
        CheckConstraint("applies IN ('import', 'always')", name="applies"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    destination: Mapped[str] = mapped_column(String(8))
    hs_prefix: Mapped[str] = mapped_column(String(10), default="")
    goods: Mapped[str] = mapped_column(String(64), default="")
    kind: Mapped[str] = mapped_column(String(12))
    document: Mapped[str] = mapped_column(String(160), default="")
    applies: Mapped[str] = mapped_column(String(8), default="import")
    note: Mapped[str] = mapped_column(Text, default="")


class Certificate(Base):
    """A document we hold for a variant. destination "*" holds everywhere; valid_to inclusive."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("variant_id", "document", "destination", "number"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"))
    document: Mapped[str] = mapped_column(String(160))
    destination: Mapped[str] = mapped_column(String(8), default="*")
    number: Mapped[str] = mapped_column(String(120), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

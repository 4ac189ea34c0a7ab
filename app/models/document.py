"""Papers that left the shop: content frozen at the issue, files kept as they were made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime

SALES = ("invoice", "credit_note")
CUSTOMS = ("commercial_invoice", "packing_list", "cn22", "cn23")


class Document(Base):
    """One issued paper. Rows are only added; content and number never change.

    cause          what it was issued for, once: "" for the invoice, "refund:12" for a credit note,
                   the consignment's warehouse for customs papers
    number         invoices and credit notes: gap-free per seller, kind and year
    corrects_id    the invoice a credit note belongs to
    content        everything the paper says, as plain values (rules/documents/)
    content_sha256 of the content as canonical JSON, so that a change of the row shows
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("order_id", "kind", "cause"),
        UniqueConstraint("seller_id", "number"),
        CheckConstraint(
            "kind IN ('invoice', 'credit_note', 'commercial_invoice', 'packing_list', 'cn22', "
            "'cn23')",
            name="kind",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"))
    kind: Mapped[str] = mapped_column(String(24))
    cause: Mapped[str] = mapped_column(String(64), default="")
    number: Mapped[str] = mapped_column(String(48))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    language: Mapped[str] = mapped_column(String(16))
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[dict[str, Any]]
    content_sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class DocumentFile(Base):
    """A document as a file, byte for byte as it was first made. form: pdf, cii (XML inside the
    PDF) or ubl."""

    __tablename__ = "document_file"
    __table_args__ = (CheckConstraint("form IN ('pdf', 'cii', 'ubl')", name="form"),)

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    form: Mapped[str] = mapped_column(String(8), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

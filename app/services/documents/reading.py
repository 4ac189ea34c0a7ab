"""Issued papers, found for who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from app.extensions import db
from app.kernel.errors import NotFound
from app.kernel.money import Money
from app.models.document import SALES, Document, DocumentFile
from app.models.order import Order


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper of an order as pages and mails name it."""

    number: str
    kind: str
    issued_at: datetime
    total: Money


def for_shopper(order_id: int) -> tuple[PaperView, ...]:
    """Invoice and credit notes whose file is there, oldest first. Customs papers are not theirs."""
    made = exists().where(DocumentFile.document_id == Document.id, DocumentFile.form == "pdf")
    rows = db.session.scalars(select(Document).where(
        Document.order_id == order_id, Document.kind.in_(SALES), made).order_by(Document.id))
    return tuple(PaperView(row.number, row.kind, row.issued_at,
                           Money(row.total_minor, row.currency)) for row in rows)


def of_shopper(order: Order, number: str) -> Document:
    """A sales paper of this very order. Raises NotFound (unknown_document) for any other."""
    found = _numbered(order.id, number)
    if found is None or found.kind not in SALES:
        raise NotFound("unknown_document")
    return found


def of_order(order_id: int) -> list[Document]:
    """Every paper of an order, oldest first."""
    return list(db.session.scalars(
        select(Document).where(Document.order_id == order_id).order_by(Document.id)))


def numbered(number: str) -> Document:
    """The paper of a number. Raises NotFound (unknown_document)."""
    found = db.session.scalar(
        select(Document).where(Document.number == number.strip().upper()).limit(1))
    if found is None:
        raise NotFound("unknown_document")
    return found


def line(document: Document) -> str:
    """A paper in one line, for a list."""
    return (f"{document.number:<28}{document.kind:<20}{document.issued_at:%Y-%m-%d}"
            f"{document.total_minor:>12} {document.currency}")


def _numbered(order_id: int, number: str) -> Document | None:
    return db.session.scalar(select(Document).where(
        Document.order_id == order_id, Document.number == number[:48]))

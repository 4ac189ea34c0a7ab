"""A document's files: made once, kept byte for byte, read by whoever may see the order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import select

from app.extensions import db, transaction, upsert
from app.kernel import clock
from app.kernel.errors import Conflict, NotFound
from app.models.document import SALES, Document, DocumentFile
from app.services.documents import customs, einvoices, issuing, typesetting
from app.services.documents.customs_sheet import customs_sheet
from app.services.documents.sheet import sales_sheet

log = structlog.get_logger()

MEDIA_TYPES = {"pdf": "application/pdf", "cii": "application/xml", "ubl": "application/xml"}


def document_job(payload: Mapping[str, Any]) -> None:
    """The job: issue what an order's step or a refund asks for, then make its files.

    Safe to repeat: an issued paper stays as it is.
    """
    if payload.get("refund"):
        issued = issuing.issue_credit_note(int(payload["refund"]))
    else:
        issued = issuing.issue_invoice(int(payload["order"]))
        _for_customs(int(payload["order"]))
    if issued is not None:
        make(issued)


def _for_customs(order_id: int) -> None:
    """Customs papers as soon as the order is paid; what they lack is said, and stops nothing."""
    try:
        papers = customs.issue(order_id)
    except Conflict as error:
        log.warning("customs_papers_lack", order=order_id, code=error.code, **error.params)
        return
    for paper in papers:
        make(paper)


def make(document: Document) -> None:
    """Make every file of a paper that is not there yet, outside any transaction."""
    for form in forms_of(document):
        if _kept(document.id, form) is None:
            _keep(document.id, form, _body(document, form))


def read(document: Document, form: str = "pdf") -> bytes:
    """A file of a paper, made first where the worker has not come to it.

    raises  NotFound (unknown_document) for a form this paper does not have; Conflict
            (document_changed) when the file is not the one that was kept
    """
    if form not in forms_of(document):
        raise NotFound("unknown_document")
    found = _kept(document.id, form)
    if found is None:
        make(document)
        found = _kept(document.id, form)
        assert found is not None  # noqa: S101 - it was made just now
    if hashlib.sha256(found.body).hexdigest() != found.sha256:
        raise Conflict("document_changed")
    return found.body


def forms_of(document: Document) -> tuple[str, ...]:
    """What a paper is kept as."""
    return ("pdf", "cii", "ubl") if has_e_invoice(document) else ("pdf",)


def has_e_invoice(document: Document) -> bool:
    """Sales papers have one; EN 16931 cannot say tax that is given back without its base."""
    return document.kind in SALES and not document.content.get("is_off_norm")


def file_name(document: Document, form: str = "pdf") -> str:
    """A name that says what it is, in letters every system takes."""
    ending = {"pdf": "pdf", "cii": "cii.xml", "ubl": "ubl.xml"}[form]
    return f"{document.number}.{ending}"


def sheet_of(document: Document) -> tuple[str, dict[str, Any]]:
    """Template and sheet of a paper."""
    if document.kind in SALES:
        return "paper", sales_sheet(document.content)
    return customs_sheet(document.content)


def _body(document: Document, form: str) -> bytes:
    content = document.content
    if issuing.digest(content) != document.content_sha256:
        raise Conflict("document_changed")
    if form != "pdf":
        return einvoices.xml(content, form)
    template, sheet = sheet_of(document)
    pdf = typesetting.pdf(template, sheet, document.issued_at)
    if not has_e_invoice(document):
        return pdf
    return einvoices.in_pdf(pdf, einvoices.xml(content, "cii"), content)


def _kept(document_id: int, form: str) -> DocumentFile | None:
    return db.session.scalar(select(DocumentFile).where(
        DocumentFile.document_id == document_id, DocumentFile.form == form))


def _keep(document_id: int, form: str, body: bytes) -> None:
    """The first one made stays, also where two were made at once."""
    with transaction() as session:
        session.execute(
            upsert(DocumentFile).values(
                document_id=document_id, form=form, body=body,
                sha256=hashlib.sha256(body).hexdigest(), made_at=clock.now())
            .on_conflict_do_nothing())

"""Issuing invoices and credit notes: number and content in one transaction, once per cause.

The number is taken in the transaction that keeps the content: what is rolled back leaves no gap,
and the lock on the series makes days rise with the numbers. A second issue gives the first paper.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, NotFound
from app.kernel.money import Money
from app.models.document import Document
from app.models.market import Seller
from app.models.order import Order
from app.models.payment import Payment, Refund
from app.rules.documents.content import Content, invoice
from app.rules.documents.credit import TAX_ONLY, credit_note
from app.rules.documents.timing import is_due
from app.services.documents import facts
from app.services.orders.journal import note
from app.services.orders.numbers import next_number

SERIES = {"invoice": "INV", "credit_note": "CRN"}
# Money that went back without ever being the price of an invoiced order.
SURPLUS = frozenset({"paid_twice", "order_cancelled", "sold_out_meanwhile"})


def issue_invoice(order_id: int) -> Document | None:
    """The invoice of an order, made now if it is due; None when it is not (yet).

    raises  Conflict (papers_lack_facts) for an order from before quotes kept what papers need
    """
    with transaction() as session:
        order = locked(order_id)
        kept = find(order.id, "invoice")
        dispatched = facts.dispatched_at(order) is not None
        if kept is not None or not is_due(order.quote, is_paid=order.paid_at is not None,
                                          is_dispatched=dispatched):
            return kept
        seller = session.get_one(Seller, order.seller_id)
        number, issued_at = _number(seller, "invoice")
        content = invoice(order.quote, facts.sales_facts(order, seller, number, issued_at,
                                                         order.paid_at))
        return keep(order, "invoice", "", content, issued_at)


def issue_credit_note(refund_id: int) -> Document | None:
    """The credit note of a refund that is through; None when nothing invoiced was given back.

    raises  Conflict (credit_too_large) when more came back than the invoice has left
    """
    with transaction() as session:
        refund = session.get(Refund, refund_id)
        if refund is None or refund.state != "done" or refund.reason in SURPLUS:
            return None
        order = locked(session.get_one(Payment, refund.payment_id).order_id)
        kept = find(order.id, "credit_note", f"refund:{refund.id}")
        base = issue_invoice(order.id) if kept is None else None
        if kept is not None or base is None:
            return kept
        before = [row.content for row in _credits(order.id)]
        seller = session.get_one(Seller, order.seller_id)
        number, issued_at = _number(seller, "credit_note")
        said = facts.sales_facts(order, seller, number, issued_at, refund.done_at)
        if refund.reason == TAX_ONLY:  # the number that was confirmed since
            said = replace(said, buyer_tax_id=str(order.tax_evidence.get("number", "")))
        content = credit_note(base.content, before, Money(refund.amount_minor, refund.currency),
                              refund.reason, said)
        return keep(order, "credit_note", f"refund:{refund.id}", content, issued_at, base)


def find(order_id: int, kind: str, cause: str = "") -> Document | None:
    """An issued paper."""
    return db.session.scalar(select(Document).where(
        Document.order_id == order_id, Document.kind == kind, Document.cause == cause))


def digest(content: Content) -> str:
    """Of the content as canonical JSON."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def locked(order_id: int) -> Order:
    """The order under its lock, inside the open transaction. Raises NotFound (unknown_order)."""
    order = db.session.scalar(
        select(Order).where(Order.id == order_id).with_for_update()
        .execution_options(populate_existing=True))
    if order is None:
        raise NotFound("unknown_order")
    return order


def _number(seller: Seller, kind: str) -> tuple[str, datetime]:
    """The next number of the seller's series of this year, and the moment it was taken."""
    zone = facts.seller_zone(seller)
    year = clock.now().astimezone(zone).year
    count = next_number(f"{kind}:{seller.code}:{year}")
    now = clock.now()  # after the lock: days never fall while numbers rise
    if now.astimezone(zone).year != year:
        raise Conflict("conflict")  # the year turned while we waited: the job comes again
    return f"{seller.order_prefix}{SERIES[kind]}-{year}-{count:06d}", now


def _credits(order_id: int) -> list[Document]:
    return list(db.session.scalars(select(Document).where(
        Document.order_id == order_id, Document.kind == "credit_note").order_by(Document.id)))


def keep(order: Order, kind: str, cause: str, content: Mapping[str, Any], issued_at: datetime,  # noqa: PLR0913 - a row's parts
         corrects: Document | None = None) -> Document:
    """Write down a paper inside the open transaction."""
    plain: Content = json.loads(json.dumps(content))
    row = Document(
        order_id=order.id, seller_id=order.seller_id, kind=kind, cause=cause,
        number=content["number"], corrects_id=corrects.id if corrects else None,
        language=content["language"], currency=content["currency"],
        total_minor=content["sums"]["total"], content=plain, content_sha256=digest(plain),
        issued_at=issued_at,
    )
    db.session.add(row)
    db.session.flush()
    note(order, "document", paper=kind, number=row.number)
    return row

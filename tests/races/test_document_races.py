"""Invoices issued at once, on SQLite and on PostgreSQL: no gap, no double, one per order."""

from __future__ import annotations

from functools import partial

from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.kernel import clock
from app.models.document import Document
from app.services.documents import issuing
from tests.races.crowd import at_once
from tests.shoppers import pay, placed
from tests.web import ordering
from tests.world import CUP

CROWD = 8


def issue(order_id: int) -> str:
    """The number of an order's invoice."""
    found = issuing.issue_invoice(order_id)
    assert found is not None
    return found.number


def credit(refund_id: int) -> str:
    """The number of a refund's credit note."""
    found = issuing.issue_credit_note(refund_id)
    assert found is not None
    return found.number


def test_a_crowd_of_invoices_has_no_gap_and_no_double(either_shop: Flask) -> None:
    orders = [placed("de-de", (CUP, 1)) for _ in range(CROWD)]
    for order in orders:
        pay(order)
    ids = [order.id for order in orders]

    answers = at_once(either_shop, [partial(issue, each) for each in ids + ids])

    year = clock.now().year
    wanted = [f"PN-INV-{year}-{n:06d}" for n in range(1, CROWD + 1)]
    assert sorted(set(map(str, answers))) == wanted
    assert answers[:CROWD] == answers[CROWD:], "the second issue is the first paper"
    rows = db.session.scalars(select(Document).order_by(Document.number)).all()
    assert [row.number for row in rows] == wanted
    assert [row.issued_at for row in rows] == sorted(row.issued_at for row in rows)


def test_credit_notes_at_once_never_exceed_their_invoice(either_shop: Flask) -> None:
    order = placed("de-de", (CUP, 4))
    pay(order)
    parts = [order.total_minor // 4] * 3
    parts.append(order.total_minor - sum(parts))
    backs = [ordering.give_back(order, minor, f"part-{n}").id for n, minor in enumerate(parts)]

    answers = at_once(either_shop, [partial(credit, each) for each in backs])

    assert len(set(answers)) == 4
    notes = db.session.scalars(select(Document).where(Document.kind == "credit_note")).all()
    invoice = db.session.scalars(select(Document).where(Document.kind == "invoice")).one()
    for place, group in enumerate(invoice.content["groups"]):
        assert sum(note.content["groups"][place]["tax"] for note in notes) == group["tax"]
    assert sum(note.total_minor for note in notes) == invoice.total_minor

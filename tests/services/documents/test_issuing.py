"""Issuing on both databases: once, numbered without gaps, frozen."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.commands.worker import HANDLERS
from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Conflict
from app.kernel.order_state import OrderState
from app.models.document import Document
from app.models.order import NumberSeries, Order
from app.models.outbox import Job
from app.services.documents import files, issuing, reading
from app.services.orders import handling, journal
from app.services.payment import flow, refunds
from tests.shoppers import pay, placed
from tests.web import ordering

YEAR = clock.now().year


def paid(prefix: str = "de-de") -> Order:
    """An order that is paid, its document job waiting."""
    order = placed(prefix)
    pay(order)
    return db.session.get_one(Order, order.id, populate_existing=True)


def test_an_invoice_is_the_quote_and_is_issued_once(either_shop: Flask) -> None:
    order = paid()

    first, second = issuing.issue_invoice(order.id), issuing.issue_invoice(order.id)

    assert first is not None
    assert second is not None
    assert (first.id, first.number) == (second.id, f"PN-INV-{YEAR}-000001")
    assert first.total_minor == order.total_minor == order.quote["total"]["minor"]
    assert first.content["sums"]["tax"] == order.quote["tax"]["minor"]
    assert first.content_sha256 == issuing.digest(first.content)
    assert first.language == order.language == "de"


def test_nothing_is_issued_before_the_money_is_there(either_shop: Flask) -> None:
    order = placed("de-de")

    assert issuing.issue_invoice(order.id) is None
    assert db.session.scalar(select(NumberSeries).where(
        NumberSeries.code.startswith("invoice:"))) is None


def test_a_rolled_back_issue_leaves_no_gap(either_shop: Flask) -> None:
    one, other = paid(), paid()
    with pytest.raises(RuntimeError), transaction():
        issuing.issue_invoice(one.id)
        raise RuntimeError("power cut")

    numbers = [issuing.issue_invoice(each.id) for each in (other, one)]

    assert [each.number for each in numbers if each] == [
        f"PN-INV-{YEAR}-000001", f"PN-INV-{YEAR}-000002"]


def test_paid_and_shipped_ask_for_the_invoice_and_a_refund_for_its_note(shop: Flask) -> None:
    order = paid()
    run_documents()
    handling.refund(order.number, None, "goodwill")
    refund = refunds.ask(flow.latest(order), 0, "goodwill", key=_refund_key(order))
    run_documents("refund")
    run_documents()

    kinds = [row.kind for row in reading.of_order(order.id)]
    assert kinds == ["invoice", "credit_note"]
    note = reading.of_order(order.id)[1]
    assert note.cause == f"refund:{refund.id}"
    assert note.corrects_id == reading.of_order(order.id)[0].id
    assert note.total_minor == order.total_minor


def test_two_parts_and_the_rest_make_the_whole(shop: Flask) -> None:
    order = paid()
    parts = [700, 701, order.total_minor - 1401]

    notes = []
    for minor in parts:
        back = ordering.give_back(order, minor, f"part-{minor}")
        note = issuing.issue_credit_note(back.id)
        again = issuing.issue_credit_note(back.id)
        assert note is not None
        assert again is not None
        assert again.id == note.id
        notes.append(note)

    assert [note.number[-6:] for note in notes] == ["000001", "000002", "000003"]
    invoice = issuing.issue_invoice(order.id)
    assert invoice is not None
    for place, group in enumerate(invoice.content["groups"]):
        for key in ("net", "tax"):
            assert sum(note.content["groups"][place][key] for note in notes) == group[key]


@pytest.mark.parametrize("reason", sorted(issuing.SURPLUS))
def test_money_that_was_never_the_price_gets_no_credit_note(shop: Flask, reason: str) -> None:
    order = paid()

    back = ordering.give_back(order, 100, reason)

    assert issuing.issue_credit_note(back.id) is None
    assert [row.kind for row in reading.of_order(order.id)] == []


def test_a_supply_to_another_member_waits_for_the_parcel(shop: Flask) -> None:
    order = paid()
    with transaction():
        frozen = {**order.quote}
        frozen["consignments"] = [
            {**row, "einvoice_category": "K", "vatex": "VATEX-EU-IC", "charged_taxes": [],
             "charged_included": None} for row in frozen["consignments"]]
        order.quote = frozen
        db.session.add(order)

    assert issuing.issue_invoice(order.id) is None
    for step in (OrderState.PACKED, OrderState.SHIPPED):
        journal.move(db.session.get_one(Order, order.id), step)
    issued = issuing.issue_invoice(order.id)
    assert issued is not None
    assert issued.content["supplied_on"] == clock.now().date().isoformat()


def test_a_changed_row_is_never_handed_out(shop: Flask) -> None:
    issued = issuing.issue_invoice(paid().id)
    assert issued is not None
    with transaction():
        issued.content = {**issued.content, "currency": "USD"}
        db.session.add(issued)

    with pytest.raises(Conflict, match="document_changed"):
        files.read(issued)


def test_the_shop_does_not_change_what_is_issued(shop: Flask) -> None:
    order = paid()
    first = issuing.issue_invoice(order.id)
    assert first is not None
    before = files.read(first)
    with transaction():
        order.language, order.address = "ja", {**order.address, "name": "Somebody else"}
        db.session.add(order)

    kept = db.session.get_one(Document, first.id, populate_existing=True)
    assert files.read(kept) == before
    assert kept.content["buyer"]["address"]["name"] == "Ada Lovelace"


def run_documents(kind: str = "document") -> None:
    """Do the waiting jobs of a kind in this thread."""
    for job in db.session.scalars(select(Job).where(Job.kind == kind, Job.state == "waiting")):
        HANDLERS[kind](job.payload)
        with transaction():
            job.state = "done"
            db.session.add(job)


def _refund_key(order: Order) -> Any:
    return db.session.scalar(select(Job.key).where(Job.kind == "refund").limit(1))

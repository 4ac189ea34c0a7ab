"""Invoices on the order's page: a link once issued, a file for who may see the order."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.extensions import db
from app.models.document import Document
from app.models.order import Order
from app.services.documents import customs, files
from tests.blueprints.test_orders_pages import pay


@pytest.fixture
def paid(client: FlaskClient) -> str:
    """The address of a paid order of this client."""
    return pay(client, "paid")


def issued(address: str) -> Document:
    """The order's invoice, made as the worker makes it."""
    order = db.session.scalars(select(Order).where(
        Order.token == address.rsplit("/", 1)[1])).one()
    files.document_job({"order": order.id})
    return db.session.scalars(select(Document).where(
        Document.order_id == order.id, Document.kind == "invoice")).one()


def test_the_link_appears_when_the_invoice_is_issued(client: FlaskClient, paid: str) -> None:
    assert "/documents/" not in client.get(paid).text

    number = issued(paid).number

    html = client.get(paid).text
    assert f"{paid}/documents/{number}" in html
    assert number in html


def test_the_file_is_sent_to_be_kept_and_by_nobody_else(client: FlaskClient, paid: str) -> None:
    number = issued(paid).number

    answer = client.get(f"{paid}/documents/{number}")

    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={number}.pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("form", ["ubl", "cii"])
def test_a_program_may_have_the_e_invoice(client: FlaskClient, paid: str, form: str) -> None:
    number = issued(paid).number

    answer = client.get(f"{paid}/documents/{number}?form={form}")

    assert answer.mimetype == "application/xml"
    assert f"filename={number}.{form}.xml" in answer.headers["Content-Disposition"]
    assert number.encode() in answer.data


def test_another_browser_has_to_know_the_mail(shop: Flask, client: FlaskClient,
                                              paid: str) -> None:
    number = issued(paid).number
    stranger = shop.test_client()

    answer = stranger.get(f"{paid}/documents/{number}")

    assert answer.mimetype == "text/html"
    assert b"%PDF" not in answer.data
    assert "Berlin" not in answer.text


def test_another_order_s_paper_is_unknown(shop: Flask, client: FlaskClient, paid: str) -> None:
    other = shop.test_client()
    theirs = pay(other, "paid")
    number = issued(paid).number
    issued(theirs)

    assert other.get(f"{theirs}/documents/{number}").status_code == 404
    assert other.get(f"{theirs}/documents/PN-INV-2026-999999").status_code == 404
    assert other.get(f"{theirs}/documents/{number}?form=zip").status_code == 404
    assert other.get(f"/en-de/orders/{'x' * 43}/documents/{number}").status_code == 404


def test_customs_papers_are_not_the_shopper_s(client: FlaskClient, paid: str) -> None:
    document = issued(paid)
    order = db.session.get_one(Order, document.order_id)

    assert customs.issue(order.id) == []
    assert client.get(f"{paid}/documents/CI-{order.number}-1").status_code == 404
    assert client.get(f"{paid}/documents/{document.number}?form=exe").status_code == 404

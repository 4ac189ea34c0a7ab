"""Papers as files: text can be read out in every script, the XML is inside, bytes stay the same."""

from __future__ import annotations

import io
import unicodedata

import pytest
from facturx import get_facturx_xml_from_pdf
from flask import Flask
from lxml import etree
from pypdf import PdfReader

from app.kernel import clock
from app.services.documents import customs, files, issuing, typesetting
from app.services.documents.sheet import sales_sheet
from tests.rules.asked import ask, line
from tests.rules.documents.paper import invoice_of
from tests.rules.documents.test_invoice import FR
from tests.services.documents.schematron import broken
from tests.web import ordering

PAID = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


def text_of(pdf: bytes) -> str:
    """The words of a PDF; Arabic in its plain letters."""
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return unicodedata.normalize("NFKC", "\n".join(pages))


@pytest.mark.parametrize(("bought", "words"), [
    (ordering.GERMAN, ("Rechnung", "Zahlungseingang", "Ada Lovelace", "PT510123457")),
    (ordering.JAPANESE, ("請求書", "入金日", "山田", "千代田")),
    (ordering.KUWAITI, ("فاتورة", "نورة", "KWD", "PT510123457")),
    (ordering.AMERICAN, ("Invoice", "Payment received", "Bo Diddley")),
])
def test_an_invoice_can_be_read_and_holds_its_xml(shop: Flask, bought: ordering.Purchase,
                                                  words: tuple[str, ...]) -> None:
    order = ordering.place(bought)
    ordering.pay(order)
    issued = issuing.issue_invoice(order.id)
    assert issued is not None

    pdf = files.read(issued)

    found = text_of(pdf)
    assert [word for word in (*words, issued.number) if word not in found] == []
    name, xml = get_facturx_xml_from_pdf(pdf, check_xsd=True, check_schematron=False)
    assert name == "factur-x.xml"
    assert broken(xml, "cii") == []
    assert issued.number.encode() in xml
    metadata = PdfReader(io.BytesIO(pdf)).xmp_metadata
    assert metadata is not None
    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("3", "B")


def test_the_amounts_of_pdf_and_xml_are_the_quote_s(shop: Flask) -> None:
    order = ordering.place(ordering.GERMAN)
    ordering.pay(order)
    issued = issuing.issue_invoice(order.id)
    assert issued is not None

    total = f"{order.total_minor // 100},{order.total_minor % 100:02d} €"
    assert total in text_of(files.read(issued)).replace("\xa0", " ")
    root = etree.fromstring(files.read(issued, "cii"))
    paid = next(root.iter(f"{PAID}TotalPrepaidAmount")).text
    assert paid == total.removesuffix(" €").replace(",", ".")


def test_the_same_sheet_gives_the_same_bytes(shop: Flask) -> None:
    order = ordering.place(ordering.JAPANESE)
    ordering.pay(order)
    issued = issuing.issue_invoice(order.id)
    assert issued is not None
    sheet = sales_sheet(issued.content)

    one = typesetting.pdf("paper", sheet, issued.issued_at)

    assert one == typesetting.pdf("paper", sheet, issued.issued_at)
    assert files.read(issued) == files.read(issued)


def test_customs_papers_can_be_read(shop: Flask) -> None:
    order = ordering.place(ordering.JAPANESE)
    ordering.pay(order)
    issuing.issue_invoice(order.id)  # else it would be a pro-forma invoice
    papers = {paper.kind: paper for paper in customs.issue(order.id)}

    assert set(papers) >= {"commercial_invoice", "packing_list"}
    invoice, packing = (text_of(files.read(papers[kind])).replace("\xa0", " ")
                        for kind in ("commercial_invoice", "packing_list"))
    wanted = {"Commercial invoice", "090240", "Tea", "Incoterms", "Value of goods"}
    assert {word for word in wanted if word not in invoice} == set()
    wanted = {"Packing list", "090240", "Gross weight"}
    assert {word for word in wanted if word not in packing} == set()
    assert [paper.id for paper in customs.issue(order.id)] == [
        paper.id for paper in papers.values()], "issued once"


def test_within_the_union_no_customs_papers(shop: Flask) -> None:
    order = ordering.place(ordering.GERMAN)
    ordering.pay(order)

    assert customs.issue(order.id) == []


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja", "zh-Hans", "ar"])
def test_every_language_can_be_set(language: str) -> None:
    content = invoice_of(ask(FR, line(5990, quantity=3), shipping=700), "FR", language=language)
    issued_at = clock.now()

    pdf = typesetting.pdf("paper", sales_sheet(content), issued_at)

    assert "N-INV-2026-000001" in text_of(pdf)


def test_a_long_paper_goes_on_to_the_next_page() -> None:
    rows = [line(1990 + n, line=str(n), sku=f"S{n}") for n in range(60)]

    pdf = typesetting.pdf("paper", sales_sheet(invoice_of(ask(FR, *rows), "FR")),
                          clock.now())

    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) >= 2
    assert "Page 2 of" in reader.pages[1].extract_text()
    assert "Article" in reader.pages[1].extract_text(), "the head of the table comes again"

"""Customs papers of an order: one set for each consignment that crosses a customs border."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, cast

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.address import Destination
from app.kernel.errors import Conflict, NotFound
from app.models.catalogue import Variant
from app.models.document import CUSTOMS, Document
from app.models.market import Seller
from app.models.order import Order, OrderLine
from app.models.restriction import Certificate
from app.models.stock import Warehouse
from app.models.translation import ProductText
from app.rules.documents.content import Content
from app.rules.documents.customs import CustomsFacts, Package, customs_papers, declaration
from app.rules.facts import LineFacts
from app.rules.parcel import Limits
from app.rules.parcels import pack
from app.rules.places import crosses_border, locate
from app.rules.rate_book import RateBook
from app.services.documents import facts, issuing
from app.services.rates.book import rate_book

LANGUAGE = "en"  # customs everywhere read it; another one can be asked for
ANY_SIZE = Limits(10**9, 10**9, 10**9)
SDR = "XDR"
# Schemes at import whose number goes along electronically, by treatment.
SCHEME_OF = {"IOSS": "IOSS", "VOEC": "NO:VOEC", "UK_LOW_VALUE_POS": "GB", "AU_LVG": "AU",
             "NZ_LVG": "NZ", "SG_LVG": "SG"}


class _Piece(NamedTuple):
    """As much of a line as packing looks at."""

    quantity: int
    weight_g: int
    size_mm: tuple[int, int, int]


def issue(order_id: int, *, language: str = LANGUAGE,
          packages: Mapping[str, Sequence[Package]] | None = None) -> list[Document]:
    """The customs papers of an order, made now where they are not there yet.

    packages  warehouse -> parcels as they were weighed; else as the goods are packed by their
              sizes
    returns   them all; none for an order that crosses no border
    raises    Conflict: customs_data_missing (sku, fields), papers_disagree, sdr_rate_missing
    """
    with transaction() as session:
        order = issuing.locked(order_id)
        seller = session.get_one(Seller, order.seller_id)
        book = rate_book(order.placed_at.date())
        found: list[Document] = []
        for place in _crossing(order, book):
            row = order.quote["consignments"][place]
            kept = _kept(order.id, row["warehouse"])
            if not kept:
                given = (packages or {}).get(row["warehouse"], ())
                kept = _issue_one(order, seller, place, book, language, given)
            found += kept
        return found


def export_data(order_id: int) -> list[Content]:
    """Export declaration data of each issued commercial invoice, scheme numbers included.

    raises  NotFound (no_customs_papers) before they are issued
    """
    order = db.session.get(Order, order_id)
    rows = db.session.scalars(select(Document).where(
        Document.order_id == order_id, Document.kind == "commercial_invoice")
        .order_by(Document.id)).all()
    if order is None or not rows:
        raise NotFound("no_customs_papers")
    seller = db.session.get_one(Seller, order.seller_id)
    numbers = facts.seller_facts(seller, order.placed_at.date()).numbers
    treatments = {row["warehouse"]: row["treatment"] for row in order.quote["consignments"]}
    return [declaration(row.content, numbers.get(SCHEME_OF.get(treatments[row.cause], ""), ""))
            for row in rows]


def as_csv(declarations: Iterable[Content]) -> str:
    """Export data as a table: one line per item, the declaration's fields before it."""
    plain = ("document", "order", "invoice", "issued_on", "exporter", "exporter_eori",
             "scheme_number", "dispatch_country", "destination_country", "incoterm",
             "incoterm_place", "procedure", "nature_of_transaction", "currency", "freight",
             "insurance", "gross_weight_g", "packages")
    of_item = ("number", "hs_code", "origin", "description", "sku", "quantity", "net_weight_g",
               "value")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*plain, *(f"item_{name}" for name in of_item)])
    for one in declarations:
        for item in one["items"]:
            writer.writerow([*(one[name] for name in plain), *(item[name] for name in of_item)])
    return text.getvalue()


def _crossing(order: Order, book: RateBook) -> list[int]:
    """Places of the consignments customs will look at."""
    address = order.address
    door = locate(Destination(address.get("country", ""), address.get("region", ""),
                              address.get("postal_code", ""), address.get("city", "")), book)
    return [place for place, row in enumerate(order.quote["consignments"])
            if crosses_border(locate(Destination(row["ship_from"]), book), door)]


def _kept(order_id: int, warehouse: str) -> list[Document]:
    return list(db.session.scalars(select(Document).where(
        Document.order_id == order_id, Document.cause == warehouse,
        Document.kind.in_(CUSTOMS)).order_by(Document.id)))


def _issue_one(order: Order, seller: Seller, place: int, book: RateBook, language: str,  # noqa: PLR0913 - one consignment and how it is told
               packages: Sequence[Package]) -> list[Document]:
    row = order.quote["consignments"][place]
    if not row.get("parts"):
        raise Conflict("papers_lack_facts")
    said = _facts(order, seller, place, book, language, packages or _packed(row, book))
    service = book.services.get(row["service"])
    by_post = service is not None and service.tier == "post"
    papers = customs_papers(order.quote, place, said, by_post=by_post)
    now = clock.now()
    return [issuing.keep(order, kind, row["warehouse"], content, now)
            for kind, content in papers.items()]


def _facts(order: Order, seller: Seller, place: int, book: RateBook, language: str,  # noqa: PLR0913 - one consignment and how it is told
           packages: Sequence[Package]) -> CustomsFacts:
    row, address = order.quote["consignments"][place], order.address
    today = clock.now().astimezone(facts.seller_zone(seller)).date()
    invoice = issuing.find(order.id, "invoice")
    sent_from = db.session.scalar(select(Warehouse).where(Warehouse.code == row["warehouse"]))
    street = sent_from.address if sent_from else {}
    tax_id = str(order.tax_evidence.get("number") or address.get("tax_id") or "")
    return CustomsFacts(
        number_base=f"{order.number}-{place + 1}", issued_on=today, language=language,
        order_number=order.number, seller=facts.seller_facts(seller, order.placed_at.date()),
        ship_from={"country": row["ship_from"], **street}, consignee=address,
        consignee_tax_id=tax_id, articles=_articles(order, language), packages=tuple(packages),
        place=", ".join(filter(None, (address.get("city") or address.get("region"),
                                      address.get("country")))),
        invoice=(invoice.number, invoice.issued_at.date()) if invoice else ("", None),
        is_business=bool(tax_id), sdr_rate=_sdr(order.currency, book),
        documents=_documents(order, str(address.get("country", "")), today),
    )


def _packed(row: Mapping[str, Any], book: RateBook) -> list[Package]:
    """The parcels the goods make by their packed sizes, in the warehouse's own cartons."""
    pieces = [_Piece(int(part["quantity"]), int(part["weight_g"]), tuple(part["size_mm"]))
              for part in row["parts"]]
    place = book.warehouses.get(row["warehouse"])
    parcels = pack(cast("list[LineFacts]", pieces), ANY_SIZE, place.boxes if place else ()) or ()
    return [Package(one.weight_g, one.length_mm, one.width_mm, one.height_mm, one.pieces)
            for one in parcels]


def _sdr(currency: str, book: RateBook) -> tuple[Decimal, str, date] | None:
    rate = book.rate(currency, SDR)
    return (rate.value, rate.source, rate.as_of) if rate else None


def _articles(order: Order, language: str) -> dict[str, tuple[str, str]]:
    """Quote line -> what the goods are in the paper's language, else as they were sold."""
    sold = facts.articles(order)
    if language == order.language:
        return sold
    rows = db.session.execute(
        select(OrderLine.sku, ProductText.name)
        .join(Variant, Variant.id == OrderLine.variant_id)
        .join(ProductText, ProductText.product_id == Variant.product_id)
        .where(OrderLine.order_id == order.id, ProductText.language == language))
    names = {row.sku: row.name for row in rows}
    return {str(row["line"]): (names.get(row["sku"], sold[str(row["line"])][0]), "")
            for row in order.quote["lines"]}


def _documents(order: Order, country: str, day: date) -> dict[str, list[str]]:
    """SKU -> certificates held for it that count at the destination."""
    found: dict[str, list[str]] = {}
    for sku, name, number, last in db.session.execute(
        select(OrderLine.sku, Certificate.document, Certificate.number, Certificate.valid_to)
        .join(Certificate, Certificate.variant_id == OrderLine.variant_id)
        .where(OrderLine.order_id == order.id, Certificate.valid_from <= day,
               Certificate.destination.in_(["*", country]))
    ).all():
        if last is None or last >= day:
            found.setdefault(sku, []).append(f"{name} {number}".strip())
    return found

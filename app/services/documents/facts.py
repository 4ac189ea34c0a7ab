"""What a sales paper is made of, read from the order and its seller."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_territory_currencies
from sqlalchemy import select

from app.extensions import db
from app.kernel.currency import exponent
from app.kernel.order_state import OrderState
from app.models.market import Seller
from app.models.order import Order, OrderEvent, OrderLine
from app.models.stock import Warehouse
from app.rules.documents.content import InvoiceFacts, LocalCurrency, SellerFacts
from app.rules.documents.regions import country_of
from app.services import registrations
from app.services.rates.book import rate_book

UNTAXED = frozenset({"K", "AE"})


def seller_facts(row: Seller, on: date) -> SellerFacts:
    """The legal seller as papers name it, with the registrations that hold on a day."""
    numbers = {one.code: one.number for one in registrations.listed(row.code, on) if one.number}
    return SellerFacts(
        name=row.legal_name, address=row.address, country=row.country, email=row.email,
        phone=row.phone, vat_id=row.vat_id, eori=row.eori, numbers=numbers,
    )


def sales_facts(order: Order, seller: Seller, number: str, issued_at: datetime,
                paid_at: datetime | None) -> InvoiceFacts:
    """The facts of an invoice or credit note. Days are those of the seller's place."""
    zone = seller_zone(seller)
    return InvoiceFacts(
        number=number, issued_on=issued_at.astimezone(zone).date(),
        paid_on=_day(paid_at, zone), supplied_on=_day(dispatched_at(order), zone),
        language=order.language, order_number=order.number,
        ordered_on=order.placed_at.astimezone(zone).date(),
        seller=seller_facts(seller, order.placed_at.date()),
        billing=order.billing, shipping=order.address, articles=articles(order),
        payment=order.payment_method, buyer_tax_id=_tax_id(order),
        local=_local(order.quote, order.currency, order.placed_at.date()),
    )


def seller_zone(seller: Seller) -> ZoneInfo:
    """The clock of the seller's place: that of a warehouse in its country, else UTC."""
    name = db.session.scalar(
        select(Warehouse.time_zone).where(Warehouse.country == seller.country)
        .order_by(Warehouse.id).limit(1))
    return ZoneInfo(name or "UTC")


def dispatched_at(order: Order) -> datetime | None:
    """When the first parcel left: the date of supply."""
    return db.session.scalar(
        select(OrderEvent.happened_at).where(OrderEvent.order_id == order.id,
                                             OrderEvent.kind == OrderState.SHIPPED)
        .order_by(OrderEvent.id).limit(1))


def articles(order: Order) -> dict[str, tuple[str, str]]:
    """Quote line -> name and options as they were sold."""
    sold = {row.sku: (row.name, row.options) for row in db.session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id))}
    return {str(row["line"]): sold.get(row["sku"], (row["sku"], ""))
            for row in order.quote["lines"]}


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None


def _tax_id(order: Order) -> str:
    """The buyer's number where the treatment rests on it, or where its check has passed."""
    kept = order.tax_evidence
    given = str(kept.get("number") or order.address.get("tax_id") or "")
    rests = any(row["einvoice_category"] in UNTAXED or "B2B" in str(row["treatment"])
                for row in order.quote["consignments"])
    return given if rests or kept.get("check") == "valid" else ""


def _local(quote: Mapping[str, Any], currency: str, day: date) -> dict[str, LocalCurrency]:
    """The currency of each taxing country that is not the order's, at the order's day."""
    book = rate_book(day)
    found = {}
    for country in {country_of(str(tax["jurisdiction"])) for tax in quote["taxes"]}:
        known = get_territory_currencies(country, day, day) if len(country) == 2 else []
        if not known or known[0] == currency:
            continue
        rate = book.rate(currency, known[0])
        if rate is not None:
            found[country] = LocalCurrency(known[0], exponent(known[0]), rate.value, rate.source,
                                           rate.as_of)
    return found

"""Papers of quotes, without a shop: facts of a seller, a buyer and a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app.rules.documents.content import Content, InvoiceFacts, SellerFacts, invoice
from app.rules.quote import as_dict
from app.rules.result import Quote

SELLER = SellerFacts(
    "Nordlys GmbH", {"line1": "Hafenweg 1", "postal_code": "20457", "city": "Hamburg",
                     "country": "DE"},
    "DE", "shop@nordlys.example", "+494012345", "DE136695976", "DE1234567", {},
)
DAY = date(2026, 11, 21)


def facts(country: str, quote: Mapping[str, Any], **changes: Any) -> InvoiceFacts:
    """An invoice of a day to a buyer in a country."""
    address = {"name": "Ada Lovelace", "line1": "Main Street 1", "city": "Town",
               "postal_code": "12345", "country": country}
    row: dict[str, Any] = {
        "number": "N-INV-2026-000001", "issued_on": DAY, "paid_on": DAY, "supplied_on": None,
        "language": "en", "order_number": "N-000001", "ordered_on": DAY, "seller": SELLER,
        "billing": address, "shipping": address,
        "articles": {str(line["line"]): (f"Article {line['line']}", "") for line in quote["lines"]},
        "payment": "card",
    }
    return InvoiceFacts(**(row | changes))


def invoice_of(quote: Quote, country: str, numbers: Mapping[str, str] | None = None,
               **changes: Any) -> Content:
    """The invoice of a quote; numbers: the seller's registrations abroad."""
    frozen = as_dict(quote)
    seller = replace(SELLER, numbers=dict(numbers or {}))
    return invoice(frozen, facts(country, frozen, seller=seller, **changes))


def adds_up(content: Content) -> bool:
    """Rows make their groups, groups with tax and rounding make the total."""
    by_group = [sum(row["net"] for row in content["rows"] if row["group"] == index)
                for index in range(len(content["groups"]))]
    total = sum(group["net"] + group["tax"] for group in content["groups"])
    parts = all(sum(tax for _, _, tax in group["components"]) == group["tax"]
                for group in content["groups"])
    return (by_group == [group["net"] for group in content["groups"]] and parts
            and total + content["sums"]["rounding"] == content["sums"]["total"])

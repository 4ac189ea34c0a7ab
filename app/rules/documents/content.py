"""The content of an invoice: everything it says, as plain values that are frozen at the issue.

Amounts are minor units of `currency`; percents and rates are decimal text; days are ISO text.
What the reader sees in words is made from codes at rendering (services/documents/words.py), so
that the same content gives the same paper.
source  VD Art. 226; cross-border rules §11
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.kernel.money import Money, round_half_up
from app.rules.documents.regions import Form, country_of, form_of, number_of, title_of
from app.rules.documents.supplies import (
    GOODS,
    SHIPPING,
    Group,
    Item,
    Supplies,
    money,
    supplies,
)

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SellerFacts:
    """The legal seller. numbers: registration -> number given there ("JP" -> "T123…")."""

    name: str
    address: Mapping[str, str]
    country: str
    email: str
    phone: str
    vat_id: str
    eori: str
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LocalCurrency:
    """1 unit of the document's currency = `rate` of `currency`, that of the taxing state."""

    currency: str
    exponent: int
    rate: Decimal
    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What an invoice is made of, beside the quote.

    issued_on, paid_on, supplied_on  days at the seller; None where it has not happened
    articles    quote line -> (name, options) in the document's language
    buyer_tax_id  proven number of a business buyer, ''
    local       jurisdiction's country -> its currency, where it is not the document's
    """

    number: str
    issued_on: date
    paid_on: date | None
    supplied_on: date | None
    language: str
    order_number: str
    ordered_on: date
    seller: SellerFacts
    billing: Mapping[str, str]
    shipping: Mapping[str, str]
    articles: Mapping[str, tuple[str, str]]
    payment: str
    buyer_tax_id: str = ""
    local: Mapping[str, LocalCurrency] = field(default_factory=dict)


def invoice(quote: Mapping[str, Any], facts: InvoiceFacts) -> Content:
    """The invoice of an order. Its total is the quote's.

    raises  Conflict (papers_lack_facts) for a quote without parts
    """
    sold = supplies(quote)
    form = form_of(sold.groups, facts.seller.country, str(facts.shipping.get("country", "")))
    return {
        "kind": "invoice", "form": form.code,
        "title": title_of(form, facts.seller.numbers, is_credit=False), "number": facts.number,
        **head(facts, form), "currency": sold.currency,
        "rows": [_row(item, sold, facts, form) for item in _in_order(sold, quote)],
        "groups": [_group(group) for group in sold.groups],
        "local": _local(sold.groups, facts),
        "sums": {name: money(quote[name]).minor
                 for name in ("goods", "discount", "shipping", "tax", "tax_included", "duty",
                              "fees", "total")} | {"rounding": sold.rounding.minor},
        "discounts": [{"label": row["label"], "amount": money(row["amount"]).minor}
                      for row in quote["discounts"]],
        "prices_include_tax": any(tax["is_included"] for tax in quote["taxes"]),
        "notes": _notes(quote, sold, form), "corrects": None, "is_full": True,
    }


def head(facts: InvoiceFacts, form: Form) -> Content:
    """Who, to whom, when: the same on an invoice and on its credit notes."""
    seller = facts.seller
    number = number_of(form, seller.numbers, seller.vat_id)
    ids = [number] if number else []
    if seller.vat_id and seller.vat_id not in {value for _, value in ids}:
        ids.append(("vat_id", seller.vat_id))
    if form.code == "ca" and seller.numbers.get("CA:QC"):
        ids.append(("ca_qst", seller.numbers["CA:QC"]))
    return {
        "language": facts.language, "issued_on": _day(facts.issued_on),
        "paid_on": _day(facts.paid_on), "supplied_on": _day(facts.supplied_on),
        "order": facts.order_number, "ordered_on": _day(facts.ordered_on),
        "payment": facts.payment, "mark": form.mark,
        "seller": {"name": seller.name, "address": dict(seller.address), "email": seller.email,
                   "phone": seller.phone, "country": seller.country, "vat_id": seller.vat_id,
                   "eori": seller.eori, "ids": [list(pair) for pair in ids]},
        "buyer": {"address": dict(facts.billing), "tax_id": facts.buyer_tax_id},
        "ship_to": dict(facts.shipping),
    }


def _in_order(sold: Supplies, quote: Mapping[str, Any]) -> list[Item]:
    """Articles as they stood in the cart, then shipping, then what was laid out."""
    lines = [str(row["line"]) for row in quote["lines"]]
    kinds = (GOODS, SHIPPING)
    return sorted(sold.items, key=lambda item: (
        kinds.index(item.kind) if item.kind in kinds else len(kinds),
        lines.index(item.line) if item.line in lines else 0))


def _row(item: Item, sold: Supplies, facts: InvoiceFacts, form: Form) -> Content:
    """One row of the table; `rate` is the index of its group."""
    name, options = facts.articles.get(item.line, ("", "")) if item.kind == GOODS else ("", "")
    group = sold.groups[item.group]
    percent = format(group.percent.normalize(), "f")
    goods = item.goods or item.paid
    return {
        "kind": item.kind, "code": item.name, "name": name, "options": options, "sku": item.sku,
        "quantity": item.quantity, "unit": item.unit.minor if item.unit else item.paid.minor,
        "goods": goods.minor, "discount": (goods - item.paid).minor, "amount": item.paid.minor,
        "net": item.net.minor, "group": item.group,
        "is_marked": bool(form.mark) and item.kind == GOODS and percent == form.mark,
    }


def _group(group: Group) -> Content:
    return {
        "jurisdiction": group.jurisdiction, "name": group.name,
        "percent": format(group.percent.normalize(), "f"), "category": group.category,
        "vatex": group.vatex, "net": group.net.minor, "tax": group.tax.minor,
        "components": [[name, format(percent.normalize(), "f"), tax.minor]
                       for name, percent, tax in group.components],
    }


def _local(groups: Sequence[Group], facts: InvoiceFacts) -> list[Content]:
    """VAT in the currency of the state it is owed to (VD Art. 230), per currency."""
    found: dict[str, Content] = {}
    for group in groups:
        here = facts.local.get(country_of(group.jurisdiction)) if group.tax else None
        if here is None:
            continue
        row = found.setdefault(here.currency, {
            "currency": here.currency, "rate": format(here.rate, "f"), "source": here.source,
            "as_of": _day(here.as_of), "tax": 0})
        row["tax"] += in_local(group.tax, here)
    return list(found.values())


def in_local(tax: Money, here: LocalCurrency) -> int:
    """An amount in minor units of the other currency, rounded half up once."""
    return round_half_up((tax.major * here.rate).scaleb(here.exponent))


def _notes(quote: Mapping[str, Any], sold: Supplies, form: Form) -> list[str]:
    """Codes of sentences the paper has to carry, in a fixed order, each once."""
    treatments = [str(row["treatment"]) for row in quote["consignments"]]
    wanted = [f"vatex:{group.vatex}" for group in sold.groups if group.vatex]
    wanted += [f"treatment:{name}" for name in treatments]
    if any(group.category == "Z" for group in sold.groups):
        wanted.append("zero_rated")
    if any(row["incoterm"] == "DAP" and row["treatment"] in {"IMPORT", "EXPORT"}
           for row in quote["consignments"]):
        wanted.append("due_at_door")
    if any(tax["is_estimate"] and tax["collected_by"] == "seller" for tax in quote["taxes"]):
        wanted.append("estimated_tax")
    if form.mark and any(group.percent == Decimal(form.mark) for group in sold.groups):
        wanted.append("marked_rate")
    return list(dict.fromkeys(wanted))


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None

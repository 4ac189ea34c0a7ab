"""For every quote: invoice, credit notes and e-invoice hold its amounts to the last unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.currency import exponent
from app.kernel.money import Money
from app.rules.documents.content import invoice
from app.rules.documents.credit import credit_note
from app.rules.documents.einvoice import business_terms
from app.rules.quote import as_dict, quote
from app.rules.result import Quote
from tests.rules.documents.paper import adds_up, facts
from tests.rules.test_quote_properties import questions

WORDS = {"exempt": "Exempt", "credit": "Refund"}


def is_vat(tax: Any) -> bool:
    """What the seller owes as VAT."""
    return tax.collected_by == "seller" and not tax.jurisdiction.startswith("US")


def check_terms(content: dict[str, Any]) -> None:
    """BR-CO-10, 13, 14, 15, 16 and BR-DEC of a paper's business terms."""
    terms = business_terms(content, WORDS)
    number = {key: Decimal(terms.get(key) or 0) for key in (
        "BT-106", "BT-108", "BT-109", "BT-110", "BT-112", "BT-113", "BT-114", "BT-115")}
    assert sum(Decimal(line["BT-131"]) for line in terms.get("BG-25", ())) == number["BT-106"]
    assert sum(Decimal(one["amount"]) for one in terms.get("BG-21", ())) == number["BT-108"]
    assert number["BT-106"] + number["BT-108"] == number["BT-109"]
    assert sum(Decimal(row["BT-117"]) for row in terms["BG-23"]) == number["BT-110"]
    assert sum(Decimal(row["BT-116"]) for row in terms["BG-23"]) == number["BT-109"]
    assert number["BT-109"] + number["BT-110"] == number["BT-112"]
    assert number["BT-112"] - number["BT-113"] + number["BT-114"] == number["BT-115"] == 0
    digits = exponent(content["currency"])
    exact = Decimal(content["sums"]["total"]).scaleb(-digits)
    assert abs(number["BT-113"] - exact) <= (0 if digits < 3 else Decimal("0.005"))
    for line in terms.get("BG-25", ()):
        price = Decimal(line["BT-146"]) * int(line["BT-129"])
        allowance = sum(Decimal(one["amount"]) for one in line.get("BG-27", ()))
        assert price.quantize(Decimal(line["BT-131"])) - allowance == Decimal(line["BT-131"])
    for value in number.values():
        assert -int(value.as_tuple().exponent) <= 2


def total_vat(found: Quote) -> int:
    return sum(tax.tax.minor for tax in found.taxes if is_vat(tax))


@given(questions(), st.lists(st.integers(0, 10**9), max_size=3))
@settings(max_examples=250, deadline=None)
def test_every_paper(question: Any, cuts: list[int]) -> None:
    asked, book = question
    found = quote(asked, book)
    if found.option is None:
        return
    frozen = as_dict(found)
    said = facts(asked.destination.country, frozen)
    content = invoice(frozen, said)

    assert adds_up(content)
    assert content["sums"]["total"] == found.total.minor
    assert content["sums"]["rounding"] == found.rounding.minor
    assert sum(group["tax"] for group in content["groups"]) == total_vat(found)
    check_terms(content)

    notes: list[dict[str, Any]] = []
    left = found.total.minor
    while left:
        part = 1 + cuts[len(notes)] % left if len(notes) < len(cuts) else left
        note = credit_note(content, notes, Money(part, found.currency), "goodwill", said)
        assert adds_up(note)
        assert note["sums"]["total"] == part
        assert all(group["net"] >= 0 and group["tax"] >= 0 for group in note["groups"])
        check_terms(note)
        notes.append(note)
        left -= part
    if notes:
        for place, group in enumerate(content["groups"]):
            for key in ("net", "tax"):
                assert sum(note["groups"][place][key] for note in notes) == group[key]

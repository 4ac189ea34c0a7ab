"""Credit notes worked out by hand: shares by rate, the last takes the rest, never too much."""

from __future__ import annotations

import pytest

from app.kernel.address import Destination
from app.kernel.errors import Conflict
from app.kernel.money import Money
from app.rules.documents.content import Content
from app.rules.documents.credit import credit_note
from app.rules.quote import as_dict
from tests.rules.asked import ask, line
from tests.rules.documents.paper import facts, invoice_of

DE = Destination("DE", postal_code="10115")
QUOTE = ask(DE, line(10700, line="1", sku="BOOK", tax_category="books"),
            line(11900, line="2", sku="TEE"))
SAID = facts("DE", as_dict(QUOTE), number="N-CRN-2026-000001")


def note(minor: int, *before: Content) -> Content:
    return credit_note(invoice_of(QUOTE, "DE"), before, Money(minor, "EUR"), "goodwill", SAID)


def amounts(content: Content) -> list[tuple[int, int]]:
    return [(row["net"], row["tax"]) for row in content["groups"]]


def test_a_part_is_shared_over_the_rates() -> None:
    # 10700 at 7 % and 11900 at 19 %: 2260 is a tenth, 1070 (1000 + 70) and 1190 (1000 + 190).
    content = note(2260)

    assert amounts(content) == [(1000, 70), (1000, 190)]
    assert (content["kind"], content["title"]) == ("credit_note", "credit_note")
    assert content["corrects"] == {"number": "N-INV-2026-000001", "issued_on": "2026-11-21"}
    assert [row["kind"] for row in content["rows"]] == ["credit", "credit"]


def test_all_at_once_repeats_the_invoice() -> None:
    content = note(22600)

    assert content["is_full"]
    assert content["rows"] == invoice_of(QUOTE, "DE")["rows"]
    assert amounts(content) == [(10000, 700), (10000, 1900)]


def test_the_last_takes_what_is_left() -> None:
    first = note(3333)
    last = note(22600 - 3333, first)

    assert [(a + c, b + d) for (a, b), (c, d) in zip(amounts(first), amounts(last), strict=True)
            ] == [(10000, 700), (10000, 1900)]


@pytest.mark.parametrize("minor", [22601, 0])
def test_never_more_than_the_invoice(minor: int) -> None:
    with pytest.raises(Conflict, match="credit_too_large"):
        note(minor)


def test_never_more_than_is_left() -> None:
    with pytest.raises(Conflict, match="credit_too_large"):
        note(20000, note(3000))


def test_tax_of_a_confirmed_business_is_given_back_alone() -> None:
    content = credit_note(invoice_of(QUOTE, "DE"), [], Money(2600, "EUR"), "vat_credit", SAID)

    assert amounts(content) == [(0, 700), (0, 1900)]
    assert content["is_off_norm"]
    assert amounts(note(20000, content)) == [(10000, 0), (10000, 0)]


def test_another_currency_is_refused() -> None:
    with pytest.raises(Conflict, match="credit_too_large"):
        credit_note(invoice_of(QUOTE, "DE"), [], Money(100, "USD"), "goodwill", SAID)

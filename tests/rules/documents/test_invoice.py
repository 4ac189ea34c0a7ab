"""What an invoice says of a quote, worked out by hand from the rules (cross-border rules §1 ff)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.kernel.address import Destination
from app.kernel.errors import Conflict
from app.rules.documents.content import LocalCurrency, invoice
from app.rules.documents.supplies import supplies
from app.rules.documents.timing import is_due
from app.rules.facts import PromotionFacts
from app.rules.quote import as_dict
from tests.rules.asked import NOW, ask, company, line, seller
from tests.rules.documents.paper import DAY, SELLER, adds_up, facts, invoice_of

DE, FR, AT = Destination("DE", postal_code="10115"), Destination("FR", postal_code="75001"), (
    Destination("AT", postal_code="1010"))
JP, GB, US = Destination("JP", postal_code="100-0001"), Destination("GB", postal_code="SW1A 1AA"), (
    Destination("US", "CA", "90012"))
IN_JAPAN = replace(seller("JP"), registrations=frozenset({"JP"}))


def groups(content: dict) -> list[tuple[str, str, int, int]]:
    """Category, percent, net and tax of each VAT group."""
    return [(row["category"], row["percent"], row["net"], row["tax"]) for row in content["groups"]]


def test_gross_prices_of_two_rates_share_the_shipping() -> None:
    # §10: 2000 at 7 % and 3000 at 19 %, shipping 500: 2056/144 and 2773/527.
    quote = ask(DE, line(2000, line="1", sku="BOOK", tax_category="books", hs_code="490199"),
                line(3000, line="2", sku="TEE"), shipping=500)

    content = invoice_of(quote, "DE")

    assert groups(content) == [("S", "7", 2056, 144), ("S", "19", 2773, 527)]
    assert [(row["kind"], row["amount"], row["net"], row["group"]) for row in content["rows"]] == [
        ("goods", 2000, 1869, 0), ("goods", 3000, 2521, 1),
        ("shipping", 200, 187, 0), ("shipping", 300, 252, 1)]
    assert content["sums"]["total"] == quote.total.minor == 5500
    assert adds_up(content)


def test_distance_sales_bear_the_tax_of_arrival() -> None:
    # §1.1: Paris, 5990 kept gross at 20 %: net 4992, tax 998.
    content = invoice_of(ask(FR, line(5990)), "FR")

    assert groups(content) == [("S", "20", 4992, 998)]
    assert "treatment:OSS_UNION" in content["notes"]
    assert (content["form"], content["title"]) == ("eu", "invoice")
    assert content["seller"]["ids"] == [["vat_id", "DE136695976"]]


def test_a_supply_to_another_member_names_its_article_and_both_numbers() -> None:
    # §1.4: DE -> AT, valid ATU id, net 24900: tax 0.
    quote = ask(AT, line(24900), included=False, customer=company("ATU12345675"))

    content = invoice_of(quote, "AT", buyer_tax_id="ATU12345675")

    assert groups(content) == [("K", "0", 24900, 0)]
    assert "vatex:VATEX-EU-IC" in content["notes"]
    assert content["buyer"]["tax_id"] == "ATU12345675"
    assert content["seller"]["vat_id"] == "DE136695976"


def test_only_a_supply_to_another_member_waits_for_the_dispatch() -> None:
    to_business = as_dict(ask(AT, line(24900), included=False, customer=company("ATU12345675")))
    to_consumer = as_dict(ask(FR, line(5990)))

    assert not is_due(to_business, is_paid=True, is_dispatched=False)
    assert is_due(to_business, is_paid=True, is_dispatched=True)
    assert is_due(to_consumer, is_paid=True, is_dispatched=False)
    assert not is_due(to_consumer, is_paid=False, is_dispatched=False)


def test_duty_and_border_tax_laid_out_are_no_tax_of_the_seller() -> None:
    quote = ask(JP, line(12000, "JPY"), shipping=2000, included=False)

    content = invoice_of(quote, "JP")

    assert content["groups"][0]["category"] == "G"
    assert content["groups"][0]["net"] == 14000
    assert all(group["tax"] == 0 for group in content["groups"])
    assert {row["kind"] for row in content["rows"]} <= {"goods", "shipping", "duty", "fee",
                                                        "import_tax"}
    assert content["sums"]["total"] == quote.total.minor
    assert adds_up(content)


def test_a_qualified_invoice_marks_the_reduced_rate_and_bears_the_number() -> None:
    # §6: one rounding per rate; 10 %: 1250 + 380 = 1630 -> 163; 8 %: 745 -> 59 or 60.
    quote = ask(JP, line(1250, "JPY", line="1", sku="A"), line(380, "JPY", line="2", sku="B"),
                line(745, "JPY", line="3", sku="TEA", tax_category="food"), ship_from="JP",
                included=False, seller=IN_JAPAN)

    content = invoice_of(quote, "JP", {"JP": "T1234567890123"})

    assert (content["form"], content["title"]) == ("jp", "qualified_invoice")
    assert ["jp_number", "T1234567890123"] in content["seller"]["ids"]
    assert [(row["sku"], row["is_marked"]) for row in content["rows"]] == [
        ("A", False), ("B", False), ("TEA", True)]
    assert groups(content) == [("S", "10", 1630, 163), ("S", "8", 745, 60)]
    assert "marked_rate" in content["notes"]


def test_a_title_that_promises_a_number_is_not_borne_without_it() -> None:
    quote = ask(JP, line(1250, "JPY"), ship_from="JP", included=False, seller=IN_JAPAN)

    assert invoice_of(quote, "JP")["title"] == "invoice"


def test_a_discount_lowers_the_base_and_stands_with_its_line() -> None:
    off = PromotionFacts("p", "", "off", "order", frozenset(), Decimal(10), None, None)

    content = invoice_of(ask(DE, line(11900, quantity=2), promotions=(off,)), "DE")

    row = content["rows"][0]
    assert (row["unit"], row["goods"], row["discount"], row["amount"]) == (
        11900, 23800, 2380, 21420)
    assert groups(content) == [("S", "19", 18000, 3420)]


def test_vat_is_also_said_in_the_currency_of_the_state() -> None:
    # Art. 230: USD 998 of French VAT at 1 USD = 0.9 EUR is EUR 898 (8.982).
    rate = LocalCurrency("EUR", 2, Decimal("0.9"), "ecb", DAY)

    content = invoice_of(ask(FR, line(5990, "USD")), "FR", local={"FR": rate})

    assert content["groups"][0]["tax"] == 998
    assert content["local"] == [{"currency": "EUR", "rate": "0.9", "source": "ecb",
                                 "as_of": "2026-11-21", "tax": 898}]


def test_united_states_sales_tax_is_no_vat() -> None:
    quote = ask(US, line(10000, "USD"), included=False,
                seller=seller("DE", "DE", "OSS:DE", "US:CA"))

    content = invoice_of(quote, "US")

    assert [row["kind"] for row in content["rows"]].count("sales_tax") == 1
    assert all(group["tax"] == 0 for group in content["groups"])
    assert adds_up(content)


def test_the_uk_scheme_makes_a_vat_invoice() -> None:
    # §4: gross 9900 -> net 8250, tax 1650.
    quote = ask(GB, line(9900, "GBP"), seller=seller("DE", "DE", "OSS:DE", "GB"))

    content = invoice_of(quote, "GB", {"GB": "GB123456789"})

    assert groups(content) == [("S", "20", 8250, 1650)]
    assert (content["form"], content["title"]) == ("gb", "vat_invoice")
    assert content["seller"]["ids"] == [["gb_vat", "GB123456789"], ["vat_id", "DE136695976"]]


def test_an_order_from_before_the_parts_is_refused_and_not_guessed() -> None:
    frozen = as_dict(ask(DE, line(2000)))
    for row in frozen["consignments"]:  # type: ignore[attr-defined]
        row["parts"] = []

    with pytest.raises(Conflict, match="papers_lack_facts"):
        supplies(frozen)


def test_the_same_facts_give_the_same_content() -> None:
    frozen = as_dict(ask(DE, line(2000), now=NOW))

    assert invoice(frozen, facts("DE", frozen)) == invoice(frozen, facts("DE", frozen))
    assert facts("DE", frozen).seller == SELLER

"""E-invoices of every treatment pass the official XSD and schematron of EN 16931."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.documents.content import Content, LocalCurrency
from app.rules.documents.credit import credit_note
from app.rules.quote import as_dict
from app.services.documents import einvoices
from tests.rules.asked import ask, company, line, percent_off, seller
from tests.rules.documents.paper import facts, invoice_of
from tests.services.documents.schematron import broken

DE, FR, AT = Destination("DE", postal_code="10115"), Destination("FR", postal_code="75001"), (
    Destination("AT", postal_code="1010"))
GB, JP, KW = Destination("GB", postal_code="SW1A 1AA"), Destination("JP", postal_code="100-0001"), (
    Destination("KW"))
US, QC, CANARIES = Destination("US", "CA", "90012"), Destination("CA", "QC", "H2X 1Y4"), (
    Destination("ES", postal_code="35001"))
NAMES = {"cii": "{urn:un:unece:uncefact:data:standard:"
                "ReusableAggregateBusinessInformationEntity:100}",
         "ubl": "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"}


def two_rates() -> Content:
    return invoice_of(ask(
        DE, line(1999, line="1", sku="BOOK", tax_category="books", quantity=3),
        line(3333, line="2", sku="TEE", quantity=7), shipping=495,
        promotions=(percent_off("10"),)), "DE")


def to_member() -> Content:
    quote = ask(AT, line(24900), included=False, customer=company("ATU12345675"))
    return invoice_of(quote, "AT", buyer_tax_id="ATU12345675", supplied_on=date(2026, 11, 21))


def iossed() -> Content:
    quote = ask(DE, line(12000), ship_from="CN", seller=seller("DE", "DE", "IOSS"))
    return invoice_of(quote, "DE")


def in_dollars() -> Content:
    rate = LocalCurrency("EUR", 2, Decimal("0.9"), "ecb", date(2026, 11, 20))
    return invoice_of(ask(FR, line(5990, "USD"), shipping=700), "FR", local={"FR": rate})


def free() -> Content:
    return invoice_of(ask(DE, line(3333, quantity=3), promotions=(percent_off("100"),)), "DE")


CASES: dict[str, Callable[[], Content]] = {
    "two rates, discount, shipping": two_rates,
    "OSS": lambda: invoice_of(ask(FR, line(5990)), "FR"),
    "intra-Community": to_member,
    "export to a territory": lambda: invoice_of(ask(CANARIES, line(10000), shipping=1200), "ES"),
    "export to the US": lambda: invoice_of(ask(US, line(12999, "USD"), shipping=2500), "US"),
    "UK scheme": lambda: invoice_of(
        ask(GB, line(9900, "GBP"), seller=seller("DE", "DE", "GB")), "GB"),
    "IOSS with the three euro": iossed,
    "yen, prepaid import": lambda: invoice_of(
        ask(JP, line(12345, "JPY", quantity=3), shipping=2000), "JP"),
    "dinar of three decimals": lambda: invoice_of(
        ask(KW, line(6754, "KWD", quantity=3), shipping=1239), "KW"),
    "outside the scope": lambda: invoice_of(
        ask(US, line(5000, "USD"), included=False, ship_from="JP"), "US"),
    "Canada's two taxes": lambda: invoice_of(
        ask(QC, line(5000, "CAD"), included=False, ship_from="CA",
            seller=seller("CA", "CA")), "CA"),
    "VAT in another currency": in_dollars,
    "nothing to pay": free,
}


@pytest.mark.parametrize("form", ["cii", "ubl"])
@pytest.mark.parametrize("case", CASES)
def test_an_invoice_is_valid(case: str, form: str) -> None:
    assert broken(einvoices.xml(CASES[case](), form), form) == []


@pytest.mark.parametrize("form", ["cii", "ubl"])
@pytest.mark.parametrize("case", ["two rates, discount, shipping", "yen, prepaid import",
                                  "dinar of three decimals", "intra-Community"])
def test_a_credit_note_is_valid_and_names_its_invoice(case: str, form: str) -> None:
    content = CASES[case]()
    frozen = as_dict(ask(DE, line(100)))
    said = facts("DE", frozen, number="N-CRN-2026-000001")
    third = Money(content["sums"]["total"] // 3, content["currency"])
    part = credit_note(content, [], third, "goodwill", said)
    rest = Money(content["sums"]["total"] - third.minor, content["currency"])

    for note in (part, credit_note(content, [part], rest, "cancelled", said),
                 credit_note(content, [], third + rest, "cancelled", said)):
        xml = einvoices.xml(note, form)
        assert broken(xml, form) == []
        assert b"N-INV-2026-000001" in xml


@pytest.mark.parametrize("form", ["cii", "ubl"])
def test_the_checks_find_what_is_wrong(form: str) -> None:
    root = etree.fromstring(einvoices.xml(two_rates(), form))
    name = "GrandTotalAmount" if form == "cii" else "TaxInclusiveAmount"
    found = next(root.iter(NAMES[form] + name))
    found.text = str(Decimal(found.text or "0") + 1)

    assert any("BR-CO-15" in one for one in broken(etree.tostring(root), form))


@pytest.mark.parametrize(("case", "total"), [
    ("OSS", "59.90"), ("yen, prepaid import", None), ("dinar of three decimals", None),
    ("VAT in another currency", "66.90"),
])
@pytest.mark.parametrize("form", ["cii", "ubl"])
def test_what_was_paid_is_the_quote_s_total(case: str, total: str | None, form: str) -> None:
    content = CASES[case]()
    root = etree.fromstring(einvoices.xml(content, form))
    name = "TotalPrepaidAmount" if form == "cii" else "PrepaidAmount"
    paid = Decimal(next(root.iter(NAMES[form] + name)).text or "0")

    exact = Money(content["sums"]["total"], content["currency"]).major
    assert abs(paid - exact) < Decimal("0.01")
    assert content["currency"] == "KWD" or paid == exact
    assert total is None or paid == Decimal(total)
    currencies = {each.get("currencyID") for each in root.iter() if each.get("currencyID")}
    assert currencies <= {content["currency"], "EUR"}


def test_no_scheme_number_is_ever_printed() -> None:
    content = invoice_of(ask(DE, line(12000), ship_from="CN", seller=seller("DE", "DE", "IOSS")),
                         "DE", {"IOSS": "IM2760000742", "home": "x"})

    assert "IM2760000742" not in str(content)
    assert b"IM2760000742" not in einvoices.xml(content, "cii")

"""Worked examples of the cross-border rules, through the quote itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.facts import MarketFacts
from app.rules.quote import as_dict, quote
from app.rules.rate_book import FeeRow
from app.rules.result import Quote
from app.rules.shipping_rows import FreeShippingRow
from tests.rules.asked import (
    LAW,
    ask,
    company,
    facts,
    law,
    line,
    percent_off,
    seller,
    served,
    tariff,
)

PARIS = Destination("FR", postal_code="75001")
BERLIN = Destination("DE", postal_code="10115")
LONDON = Destination("GB", postal_code="SW1A 1AA")
OSLO = Destination("NO", postal_code="0150")
ZURICH = Destination("CH", postal_code="8001")
EVERYWHERE = seller("DE", "DE", "OSS:DE", "IOSS", "NO:VOEC", "CH", "AU", "NZ", "SG", "CA")
NOWHERE = seller("CN", "CN", oss_opted=False)


def sums(found: Quote) -> tuple[str, int, int, int, int]:
    """Treatment, tax, duty, fees, total."""
    return (found.consignments[0].treatment, found.tax.minor, found.duty.minor, found.fees.minor,
            found.total.minor)


@pytest.mark.parametrize(
    ("to", "minor", "currency", "answer", "how"),
    [
        (PARIS, 5990, "EUR", ("OSS_UNION", 998, 0, 0, 5990), {}),
        (Destination("SE", postal_code="11120"), 23800, "EUR",
         ("OSS_UNION", 4760, 0, 0, 23800), {}),
        (BERLIN, 11900, "EUR", ("DOMESTIC", 1900, 0, 0, 11900), {}),
        (Destination("MC", postal_code="98000"), 5990, "EUR", ("OSS_UNION", 998, 0, 0, 5990), {}),
        (Destination("GB", postal_code="BT1 1AA"), 12000, "GBP",
         ("OSS_UNION", 2000, 0, 0, 12000), {}),
        (LONDON, 9900, "GBP", ("UK_LOW_VALUE_POS", 1650, 0, 0, 9900), {}),
        (ZURICH, 21620, "CHF", ("CH_MAIL_ORDER", 1620, 0, 0, 21620), {"seller": EVERYWHERE}),
        (Destination("KW"), 12345, "KWD", ("NO_TAX_COUNTRY", 0, 0, 0, 12345),
         {"seller": seller("KW", "KW"), "ship_from": "KW"}),
    ],
)
def test_prices_with_tax_keep_their_amount(
    to: Destination, minor: int, currency: str, answer: tuple[Any, ...], how: dict[str, Any]
) -> None:
    found = ask(to, line(minor, currency), **how)
    assert sums(found) == answer
    assert found.tax_included == found.tax


@pytest.mark.parametrize(
    ("to", "minor", "currency", "shipping", "answer", "how"),
    [
        (Destination("AU", postal_code="2000"), 22000, "AUD", 1500,
         ("AU_LVG", 2350, 0, 0, 25850), {}),
        (Destination("NZ", postal_code="1010"), 30000, "NZD", 2000,
         ("NZ_LVG", 4800, 0, 0, 36800), {}),
        (Destination("SG", postal_code="018989"), 25000, "SGD", 0,
         ("SG_LVG", 2250, 0, 0, 27250), {}),
        (Destination("CA", "QC", "H2X 1Y4"), 5000, "CAD", 0,
         ("CA_GST_HST", 749, 0, 0, 5749), {"seller": seller("CA", "CA"), "ship_from": "CA"}),
        (Destination("BH"), 4500, "BHD", 0, ("DOMESTIC", 450, 0, 0, 4950),
         {"seller": seller("BH", "BH"), "ship_from": "BH"}),
        (Destination("US", "OH", "43004"), 10000, "USD", 0, ("US_NO_NEXUS", 0, 0, 0, 10000),
         {"seller": seller("US", "US:CA"), "ship_from": "US"}),
    ],
)
def test_tax_at_sale_on_top(
    to: Destination, minor: int, currency: str, shipping: int, answer: tuple[Any, ...],
    how: dict[str, Any],
) -> None:
    found = ask(to, line(minor, currency), shipping=shipping, included=False,
                **({"seller": EVERYWHERE} | how))
    assert sums(found) == answer
    assert not found.tax_included


@pytest.mark.parametrize(
    ("to", "area", "minor", "currency", "shipping", "percent", "answer", "ship_from"),
    [
        (BERLIN, "EU", 18000, "EUR", 2000, "12", (4256, 2400, 26656), "CN"),
        (LONDON, "GB", 16000, "GBP", 1000, "12", (3808, 2040, 22848), "DE"),
        (Destination("AU", postal_code="2000"), "AU", 150000, "AUD", 10000, "5",
         (16750, 7500, 184250), "DE"),
        (Destination("CA", "ON", "M5V 2T6"), "CA", 10000, "CAD", 0, "18",
         (1534, 1800, 13334), "CN"),
        (Destination("KR", postal_code="04524"), "KR", 20000, "USD", 0, "13",
         (2260, 2600, 24860), "DE"),
        (Destination("US", "TX", "73301"), "US", 12000, "USD", 2500, "16.5",
         (0, 1980, 16480), "CN"),
        (Destination("BR", postal_code="01310-100"), "BR", 3000, "USD", 0, "20",
         (737, 600, 4337), "CN"),
    ],
)
def test_imports_prepaid(
    to: Destination, area: str, minor: int, currency: str, shipping: int, percent: str,
    answer: tuple[int, int, int], ship_from: str,
) -> None:
    found = ask(to, line(minor, currency), shipping=shipping, included=False, seller=NOWHERE,
                ship_from=ship_from, book=tariff(area, ("610910", "*", "mfn", percent)))
    assert found.consignments[0].treatment == "IMPORT"
    assert (found.tax.minor, found.duty.minor, found.total.minor) == answer
    assert not found.due_at_door.tax
    assert {tax.collected_by for tax in found.taxes} <= {"customs"}


def test_the_threshold_of_ten_thousand_counts_this_sale() -> None:
    so_far = seller("DE", "DE", oss_opted=False, sales_this_year=Money(988_000, "EUR"))
    crossing = ask(PARIS, line(17850), seller=so_far)
    assert sums(crossing) == ("OSS_UNION", 2975, 0, 0, 17850)
    below = ask(PARIS, line(11900), seller=so_far)
    assert sums(below) == ("ORIGIN_BELOW_10K", 1900, 0, 0, 11900)
    last_year = replace(so_far, sales_last_year=Money(1_000_001, "EUR"))
    assert ask(PARIS, line(11900), seller=last_year).consignments[0].treatment == "OSS_UNION"


def test_a_supply_to_a_business_of_another_member() -> None:
    found = ask(Destination("AT", postal_code="1010"), line(24900), included=False,
                customer=company("ATU12345678"))
    assert sums(found) == ("INTRA_COMMUNITY_SUPPLY", 0, 0, 0, 24900)
    assert found.consignments[0].vatex == "VATEX-EU-IC"
    assert found.consignments[0].einvoice_category == "K"


@pytest.mark.parametrize(("day", "tax"), [((2025, 12, 31), 368), ((2026, 1, 1), 357)])
def test_the_rate_of_the_day(day: tuple[int, int, int], tax: int) -> None:
    found = ask(Destination("FI", postal_code="00100"), line(2999, tax_category="books"),
                now=datetime(*day, 12, tzinfo=UTC))
    assert (found.tax.minor, found.total.minor) == (tax, 2999)


def test_a_special_territory_is_an_export_and_its_tax_is_not_known() -> None:
    found = ask(Destination("FI", postal_code="22100"), line(10000), shipping=1200)
    assert sums(found) == ("EXPORT", 0, 0, 0, 11200)
    assert found.due_at_door.tax is None
    assert found.due_at_door.duty == Money(0, "EUR")  # inside the EU's customs territory
    assert not found.tax_included
    assert {"tax_unknown", "price_kept"} <= {why.rule for why in found.why}


def test_the_importer_pays_the_tax_of_the_canary_islands() -> None:
    found = ask(Destination("ES", postal_code="35001"), line(10000), shipping=1200)
    assert sums(found) == ("EXPORT", 0, 0, 0, 11200)
    assert found.due_at_door.tax == Money(784, "EUR")  # 7 % of 11200


def test_local_tax_of_a_territory_is_due_at_the_door() -> None:
    found = ask(Destination("FR", postal_code="97400"), line(10000), included=False)
    assert sums(found) == ("EXPORT", 0, 0, 0, 10000)
    assert found.due_at_door.tax == Money(850, "EUR")


def test_three_euros_for_each_heading_under_ioss() -> None:
    goods = [
        line(2000, quantity=2, line="1"), line(5000, hs_code="620342", line="2", sku="T"),
        line(3000, hs_code="420330", line="3", sku="B"),
    ]
    found = ask(BERLIN, *goods, included=False, seller=EVERYWHERE, ship_from="CN")
    assert sums(found) == ("IOSS", 2280, 0, 900, 15180)
    assert found.fees_lines[0].replaces_duty
    assert [code for code, _ in found.fees_lines[0].headings] == ["610910", "620342", "420330"]


def test_the_three_euros_are_taxed_without_ioss() -> None:
    found = ask(PARIS, line(5000), shipping=700, included=False, seller=NOWHERE, ship_from="CN")
    assert (found.tax.minor, found.duty.minor) == (1200, 0)
    assert {fee.code: fee.amount.minor for fee in found.fees_lines} == {
        "EU_FLAT_3": 300, "FR_SMALL_PARCEL": 200}


def test_voec_looks_at_each_item() -> None:
    two = ask(OSLO, line(125000, "NOK", quantity=2), seller=EVERYWHERE)
    assert sums(two) == ("VOEC", 50000, 0, 0, 250000)
    dear = ask(OSLO, line(400000, "NOK"), seller=EVERYWHERE)
    assert dear.consignments[0].treatment == "IMPORT"
    food = ask(OSLO, line(20000, "NOK", tax_category="food"), seller=EVERYWHERE)
    assert food.consignments[0].treatment == "IMPORT"


def test_small_swiss_import_tax_is_not_levied() -> None:
    small = ask(ZURICH, line(6170, "CHF"), included=False, seller=NOWHERE)
    assert (small.tax.minor, small.total.minor) == (0, 6170)
    assert "tax_too_small" in {why.rule for why in small.why}
    larger = ask(ZURICH, line(6250, "CHF"), included=False, seller=NOWHERE)
    assert larger.tax.minor == 505  # 5.0625, in steps of 0.05


def test_japan_cuts_base_and_tax() -> None:
    found = ask(Destination("JP", postal_code="100-0001"), line(15_990, "JPY"), shipping=1000,
                included=False, seller=NOWHERE, book=tariff("JP", ("61", "*", "mfn", "10.9")))
    assert found.duty == Money(1700, "JPY")  # 16,000 × 10.9 % = 1,744
    assert found.tax == Money(1800, "JPY")  # 18,690 -> 18,000 × 10 %


@pytest.mark.parametrize(("minor", "category", "tax"), [(1630, "standard", 163), (745, "food", 59)])
def test_japan_may_round_down(minor: int, category: str, tax: int) -> None:
    found = ask(Destination("JP"), line(minor, "JPY", tax_category=category), ship_from="JP",
                seller=seller("JP", "JP"), market=MarketFacts("jp", False, direction="down"))
    assert found.tax.minor == tax


def test_shipping_follows_the_goods_by_value() -> None:
    goods = [line(2000, tax_category="books", line="1"), line(3000, line="2", sku="S")]
    found = ask(BERLIN, *goods, shipping=500)
    assert [(tax.net.minor, tax.tax.minor) for tax in found.taxes] == [(2056, 144), (2773, 527)]
    highest = ask(BERLIN, *goods, shipping=500,
                  market=MarketFacts("de", True, shipping_tax="highest"))
    assert [tax.net.minor + tax.tax.minor for tax in highest.taxes] == [2000, 3500]


def test_categories_of_one_rate_are_rounded_together() -> None:
    goods = [line(333, tax_category="medicine", line="1"), line(333, line="2", sku="S")]
    found = ask(BERLIN, *goods)
    assert len(found.taxes) == 1
    assert found.taxes[0].net.minor == 560


def test_preference_needs_proof() -> None:
    book = tariff("EU", ("6109", "*", "mfn", "12"), ("6109", "GB", "preference", "0"))
    to = Destination("NL", postal_code="1011")
    how: dict[str, Any] = {"included": False, "seller": NOWHERE, "ship_from": "GB", "book": book}
    assert ask(to, line(20000), **how).duty.minor == 2400
    assert ask(to, line(20000, origin="GB"), **how).duty.minor == 2400
    assert ask(to, line(20000, origin="GB"), has_origin_proof=True, **how).duty.minor == 0


def test_antidumping_comes_on_top() -> None:
    book = tariff("EU", ("8712", "*", "mfn", "14"), ("8712", "CN", "antidumping", "48.5"))
    found = ask(BERLIN, line(50000, hs_code="871200"), included=False, seller=NOWHERE,
                ship_from="CN", book=book)
    assert [duty.duty.minor for duty in found.duties] == [7000, 24250]
    assert found.tax.minor == 15438


def test_brokerage_is_at_least_its_minimum_and_outside_the_tax() -> None:
    fee = FeeRow("f", "DE", "BROKER", "Brokerage", "consignment", Money(1400, "EUR"), None, "",
                 False, False, False, LAW, Decimal("2.5"))
    book = replace(tariff("EU", ("", "*", "mfn", "0")), fees={"DE": (fee,)})
    how: dict[str, Any] = {"included": False, "seller": NOWHERE, "ship_from": "CN"}
    assert ask(BERLIN, line(100000), book=book, **how).fees.minor == 1400
    assert ask(BERLIN, line(1000000), book=book, **how).fees.minor == 4750


def test_unknown_duty_is_never_zero() -> None:
    book = tariff("GB", ("99", "*", "mfn", "1"))
    found = ask(LONDON, line(20000, "GBP"), book=book)
    assert found.consignments[0].incoterm == "DAP"
    assert found.due_at_door.duty is None
    assert found.due_at_door.tax is None
    assert not found.due_at_door.is_known
    assert (found.duty.minor, found.tax_included.minor, found.total.minor) == (0, 0, 20000)
    assert {"duty_unknown", "not_prepaid", "price_kept"} <= {why.rule for why in found.why}


def test_goods_without_code_or_origin_are_unknown_too() -> None:
    for goods in (line(20000, "GBP", hs_code=""), line(20000, "GBP", origin="")):
        assert ask(LONDON, goods).due_at_door.duty is None


def test_at_the_door_is_an_estimate_that_is_not_charged() -> None:
    found = ask(LONDON, line(16000, "GBP"), shipping=1000, included=False, incoterm="DAP",
                book=tariff("GB", ("", "*", "mfn", "12")))
    assert found.total.minor == 17000
    due = found.due_at_door
    assert (due.duty, due.tax) == (Money(2040, "GBP"), Money(3808, "GBP"))
    assert found.taxes == found.duties == ()


def test_tax_at_sale_is_charged_even_when_duty_is_due_at_the_door() -> None:
    found = ask(BERLIN, line(10000), included=False, seller=EVERYWHERE, ship_from="CN",
                incoterm="DAP")
    assert sums(found) == ("IOSS", 1900, 0, 0, 11900)
    assert found.due_at_door.fees == Money(300, "EUR")
    assert found.due_at_door.tax == Money(0, "EUR")


def test_an_unknown_tax_is_said() -> None:
    found = ask(Destination("AQ"), line(10000), included=False)
    assert found.due_at_door.tax is None
    assert found.is_estimate


def test_dispatch_and_order_by_come_from_the_promise() -> None:
    found = ask(PARIS, line(5990))
    assert found.option is not None
    assert found.option.dispatches == (("W", date(2026, 11, 23)),)  # a Saturday's order
    assert found.option.order_by == datetime(2026, 11, 23, 14, tzinfo=UTC)
    assert found.consignments[0].dispatch == date(2026, 11, 23)


def test_customs_days_follow_the_territory() -> None:
    mainland = ask(Destination("ES", postal_code="28001"), line(5990))
    islands = ask(Destination("ES", postal_code="35001"), line(5990))
    assert mainland.option is not None
    assert islands.option is not None
    assert islands.option.latest >= mainland.option.latest


def test_nothing_to_quote_and_no_way_there() -> None:
    assert ask(PARIS).problems == ("cart_empty",)
    goods = facts(PARIS, line(5990))
    assert quote(goods, served(law(), BERLIN, Money(0, "EUR"))).problems == ("no_delivery",)


def test_a_marketplace_collects_by_itself() -> None:
    found = ask(LONDON, line(10000, "GBP"), included=False, is_platform_sale=True)
    assert sums(found) == ("MARKETPLACE_COLLECTS", 0, 0, 0, 10000)


def test_the_kept_form_is_plain() -> None:
    plain = as_dict(ask(PARIS, line(5990), promotions=(percent_off("10"),)))
    assert plain["total"] == {"minor": 5391, "currency": "EUR"}
    assert plain["option"]["dispatches"] == [["W", "2026-11-23"]]  # type: ignore[index]


def test_freight_is_not_free() -> None:
    book = replace(law(), free_shipping=(FreeShippingRow(
        "m", "standard", Money(5000, "EUR"), LAW),))
    parcel = ask(PARIS, line(5990, weight_g=31_500), shipping=900, book=book)
    assert parcel.option is not None
    assert (parcel.shipping.minor, parcel.option.is_free_by) == (0, "threshold")
    sofa = ask(PARIS, line(5990, weight_g=31_501), shipping=900, book=book)
    assert sofa.option is not None
    assert (sofa.shipping.minor, sofa.option.is_free_by) == (900, "")
    assert "freight_is_not_free" in {why.rule for why in sofa.why}

"""One treatment for every place, seller and buyer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.facts import CustomerFacts, SellerFacts
from app.rules.places import crosses_border, locate, rates_of
from app.rules.treatment import Decision, Sale, decide
from tests.rules.asked import CONSUMER, company, law, seller

DAY = date(2026, 11, 21)
EURO = Money(10_000, "EUR")


def decided(
    country: str, postcode: str = "", *, who: SellerFacts | None = None, ship_from: str = "DE",
    customer: CustomerFacts = CONSUMER, value: Money = EURO, region: str = "", city: str = "",
    category: str = "standard", seller_side: bool = False,
) -> Decision:
    area = locate(Destination(country, region, postcode, city), law())
    sale = Sale(who or seller(), customer, ship_from, area, value, value, value,
                frozenset({category}), is_seller_side=seller_side)
    return decide(sale, law(), DAY)


@pytest.mark.parametrize(
    ("country", "postcode", "city", "tax", "customs", "is_eu_vat"),
    [
        ("DE", "10115", "", "DE", "EU", True), ("ES", "35001", "", "IC", "EU", False),
        ("ES", "51001", "", "EA", "EA", False), ("FI", "22100", "", "AX", "EU", False),
        ("DE", "78266", "", "CH", "CH", False), ("DE", "27498", "", "DE-HEL", "DE-HEL", False),
        ("DE", "27499", "", "DE", "EU", True), ("IT", "23041", "", "IT-LIV", "IT-LIV", False),
        ("IT", "23030", "Livigno", "IT-LIV", "IT-LIV", False),
        ("IT", "23030", "Valdidentro", "IT", "EU", True),
        ("IT", "22061", "", "IT-CAM", "EU", False), ("GR", "63086", "", "GR-69", "EU", False),
        ("FR", "97100", "", "GP", "EU", False), ("FR", "97133", "", "BL", "BL", False),
        ("FR", "97150", "", "MF", "EU", False), ("FR", "98000", "", "FR", "EU", True),
        ("MC", "98000", "", "FR", "EU", True), ("GB", "BT1 1AA", "", "GB", "EU", True),
        ("GB", "SW1A 1AA", "", "GB", "GB", False), ("IM", "IM1 1AA", "", "GB", "GB", False),
        ("GB", "JE2 3AB", "", "JE", "GB", False), ("PT", "9000-001", "", "PT-30", "EU", True),
        ("PT", "9500-001", "", "PT-20", "EU", True), ("FR", "20000", "", "FR", "EU", True),
        ("AT", "6691", "", "AT", "EU", True), ("NO", "9170", "", "SJ", "SJ", False),
        ("LI", "9490", "", "LI", "CH", False), ("US", "90012", "", "US", "US", False),
    ],
)
def test_where_a_place_lies(
    country: str, postcode: str, city: str, tax: str, customs: str, is_eu_vat: bool
) -> None:
    area = locate(Destination(country, "", postcode, city), law())
    assert (area.tax, area.customs, area.is_eu_vat) == (tax, customs, is_eu_vat)


@pytest.mark.parametrize(
    ("origin", "country", "postcode", "crosses"),
    [("DE", "FR", "75001", False), ("DE", "ES", "35001", True), ("DE", "GB", "BT1 1AA", False),
     ("DE", "GB", "SW1A 1AA", True), ("CH", "LI", "9490", False), ("GB", "IM", "", False)],
)
def test_borders(origin: str, country: str, postcode: str, crosses: bool) -> None:
    places = [locate(Destination(origin), law()),
              locate(Destination(country, postal_code=postcode), law())]
    assert crosses_border(*places) is crosses


def test_rates_are_those_of_the_region_where_it_has_its_own() -> None:
    assert rates_of(locate(Destination("CA", "QC"), law()), law()) == "CA-QC"
    assert rates_of(locate(Destination("CA"), law()), law()) == "CA"


@pytest.mark.parametrize(
    ("country", "postcode", "code", "jurisdiction"),
    [
        ("DE", "10115", "DOMESTIC", "DE"), ("FR", "75001", "OSS_UNION", "FR"),
        ("PT", "9000-001", "OSS_UNION", "PT-30"), ("GB", "BT1 1AA", "OSS_UNION", "GB"),
        ("ES", "35001", "EXPORT", "IC"), ("DE", "78266", "EXPORT", "CH"),
        ("GI", "", "EXPORT", "GI"), ("SM", "47890", "EXPORT", "SM"),
        ("VA", "00120", "EXPORT", "VA"),
        ("AD", "AD500", "EXPORT", "AD"), ("JE", "JE2 3AB", "EXPORT", "JE"),
        ("GB", "SW1A 1AA", "UK_LOW_VALUE_POS", "GB"), ("IM", "IM1 1AA", "UK_LOW_VALUE_POS", "GB"),
        ("NO", "0150", "IMPORT", "NO"), ("CH", "8001", "IMPORT", "CH"), ("JP", "", "IMPORT", "JP"),
    ],
)
def test_a_german_shop_sells_to_consumers(
    country: str, postcode: str, code: str, jurisdiction: str
) -> None:
    found = decided(country, postcode)
    assert (found.code, found.jurisdiction) == (code, jurisdiction)


@pytest.mark.parametrize(
    ("customer", "country", "code", "jurisdiction"),
    [
        (company("FR40303265045"), "FR", "INTRA_COMMUNITY_SUPPLY", ""),
        (company("BE0417497106"), "FR", "INTRA_COMMUNITY_SUPPLY", ""),
        (company("EL094259216"), "GR", "INTRA_COMMUNITY_SUPPLY", ""),
        (company("DE136695976"), "FR", "ORIGIN_VAT_B2B", "DE"),
        (company("GB980780684"), "FR", "OSS_UNION", "FR"),
        (company("FR40303265045", "invalid"), "FR", "OSS_UNION", "FR"),
        (company("FR40303265045", "unavailable"), "FR", "OSS_UNION", "FR"),
        (company("DE136695976"), "DE", "DOMESTIC", "DE"),
    ],
)
def test_a_german_shop_sells_to_businesses(
    customer: CustomerFacts, country: str, code: str, jurisdiction: str
) -> None:
    found = decided(country, customer=customer)
    assert (found.code, found.jurisdiction) == (code, jurisdiction)


@pytest.mark.parametrize(
    ("country", "postcode"), [("DE", "27498"), ("IT", "23041"), ("GR", "63086"), ("FI", "22100")]
)
def test_a_territory_of_the_sellers_own_country_is_an_export(country: str, postcode: str) -> None:
    found = decided(country, postcode, who=seller(country), ship_from=country)
    assert found.code == "EXPORT"
    assert decided("PT", "9000-001", who=seller("PT"), ship_from="PT").code == "DOMESTIC"


def test_an_unproven_business_may_be_taxed_where_the_goods_leave() -> None:
    strict = replace(seller(), unproven_business="origin")
    found = decided("FR", who=strict, customer=company("FR1", "unavailable"))
    assert (found.code, found.jurisdiction) == ("ORIGIN_VAT_B2B", "DE")


def test_northern_ireland_with_an_xi_number() -> None:
    found = decided("GB", "BT1 1AA", customer=company("XI980780684"))
    assert found.code == "INTRA_COMMUNITY_SUPPLY"


@pytest.mark.parametrize(
    ("who", "ship_from", "code"),
    [
        (seller("DE", "DE", oss_opted=False), "DE", "ORIGIN_BELOW_10K"),
        (seller("DE", "DE", oss_opted=False), "PL", "OSS_UNION"),  # stock in a second member
        (seller("US", "DE", oss_opted=False), "DE", "OSS_UNION"),  # not established here
        (seller("DE", "DE", "FR", oss_opted=False), "DE", "OSS_UNION"),
        (seller("DE", "DE", "OSS:DE", oss_opted=False, sales_this_year=Money(999_000, "EUR")),
         "DE", "OSS_UNION"),
    ],
)
def test_home_tax_needs_every_condition(who: SellerFacts, ship_from: str, code: str) -> None:
    assert decided("FR", "75001", who=who, ship_from=ship_from).code == code


def test_exactly_ten_thousand_is_still_home_tax() -> None:
    who = seller("DE", "DE", oss_opted=False, sales_this_year=Money(990_000, "EUR"))
    assert decided("FR", who=who).code == "ORIGIN_BELOW_10K"
    assert decided("FR", who=who, value=Money(10_001, "EUR")).code == "OSS_UNION"


@pytest.mark.parametrize(
    ("value", "code"),
    [(Money(13_500, "GBP"), "UK_LOW_VALUE_POS"), (Money(13_501, "GBP"), "IMPORT"),
     (Money(15_697, "EUR"), "UK_LOW_VALUE_POS"), (Money(15_698, "EUR"), "IMPORT")],
)
def test_the_british_limit(value: Money, code: str) -> None:
    assert decided("GB", "SW1A 1AA", value=value).code == code


@pytest.mark.parametrize(
    ("country", "registration", "code", "business"),
    [
        ("GB", "DE", "UK_LOW_VALUE_POS", "UK_LOW_VALUE_B2B_REVERSE_CHARGE"),
        ("AU", "AU", "AU_LVG", "AU_LVG_B2B"), ("NZ", "NZ", "NZ_LVG", "NZ_LVG_B2B"),
        ("SG", "SG", "SG_LVG", "SG_LVG_B2B"), ("NO", "NO:VOEC", "VOEC", "IMPORT"),
        ("CH", "CH", "CH_MAIL_ORDER", "CH_MAIL_ORDER"),
        ("LI", "CH", "CH_MAIL_ORDER", "CH_MAIL_ORDER"),
    ],
)
def test_schemes_for_consumers_and_businesses(
    country: str, registration: str, code: str, business: str
) -> None:
    who = seller("DE", "DE", registration)
    assert decided(country, who=who).code == code
    assert decided(country, who=who, customer=company("123456789")).code == business


def test_excise_goods_are_outside_schemes() -> None:
    assert decided("GB", category="alcohol").code == "IMPORT"


@pytest.mark.parametrize(
    ("region", "code", "jurisdiction"),
    [("CA", "US_SALES_TAX", "US-CA"), ("OH", "US_NO_NEXUS", "")],
)
def test_sales_tax_needs_nexus(region: str, code: str, jurisdiction: str) -> None:
    found = decided("US", who=seller("US", "US:CA"), ship_from="US", region=region)
    assert (found.code, found.jurisdiction) == (code, jurisdiction)


def test_nexus_counts_from_abroad_too_and_without_it_the_goods_are_imported() -> None:
    who = seller("DE", "DE", "US:CA")
    assert decided("US", who=who, region="CA").code == "US_SALES_TAX"
    assert decided("US", who=who, region="NY").code == "IMPORT"


def test_countries_without_tax() -> None:
    assert decided("KW", who=seller("KW", "KW"), ship_from="KW").code == "NO_TAX_COUNTRY"


def test_only_the_sellers_side() -> None:
    found = decided("CH", seller_side=True)
    assert (found.code, found.is_export) == ("EXPORT", True)
    assert decided("DE", who=seller("CN", "CN"), ship_from="CN", seller_side=True).code == "IMPORT"

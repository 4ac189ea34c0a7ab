"""What a market lacks, and that nothing is opened or published over it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, update

from app.extensions import transaction
from app.kernel.errors import Conflict, Invalid, NotFound
from app.models.catalogue import Product, Variant
from app.models.market import Market, Seller
from app.models.rates import TaxRate
from app.models.restriction import Restriction
from app.models.shipping import ShippingZone
from app.services import certificates, content_writing, markets
from app.services.catalogue import customs_data
from app.services.outbox import log
from app.services.readiness import front, reports
from tests.world import BOOK, CUP, TEA, product_id

pytestmark = pytest.mark.usefixtures("shop")
LEGAL = ("imprint", "terms", "privacy", "delivery", "returns", "withdrawal")


def codes(market: str) -> set[str]:
    """What blocks a market."""
    return {one.code for one in reports.report(market).blocking}


def of(market: str, code: str) -> tuple[str, ...]:
    """What a finding is about."""
    return next(one.subjects for one in reports.report(market).findings if one.code == code)


def change(*statements: object) -> None:
    """Write something by hand, as an import might."""
    with transaction() as session:
        for statement in statements:
            session.execute(statement)
        for topic in ("rates", "market"):
            log.emit(topic)


def restrict(destination: str, hs: str, kind: str, document: str = "") -> None:
    """A rule of a destination."""
    with transaction() as session:
        session.add(Restriction(destination=destination, hs_prefix=hs, kind=kind,
                                document=document, applies="import",
                                valid_from=date(2020, 1, 1), source="test"))
        log.emit("rates")


def make_ready(*languages: str) -> None:
    """Legal pages, makers and texts, as a merchant would write them."""
    for page in LEGAL:
        for language in languages:
            content_writing.set_page(page, language, page, f"About {page}.", "legal")
    for sold in ("tea", "cup", "lamp", "book", "vase"):
        customs_data.set_maker(sold, {"name": "Nordlys AS", "address": "Kirkegata 1, Oslo",
                                      "email": "safety@nordlys.example"})


def test_what_is_missing_blocks_and_is_said_with_its_cure() -> None:
    found = reports.report("de")

    blocking = {one.code: one for one in found.blocking}
    assert set(blocking) == {"legal_page_missing", "manufacturer_missing"}
    assert blocking["legal_page_missing"].subjects == (
        "imprint", "terms", "privacy", "delivery", "returns", "withdrawal")
    assert "flask pages set" in blocking["legal_page_missing"].mend
    assert all(one.mend and one.what for one in found.findings)


def test_a_market_with_everything_is_ready_and_opens() -> None:
    make_ready("de", "en")
    reports.close_market("de")

    assert reports.report("de").is_ready
    assert "de" not in {market.code for market in markets.all_markets()}
    reports.open_market("de")
    assert markets.find("de").code == "de"


def test_a_market_that_is_not_ready_is_refused_with_the_list() -> None:
    reports.close_market("jp")

    with pytest.raises(Conflict) as refused:
        reports.open_market("jp")
    assert {one.code for one in refused.value.params["findings"]} == codes("jp")
    with pytest.raises(NotFound):
        markets.find("jp")
    reports.open_market("jp", anyway=True)
    assert markets.find("jp").code == "jp"


@pytest.mark.parametrize(("column", "value", "code", "sku"), [
    ("hs_code", "", "hs_code_missing", "CUP"), ("hs_code", "852580", "hs_code_unknown", "CUP"),
    ("origin", "", "origin_missing", "CUP"), ("weight_g", 0, "weight_missing", "CUP"),
])
def test_missing_customs_data_blocks_where_customs_stand_between(
        column: str, value: object, code: str, sku: str) -> None:
    change(update(Variant).where(Variant.sku == sku).values({column: value}))

    assert code in codes("us")
    assert of("us", code) == (sku,)
    assert (code in codes("de")) == (code in {"weight_missing", "hs_code_missing", "origin_missing",
                                              "hs_code_unknown"})  # some leave from Singapore


def test_law_tables_and_registrations_are_looked_at() -> None:
    change(delete(TaxRate).where(TaxRate.jurisdiction == "DE"),
           update(Seller).values(registrations=["PT"], eori=""))

    assert {"tax_rate_missing", "eori_missing"} <= codes("de")
    assert of("de", "tax_rate_missing") == ("DE",)
    assert "registration_missing" in codes("gb")
    warned = {one.code for one in reports.report("de").findings}
    assert {"registration_oss_missing", "registration_ioss_missing"} <= warned


def test_a_country_nobody_delivers_to_and_a_way_to_pay_that_is_none() -> None:
    change(delete(ShippingZone).where(ShippingZone.country == "KW"),
           update(Market).where(Market.code == "kw").values(payment_methods=[]))

    assert {"delivery_missing", "payment_missing"} <= codes("kw")
    assert of("kw", "delivery_missing") == ("KW",)


def test_addresses_prices_and_texts() -> None:
    change(update(Seller).values(address={}),
           update(Market).where(Market.code == "de").values(currencies=["EUR", "SEK"]))

    assert "return_address_missing" in codes("de")
    assert "texts_missing" in codes("fr")
    change(update(Market).where(Market.code == "de").values(
        return_address={"line1": "Hafen 1", "city": "Kiel", "country": "DE"}))
    assert "return_address_missing" not in codes("de")


def test_a_restriction_blocks_until_the_certificate_is_recorded() -> None:
    restrict("JP", "6912", "certificate", "Form E")

    assert of("jp", "restricted") == ("CUP", "VASE")
    for sku in ("CUP", "VASE"):
        assert certificates.record(sku, "form e", "JP", "E-1")
    assert not certificates.record("CUP", "Form E", "JP", "E-1")
    assert "restricted" not in codes("jp")


def test_a_document_nobody_asks_for_is_refused() -> None:
    with pytest.raises(Conflict) as refused:
        certificates.record("CUP", "Library card")
    assert refused.value.code == "document_unknown"
    with pytest.raises(NotFound):
        certificates.record("NONE", "Form E")


def test_a_product_is_published_where_it_is_ready_and_hidden_where_not() -> None:
    make_ready("de", "en")
    restrict("JP", "6912", "prohibited")

    refused = reports.publish(product_id(CUP), ["us", "jp"])

    assert list(refused) == ["jp"]
    assert {one.code for one in refused["jp"].blocking} == {"restricted", "texts_missing"}
    assert "cup" in markets.find("jp").hidden_products
    assert "cup" not in markets.find("us").hidden_products


def test_a_product_no_market_can_sell_is_not_published() -> None:
    change(update(Product).where(Product.code == "tea").values(state="draft"),
           update(Variant).where(Variant.sku == "TEA").values(origin=""))

    with pytest.raises(Conflict) as refused:
        reports.publish(product_id(TEA))
    assert refused.value.code == "product_not_ready"
    with transaction() as session:
        assert session.get_one(Product, product_id(TEA)).state == "draft"


def test_hiding_and_showing_again() -> None:
    reports.hide(product_id(BOOK), "us")
    reports.hide(product_id(BOOK), "us")
    assert markets.find("us").hidden_products == {"book"}
    reports.hide(product_id(BOOK), "us", hidden=False)
    assert markets.find("us").hidden_products == frozenset()


def test_customs_data_is_checked_against_the_list() -> None:
    with pytest.raises(Invalid) as refused:
        customs_data.set_customs("CUP", hs_code="8525.80")
    assert refused.value.code == "hs_code_unknown"
    assert customs_data.set_customs("CUP", hs_code="6911.10.0000", origin="pt", weight_g=310)
    assert not customs_data.set_customs("CUP", origin="PT")
    assert customs_data.without_code() == []


def test_the_shop_says_how_much_it_speaks_of_a_language() -> None:
    assert front.untranslated("en") == 0
    assert front.untranslated("nl") is None

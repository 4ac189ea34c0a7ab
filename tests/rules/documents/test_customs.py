"""Customs papers of a consignment: worked by hand from cross-border rules §11."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.kernel.address import Destination
from app.kernel.errors import Conflict
from app.rules.documents.customs import (
    CustomsFacts,
    Package,
    agree,
    customs_papers,
    declaration,
    lacking,
)
from app.rules.quote import as_dict
from tests.rules.asked import ask, line, seller
from tests.rules.documents.paper import DAY, SELLER

US, DE = Destination("US", "CA", "90012"), Destination("DE", postal_code="10115")
ADDRESS = {"name": "Bo Diddley", "line1": "500 Main Street", "city": "Los Angeles",
           "region": "CA", "postal_code": "90012", "country": "US"}
# 1 USD = 0.75 SDR: 300 SDR are USD 400.00.
SDR = (Decimal("0.75"), "test", date(2026, 11, 20))


def said(**changes: Any) -> CustomsFacts:
    """A parcel of 2 × 300 g goods that weighs 700 g closed."""
    row: dict[str, Any] = {
        "number_base": "N-000001-1", "issued_on": DAY, "language": "en",
        "order_number": "N-000001", "seller": SELLER, "ship_from": {"country": "DE"},
        "consignee": ADDRESS, "consignee_tax_id": "", "articles": {"1": ("T-shirt", "blue")},
        "packages": (Package(700, 300, 200, 100, 2),), "place": "Los Angeles, US",
        "invoice": ("N-INV-2026-000001", DAY), "is_business": False, "sdr_rate": SDR,
    }
    return CustomsFacts(**(row | changes))


def papers(minor: int = 20000, by_post: bool = True, **changes: Any) -> dict[str, Any]:
    quote = as_dict(ask(US, line(minor, "USD", quantity=2), shipping=1500, included=False))
    return customs_papers(quote, 0, said(**changes), by_post=by_post)


def test_a_commercial_invoice_says_what_customs_ask() -> None:
    paper = papers(2500)["commercial_invoice"]

    assert paper["rows"] == [{
        "sku": "TEE", "name": "T-shirt", "options": "blue", "quantity": 2, "hs_code": "610910",
        "origin": "CN", "net_weight_g": 600, "value": 5000, "documents": []}]
    assert paper["sums"] == {"net_weight_g": 600, "gross_weight_g": 700, "pieces": 2,
                             "goods": 5000, "freight": 1500, "insurance": 0, "total": 6500}
    assert (paper["incoterm"], paper["place"]) == ("DDP", "Los Angeles, US")
    assert paper["title"] == "commercial_invoice"


def test_before_the_invoice_it_is_pro_forma() -> None:
    assert papers(invoice=("", None))["commercial_invoice"]["title"] == "proforma_invoice"


def test_the_value_holds_no_tax_that_is_inside_the_price() -> None:
    # IOSS (§3.2): FR … here DE 19 %: gross 11900 with the tax inside is 10000 for customs.
    quote = as_dict(ask(DE, line(11900), ship_from="CN", seller=seller("DE", "DE", "IOSS")))
    paper = customs_papers(quote, 0, said(packages=(Package(300),)), by_post=False)

    assert paper["commercial_invoice"]["sums"]["goods"] == 10000


@pytest.mark.parametrize(("minor", "grams", "kind"), [
    (20000, 700, "cn22"),   # USD 400.00 = SDR 300.00: the limit itself
    (20001, 700, "cn23"),   # USD 400.02 = SDR 300.02
    (2500, 2001, "cn23"),   # too heavy for a small packet
])
def test_cn22_up_to_300_sdr_and_cn23_above(minor: int, grams: int, kind: str) -> None:
    found = papers(minor, packages=(Package(grams, 300, 200, 100, 2),))

    assert set(found) == {"commercial_invoice", "packing_list", kind}


def test_a_parcel_that_no_post_carries_needs_no_postal_form() -> None:
    assert set(papers(by_post=False)) == {"commercial_invoice", "packing_list"}


def test_without_a_rate_of_the_sdr_nothing_is_guessed() -> None:
    with pytest.raises(Conflict, match="sdr_rate_missing"):
        papers(sdr_rate=None)


@pytest.mark.parametrize(("changes", "what"), [
    ({"packages": (Package(500, 0, 0, 0, 2),)}, "lighter_than_goods"),
    ({"packages": (Package(700, 0, 0, 0, 3),)}, "pieces"),
])
def test_papers_that_disagree_are_refused(changes: dict[str, Any], what: str) -> None:
    with pytest.raises(Conflict) as refused:
        papers(**changes)

    assert refused.value.code == "papers_disagree"
    assert refused.value.params["what"] == what


def test_a_changed_row_is_found() -> None:
    found = papers()
    packing = {**found["packing_list"],
               "rows": [{**found["packing_list"]["rows"][0], "quantity": 3}]}

    with pytest.raises(Conflict, match="papers_disagree"):
        agree(found["commercial_invoice"], packing)


def test_goods_without_tariff_number_are_named() -> None:
    assert lacking([{"sku": "A", "hs_code": "", "origin": "PT", "weight_g": 0}]) == {
        "A": ["hs_code", "weight_g"]}
    quote = as_dict(ask(US, line(2500, "USD", hs_code=""), included=False))
    with pytest.raises(Conflict) as refused:
        customs_papers(quote, 0, said(packages=(Package(300),)), by_post=False)
    assert refused.value.params == {"sku": "TEE", "fields": "hs_code"}


@pytest.mark.parametrize(("is_business", "nature"), [(False, "12"), (True, "11")])
def test_export_data_hold_the_scheme_number_and_the_kind_of_sale(
    is_business: bool, nature: str
) -> None:
    found = papers(2500, is_business=is_business)
    data = declaration(found["commercial_invoice"], "IM2760000742")

    assert (data["procedure"], data["nature_of_transaction"]) == ("1000", nature)
    assert data["scheme_number"] == "IM2760000742"
    assert data["items"][0]["hs_code"] == "610910"
    assert "IM2760000742" not in str(found), "no paper bears it"
    assert replace(SELLER).eori == data["exporter_eori"]

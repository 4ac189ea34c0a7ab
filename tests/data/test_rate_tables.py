"""The law tables under app/data/rates: readable, no overlaps, complete for the demo markets."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import eu_vat_rates_data
import pytest
from sqlalchemy import String

from app.models import rates as models
from app.models.types import Base
from app.rules.rate_book import EU_MEMBERS

FOLDER = Path(__file__).resolve().parents[2] / "app" / "data" / "rates"
TODAY = date(2026, 11, 21)
CONFIDENCE = {"verified", "review", "estimate"}
GULF = {"AE", "SA", "KW", "BH", "OM", "QA"}
OTHERS = {"US", "CA", "GB", "CH", "NO", "IS", "JP", "AU", "NZ", "SG", "HK", "KR", "CN", "IN"}
DEMO = EU_MEMBERS | GULF | OTHERS
EU_CATEGORIES = ("standard", "food", "books", "children_clothes", "medicine")

HEADERS = {
    "tax_rates": "jurisdiction category name rate shipping limit_minor limit_currency limit_kind"
    " valid_from valid_to source"
    " read_on confidence",
    "territories": "country postcode_prefix postcode_to city code name eu_customs eu_vat tax_as"
    " customs_as local_tax_as local_for note source confidence",
    "import_rules": "country valuation duty_threshold_minor duty_threshold_currency"
    " tax_threshold_minor tax_threshold_currency threshold_per tax_threshold_kind scheme"
    " scheme_registration scheme_threshold_minor scheme_currency scheme_per"
    " scheme_shipping_in_base import_tax_base tax_step_minor base_step_minor"
    " duty_surcharge_percent scheme_relieves_duty except_goods threshold_of valid_from valid_to"
    " source confidence note",
    "parcel_regimes": "destination code name ship_from carriage customer registration goods"
    " except_goods value_of max_value_minor currency duty_percent duty_less_minor"
    " tax_share_percent valid_from valid_to source confidence",
    "duty_rates": "destination hs_prefix origin kind percent per_unit_minor per_unit combine"
    " valid_from valid_to source confidence proof_required measure",
    "origin_groups": "group country",
    "fee_rules": "destination code name per amount_minor currency max_value_minor"
    " max_value_currency customer in_import_tax_base in_scheme_tax_base replaces_duty percent"
    " carrier valid_from valid_to source confidence",
    "vatex": "treatment einvoice_category vatex reason",
    "fx_fixed": "base quote rate as_of source confidence",
    "currencies": "currency price_step_minor ending_minor ending_direction margin_percent"
    " change_threshold_percent payment_step_minor source",
    "calendars": "country weekend customs_days source confidence",
}
KEYS = {
    "tax_rates": ("jurisdiction", "category", "name"),
    "territories": ("country", "postcode_prefix", "postcode_to", "city"),
    "import_rules": ("country",),
    "parcel_regimes": ("destination", "code"),
    "duty_rates": ("destination", "hs_prefix", "origin", "kind", "measure"),
    "origin_groups": ("group", "country"),
    "fee_rules": ("destination", "code"),
    "vatex": ("treatment",),
    "fx_fixed": ("base", "quote"),
    "currencies": ("currency",),
    "calendars": ("country",),
}
MODELS: dict[str, type[Base]] = {
    "tax_rates": models.TaxRate,
    "territories": models.Territory,
    "import_rules": models.ImportRule,
    "parcel_regimes": models.ParcelRegime,
    "duty_rates": models.DutyRate,
    "fee_rules": models.FeeRule,
    "vatex": models.VatexCode,
    "fx_fixed": models.FxRate,
    "currencies": models.CurrencyPolicy,
    "calendars": models.Calendar,
}
DECIMALS = {"rate", "percent", "duty_percent", "tax_share_percent", "duty_surcharge_percent",
             "margin_percent", "change_threshold_percent"}
DAYS = {"valid_from", "valid_to", "as_of", "read_on"}

Row = dict[str, str]


def table(name: str) -> list[Row]:
    """All rows of a file."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def holds(row: Row, day: date = TODAY) -> bool:
    """True when the row is in force on the day."""
    last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
    return date.fromisoformat(row["valid_from"]) <= day <= last


def rate_of(jurisdiction: str, category: str, day: date) -> set[tuple[str, str]]:
    """(name, rate) of the rows in force, without the fall-back to `standard`."""
    return {
        (row["name"], row["rate"])
        for row in table("tax_rates")
        if (row["jurisdiction"], row["category"]) == (jurisdiction, category) and holds(row, day)
    }


@pytest.mark.parametrize("name", HEADERS)
def test_header(name: str) -> None:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == HEADERS[name].split()
    assert table(name)


@pytest.mark.parametrize("name", HEADERS)
def test_values_can_be_read(name: str) -> None:
    for row in table(name):
        assert None not in row and None not in row.values(), row
        for column, text in row.items():
            assert text == text.strip(), row
            if column in DECIMALS:
                assert Decimal(text) >= 0, row
            elif column in DAYS and (text or column != "valid_to"):
                date.fromisoformat(text)
            elif column.endswith("_minor") and text:
                assert int(text) >= 0, row
        assert row.get("confidence", "review") in CONFIDENCE, row
        assert row.get("source", "x"), row


@pytest.mark.parametrize("name", HEADERS)
def test_no_two_rows_of_one_key_at_one_time(name: str) -> None:
    seen: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for row in table(name):
        key = tuple(row[column] for column in KEYS[name])
        seen[key].append((row.get("valid_from", ""), row.get("valid_to", "") or "9999"))
    for key, spans in seen.items():
        spans.sort()
        assert all(first <= last for first, last in spans), key
        for (_, last), (first, _) in pairwise(spans):
            assert last < first, (name, key, spans)


@pytest.mark.parametrize("name", MODELS)
def test_text_fits_its_column(name: str) -> None:
    columns = MODELS[name].__table__.columns
    for row in table(name):
        for column, text in row.items():
            kind = columns[column].type if column in columns else None
            if isinstance(kind, String) and kind.length:
                assert len(text) <= kind.length, (column, text)


def test_words_are_known() -> None:
    allowed = {
        ("tax_rates", "shipping"): {"follows", "taxable", "exempt"},
        ("territories", "eu_customs"): {"yes", "no", ""},
        ("territories", "eu_vat"): {"yes", "no", ""},
        ("territories", "customs_as"): {"EU", "CH", "GB", ""},
        ("import_rules", "valuation"): {"CIF", "FOB"},
        ("import_rules", "threshold_per"): {"consignment", "item"},
        ("import_rules", "tax_threshold_kind"): {"value", "tax_amount"},
        ("import_rules", "import_tax_base"): {
            "cif_duty", "value_duty_freight", "value_duty", "value_10_duty", "inside", "none",
        },
        ("duty_rates", "kind"): {"mfn", "preference", "antidumping", "surcharge"},
        ("duty_rates", "per_unit"): {"", "item", "kg"},
        ("duty_rates", "combine"): {"", "add", "max", "min"},
        ("fee_rules", "per"): {"hs6", "consignment", "item"},
        ("currencies", "ending_direction"): {"nearest", "up"},
    }
    for (name, column), words in allowed.items():
        assert {row[column] for row in table(name)} <= words, (name, column)


@pytest.mark.parametrize("name", ["duty_threshold", "tax_threshold", "scheme_threshold"])
def test_an_amount_has_its_currency(name: str) -> None:
    currency = "scheme_currency" if name == "scheme_threshold" else f"{name}_currency"
    for row in table("import_rules"):
        assert bool(row[f"{name}_minor"]) == bool(row[currency]), row


@pytest.mark.parametrize("country", sorted(EU_MEMBERS))
@pytest.mark.parametrize("category", EU_CATEGORIES)
def test_every_member_answers_every_category(country: str, category: str) -> None:
    assert len(rate_of(country, category, TODAY)) == 1


@pytest.mark.parametrize("country", sorted(EU_MEMBERS))
def test_standard_rates_equal_the_second_source(country: str) -> None:
    ((name, rate),) = rate_of(country, "standard", TODAY)
    assert name == "VAT"
    assert Decimal(rate) == Decimal(str(eu_vat_rates_data.get_standard_rate(country)))


def test_components_are_complete_in_every_category() -> None:
    """One missing component in a category would silently be no tax at all."""
    names: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in table("tax_rates"):
        if holds(row):
            names[row["jurisdiction"]][row["category"]].add(row["name"])
    for jurisdiction, categories in names.items():
        assert categories["standard"], jurisdiction
        for category, found in categories.items():
            assert found == categories["standard"], (jurisdiction, category)


@pytest.mark.parametrize("country", sorted(DEMO))
def test_demo_country_has_tax_duty_and_import_rule(country: str) -> None:
    area = "EU" if country in EU_MEMBERS else country
    taxed = [row for row in table("tax_rates") if holds(row) and row["category"] == "standard"]
    codes = {row["jurisdiction"] for row in taxed}
    assert country in codes or any(code.startswith(f"{country}-") for code in codes)
    defaults = [
        row for row in table("duty_rates")
        if (row["destination"], row["hs_prefix"], row["kind"]) == (area, "", "mfn") and holds(row)
    ]
    assert len(defaults) == 1
    assert len([r for r in table("import_rules") if r["country"] == area and holds(r)]) == 1
    assert country in {row["country"] for row in table("calendars")}


def test_the_rest_of_the_world_has_a_rule_but_no_duty() -> None:
    assert [row for row in table("import_rules") if row["country"] == "*" and holds(row)]
    assert not [row for row in table("duty_rates") if row["destination"] == "*"]


def test_every_scheme_has_its_treatment() -> None:
    treatments = {row["treatment"] for row in table("vatex")}
    assert {row["scheme"] for row in table("import_rules")} - {""} <= treatments


def test_tax_as_leads_to_rates() -> None:
    codes = {row["jurisdiction"] for row in table("tax_rates")}
    assert {row["tax_as"] for row in table("territories")} - {""} <= codes


def test_origin_groups_are_defined() -> None:
    groups = {row["group"] for row in table("origin_groups")}
    for row in table("duty_rates"):
        assert row["origin"] == "*" or len(row["origin"]) == 2 or row["origin"] in groups, row
        assert (row["proof_required"] == "yes") == (row["kind"] == "preference"), row
    assert {r["country"] for r in table("origin_groups") if r["group"] == "EU"} == EU_MEMBERS


@pytest.mark.parametrize(
    ("jurisdiction", "category", "day", "expected"),
    [
        ("DE", "standard", "2020-12-31", {("VAT", "16")}),
        ("DE", "standard", "2021-01-01", {("VAT", "19")}),
        ("FI", "books", "2025-12-31", {("VAT", "14")}),
        ("FI", "books", "2026-01-01", {("VAT", "13.5")}),
        ("SE", "food", "2027-12-31", {("VAT", "6")}),
        ("SE", "food", "2028-01-01", {("VAT", "12")}),
        ("RO", "food", "2025-08-01", {("VAT", "11")}),
        ("LT", "books", "2026-11-21", {("VAT", "5")}),
        ("PT-30", "standard", "2026-11-21", {("VAT", "22")}),
        ("CA-NS", "standard", "2025-03-31", {("HST", "15")}),
        ("CA-NS", "standard", "2025-04-01", {("HST", "14")}),
        ("CA-QC", "standard", "2026-11-21", {("GST", "5"), ("QST", "9.975")}),
        ("JP", "food", "2026-11-21", {("Consumption tax", "8")}),
        ("US-OR", "standard", "2026-11-21", {("Sales tax", "0")}),
    ],
)
def test_known_figures(
    jurisdiction: str, category: str, day: str, expected: set[tuple[str, str]]
) -> None:
    assert rate_of(jurisdiction, category, date.fromisoformat(day)) == expected


def test_the_three_euro_duty_takes_over_from_the_relief() -> None:
    rules = [row for row in table("import_rules") if row["country"] == "EU"]
    before, after = (
        next(row for row in rules if holds(row, day))
        for day in (date(2026, 6, 30), date(2026, 7, 1))
    )
    assert (before["duty_threshold_minor"], after["duty_threshold_minor"]) == ("15000", "")
    fee = next(row for row in table("fee_rules") if row["code"] == "EU_FLAT_3")
    assert (fee["per"], fee["amount_minor"], fee["customer"]) == ("hs6", "300", "consumer")
    assert (fee["in_import_tax_base"], fee["in_scheme_tax_base"]) == ("yes", "no")
    assert (fee["valid_from"], fee["valid_to"]) == ("2026-07-01", "2028-06-30")


@pytest.mark.parametrize(("table", "column"), [
    ("fee_rules", "name"), ("parcel_regimes", "name"), ("restrictions", "document"),
])
def test_names_that_shoppers_read_are_texts_of_the_interface(table: str, column: str) -> None:
    words = (FOLDER.parents[1] / "web" / "law_words.py").read_text(encoding="utf-8")
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        names = {row[column] for row in csv.DictReader(file)} - {""}

    assert sorted(name for name in names if f'"{name}"' not in words) == []

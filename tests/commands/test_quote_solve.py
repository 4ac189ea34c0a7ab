"""`flask quote solve`: cases from a file, answered by the shop's own functions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.services.rates.shipped import shipped_book
from app.services.scenarios.fields import Refused
from app.services.scenarios.solve import solve

LINE = {"sku": "A", "category": "standard", "hs": "610910", "origin": "CN", "qty": 1,
        "unit_price_minor": 10000, "discount_minor": 0, "weight_g": 300}
CASE: dict[str, Any] = {
    "date": "2026-11-21", "currency": "EUR", "price_basis": "incl",
    "seller": {"country": "DE", "vat_id": "DE136695976", "registrations": ["DE", "OSS:DE"]},
    "ship_from": {"country": "DE"}, "ship_to": {"country": "FR", "postcode": "75001"},
    "customer": {"type": "consumer"}, "lines": [LINE],
}


def asked(op: str = "quote", **changes: Any) -> dict[str, Any]:
    """The answer to one case over the shipped tables."""
    case = {"id": "x", "op": op, "input": changes if op != "quote" else CASE | changes}
    return solve({"cases": [case]}, book_of=lambda day: shipped_book())["x"]


def abroad(country: str, postcode: str = "", **changes: Any) -> dict[str, Any]:
    return asked(ship_to={"country": country, "postcode": postcode}, **changes)


def test_a_distance_sale() -> None:
    answer = asked(lines=[LINE | {"unit_price_minor": 5990}])
    assert answer == {
        "treatment": "OSS_UNION", "collected_by": "seller", "einvoice_category": "S",
        "tax_lines": [{"rate": "20", "net_minor": 4992, "tax_minor": 998}], "tax_minor": 998,
        "net_minor": 4992, "duty_minor": 0, "duty_lines": [], "fees_minor": 0, "fee_lines": [],
        "total_charged_minor": 5990, "prices_shown": "incl",
        "due_on_delivery": {"duty_minor": 0, "tax_minor": 0, "fees_minor": 0},
    }


@pytest.mark.parametrize(
    ("country", "postcode", "basis", "minor", "net", "tax", "total"),
    [
        ("US", "10001", "incl_home", 23800, 20000, 0, 20000),
        ("SE", "11120", "incl_home", 23800, 20000, 5000, 25000),
        ("DE", "10115", "incl_home", 23800, 20000, 3800, 23800),
        ("ES", "35001", "excl", 10000, 10000, 0, 10000),
        ("ES", "35001", "incl", 10000, 10000, 0, 10000),
    ],
)
def test_prices_of_any_basis(
    country: str, postcode: str, basis: str, minor: int, net: int, tax: int, total: int
) -> None:
    answer = abroad(country, postcode, price_basis=basis,
                    lines=[LINE | {"unit_price_minor": minor}])
    assert (answer["net_minor"], answer["tax_minor"], answer["total_charged_minor"]) == (
        net, tax, total)


def test_an_import_with_the_tables_of_the_case() -> None:
    tables = {"import": {"valuation": "CIF", "duty_de_minimis": 13500},
              "duty": [{"hs": "6109", "rate": "12", "kind": "mfn"}]}
    how: dict[str, Any] = {
        "currency": "GBP", "price_basis": "excl", "tables": tables,
        "lines": [LINE | {"unit_price_minor": 16000}],
        "shipping": {"charge_minor": 800, "insurance_minor": 200, "tax_rule": "proportional"},
    }
    prepaid = abroad("GB", "SW1A 1AA", incoterm="DDP", **how)
    assert (prepaid["duty_minor"], prepaid["tax_minor"]) == (2040, 3808)
    assert prepaid["total_charged_minor"] == 22848
    at_door = abroad("GB", "SW1A 1AA", incoterm="DAP", **how)
    assert at_door["total_charged_minor"] == 17000
    assert at_door["due_on_delivery"] == {"duty_minor": 2040, "tax_minor": 3808, "fees_minor": 0}
    assert at_door["prices_shown"] == "excl"


def test_fees_of_the_case_with_their_limit_and_dates() -> None:
    fee = {"name": "RO logistics tax", "per": "parcel", "amount_minor": 2500,
           "from": "2026-01-01", "max_goods_eur": "150"}
    how: dict[str, Any] = {
        "seller": {"country": "CN", "registrations": ["IOSS"]}, "ship_from": {"country": "CN"},
        "currency": "RON", "fx": {"RON": "5.0991"}, "price_basis": "excl",
        "tables": {"fees": [fee]}, "date": "2026-03-10",
    }
    assert abroad("RO", "010011", **how)["fee_lines"] == [
        {"name": "RO logistics tax", "fee_minor": 2500}]
    early = abroad("RO", "010011", **(how | {"date": "2025-12-31"}))
    assert early["fees_minor"] == 0


def test_sales_tax_of_the_case() -> None:
    table = {"state": "NY", "nexus": True, "shipping_taxable": "yes",
             "rates": [{"level": "state", "rate": "4"}, {"level": "city", "rate": "4.5"}],
             "rules": [{"category": "clothing", "exempt_below_minor": 11000}]}
    how: dict[str, Any] = {
        "seller": {"country": "US", "registrations": []}, "ship_from": {"country": "US"},
        "ship_to": {"country": "US", "region": "NY", "postcode": "10001"}, "currency": "USD",
        "price_basis": "excl", "tables": {"us_tax": table},
    }
    cheap = LINE | {"category": "clothing", "unit_price_minor": 10999}
    dear = cheap | {"unit_price_minor": 11000}
    assert asked(lines=[cheap], **how)["tax_minor"] == 0
    assert asked(lines=[dear], **how)["tax_minor"] == 935
    none = table | {"nexus": False}
    assert asked(lines=[dear], **(how | {"tables": {"us_tax": none}}))["treatment"] == "US_NO_NEXUS"


def test_what_is_not_known_is_said_and_never_zero() -> None:
    how: dict[str, Any] = {"incoterm": "DDP", "currency": "GBP", "price_basis": "excl",
                           "lines": [LINE | {"unit_price_minor": 20000, "hs": ""}]}
    assert "duty" in abroad("GB", "SW1A 1AA", **how)["unsupported"]
    assert "unsupported" in abroad("AQ", price_basis="excl", incoterm="DDP")
    assert "unsupported" in asked("horoscope", sign="Leo")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"colour": "red"}, "input.colour"),
        ({"lines": [LINE | {"size": 1}]}, "input.lines.0.size"),
        ({"seller": {"country": "DE", "mood": "good"}}, "input.seller.mood"),
        ({"tables": {"duty": [{"hs": "61", "tax": "1"}]}}, "input.tables.duty.0.tax"),
        ({"currency": "EURO"}, "input.currency"), ({"date": "today"}, "input.date"),
        ({"price_basis": "gross"}, "input.price_basis"),
        ({"lines": [LINE | {"unit_price_minor": 9.99}]}, "input.lines.0.unit_price_minor"),
    ],
)
def test_a_field_that_is_not_understood_is_named(changes: dict[str, Any], name: str) -> None:
    assert name in asked(**changes)["error"]


@pytest.mark.parametrize(
    ("op", "case", "answer"),
    [
        ("tax_rounding", {"line_amounts_minor": [10000] * 5, "rate": "19", "price_basis": "incl",
                          "mode": "sum_by_net_keep_gross", "currency": "EUR"},
         {"net_minor": 42017, "tax_minor": 7983, "gross_minor": 50000}),
        ("allocate", {"total_minor": 1000, "weights": [1999, 2999, 4999]},
         {"parts_minor": [200, 300, 500], "sum_minor": 1000}),
        ("discounts", {"currency": "EUR", "lines": [{"unit_price_minor": 999, "qty": 3}],
                       "steps": [{"percent_order": "10"}, {"fixed_order": 500}]},
         {"line_minor": [2197], "total_minor": 2197}),
        ("stripe_amount", {"currency": "KWD", "major": "12.346"}, {"amount": 12350}),
        ("stripe_amount", {"currency": "ISK", "major": "2990"}, {"amount": 299000}),
        ("fx_price", {"from": "EUR", "to": "GBP", "minor": 3450, "rate": "0.8338", "qty": 2,
                      "ending": {"step_minor": 100, "offset_minor": 95, "direction": "nearest"}},
         {"unit_minor": 2895, "line_minor": 5790}),
        ("refund", {"currency": "EUR", "line_paid_minor": 4000, "qty": 3, "refund_qty": 1},
         {"refund_minor": 1333}),
        ("refund", {"currency": "EUR", "line_paid_minor": 4000, "qty": 3, "refund_qty": 1,
                    "refunded_qty": 2, "refunded_minor": 2666}, {"refund_minor": 1334}),
        ("prior_price", {"reduction_from": "2026-11-27", "new_price_minor": 9500,
                         "history": [["2026-01-01", 12000], ["2026-11-07", 9900],
                                     ["2026-11-14", 12000]]},
         {"prior_minor": 9900, "reduction_percent": 4}),
        ("unit_price", {"price_minor": 519, "quantity": "400", "unit": "g"},
         {"per": "kg", "unit_price_minor": 1298}),
        ("delivery_date", {
            "ordered_at_utc": "2026-12-10T13:00:00+00:00", "warehouse_utc_offset_min": 180,
            "cut_off": "14:00", "handling_days": 0, "transit_days": [2, 3],
            "origin_calendar": {"weekend": [4, 5], "holidays": []},
            "destination_calendar": {"weekend": [4, 5], "holidays": []}},
         {"dispatch": "2026-12-13", "earliest": "2026-12-15", "latest": "2026-12-16"}),
    ],
)
def test_other_operations(op: str, case: dict[str, Any], answer: dict[str, Any]) -> None:
    assert asked(op, **case) == answer


def test_more_pieces_than_are_left_cannot_come_back() -> None:
    answer = asked("refund", currency="EUR", line_paid_minor=100, qty=2, refund_qty=2,
                   refunded_qty=1, refunded_minor=50)
    assert "come back" in answer["error"]


@pytest.mark.parametrize("document", [{}, {"cases": {}}, {"cases": [{"op": "quote"}]},
                                      {"cases": [{"id": "a", "op": "x", "input": {}}] * 2}])
def test_a_file_without_cases_is_refused(document: Any) -> None:
    with pytest.raises(Refused):
        solve(document, book_of=lambda day: shipped_book())


def test_the_command_writes_answers_and_reasons(shop: Flask, tmp_path: Path) -> None:
    file, output = tmp_path / "cases.json", tmp_path / "answers.json"
    file.write_text(json.dumps({"cases": [{"id": "one", "op": "quote", "input": CASE}]}))
    result = shop.test_cli_runner().invoke(
        args=["quote", "solve", str(file), "--explain", "--output", str(output)])
    assert result.exit_code == 0, result.output
    answer = json.loads(output.read_text())["one"]
    assert answer["tax_minor"] == 1667
    reason = answer["explain"]["tax_minor"][0]
    assert (reason["rule"], reason["rate"]) == ("tax_rate", "20 %")
    assert reason["date"]
    assert reason["source"]


def test_an_empty_shop_answers_by_the_shipped_law(empty_shop: Flask, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [{"id": "one", "op": "quote", "input": CASE}]}))
    result = empty_shop.test_cli_runner().invoke(args=["quote", "solve", str(file)])
    assert json.loads(result.output)["one"]["tax_minor"] == 1667


def test_the_command_fails_in_one_line(shop: Flask, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text("{")
    result = shop.test_cli_runner().invoke(args=["quote", "solve", str(file)])
    assert result.exit_code == 1
    assert "not JSON" in result.output
    file.write_text(json.dumps({"cases": [{"id": "one", "op": "quote", "input": {}}]}))
    result = shop.test_cli_runner().invoke(args=["quote", "solve", str(file)])
    assert result.exit_code == 1
    assert "one" in result.output

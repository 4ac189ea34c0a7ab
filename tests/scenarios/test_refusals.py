"""What a case asks that cannot be read is an error naming the field; what is not known is said."""

from __future__ import annotations

from typing import Any

import pytest

from app.services.rates.shipped import shipped_book
from app.services.scenarios.solve import solve

LINE = {"sku": "A", "category": "standard", "hs": "610910", "origin": "CN", "qty": 1,
        "unit_price_minor": 10000, "discount_minor": 0, "weight_g": 300}
CASE: dict[str, Any] = {
    "date": "2026-11-21", "currency": "EUR", "price_basis": "incl",
    "seller": {"country": "DE", "registrations": ["DE", "OSS:DE"]},
    "ship_from": {"country": "DE"}, "ship_to": {"country": "FR", "postcode": "75001"},
    "customer": {"type": "consumer"}, "lines": [LINE],
}
MICRO = {"country": "DE", "registrations": ["DE"], "oss_opted": False}
CANADIAN = {"country": "CA", "registrations": ["CA"]}


def asked(**changes: Any) -> dict[str, Any]:
    case = {"id": "x", "op": "quote", "input": CASE | changes}
    return solve({"cases": [case]}, book_of=lambda day: shipped_book())["x"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"colour": "red"}, "input.colour"),
        ({"seller": {"country": "DE", "mood": "good"}}, "input.seller.mood"),
        ({"ship_to": {"country": "FR", "planet": "Mars"}}, "input.ship_to.planet"),
        ({"ship_from": {"country": "DE", "dock": 3}}, "input.ship_from.dock"),
        ({"customer": {"type": "robot"}}, "input.customer.type"),
        ({"customer": {"type": "business", "tax_id_check": "maybe"}}, "tax_id_check"),
        ({"rounding": {"mode": "sideways"}}, "input.rounding.mode"),
        ({"rounding": {"method": "banker"}}, "input.rounding.method"),
        ({"shipping": {"charge_minor": 100, "tax_rule": "random"}}, "input.shipping.tax_rule"),
        ({"shipping": {"charge_minor": -1}}, "shipping"),
        ({"order_discount_minor": -1}, "order_discount_minor"),
        ({"lines": []}, "lines"), ({"lines": [LINE | {"qty": 0}]}, "lines.0"),
        ({"lines": [LINE | {"unit_price_minor": "100"}]}, "unit_price_minor"),
        ({"date": "2026-02-30"}, "input.date"), ({"currency": "XXZ"}, "input.currency"),
        ({"incoterm": "FOB"}, "input.incoterm"),
        ({"fx": {"USD": 1.1}}, "fx.USD"),
        ({"ship_to": {"country": "ES", "postcode": "3500"}}, "postcode"),
        ({"ship_to": {"country": "XQ"}}, "ship_to.country"),
        ({"ship_to": {"country": "Germany"}}, "ship_to.country"),
        ({"ship_to": {"country": "EU"}, "marketplace_is_supplier": True}, "ship_to.country"),
        ({"ship_from": {"country": "ZZ"}}, "ship_from.country"),
        ({"ship_to": {"country": "DE", "postcode": "782660"}}, "postcode"),
        ({"ship_to": {"country": "AT", "postcode": "66911"}}, "postcode"),
    ],
)
def test_what_cannot_be_read_is_named(changes: dict[str, Any], named: str) -> None:
    assert named in asked(**changes)["error"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        # the limit of the scheme or of Art. 59c cannot be compared
        ({"ship_to": {"country": "GB", "postcode": "SW1A 1AA"}}, "EUR/GBP"),
        ({"seller": MICRO, "currency": "SEK"}, "SEK/EUR"),
        # whose tax it is cannot be told
        ({"seller": CANADIAN, "ship_from": {"country": "CA"}, "ship_to": {"country": "CA"},
          "currency": "CAD"}, "province"),
        ({"seller": {"country": "US", "registrations": ["US:CA"]}, "ship_from": {"country": "US"},
          "ship_to": {"country": "US"}, "currency": "USD"}, "state"),
        # no rates
        ({"ship_from": {"country": "AR"}, "ship_to": {"country": "AR"}, "currency": "ARS"}, "AR"),
        ({"date": "1999-06-01"}, "FR"),
        ({"ship_from": {"country": "DE", "postcode": "27498"}}, "Heligoland"),
    ],
)
def test_what_is_not_known_is_said(changes: dict[str, Any], named: str) -> None:
    answer = asked(**changes)
    assert named in answer.get("unsupported", answer), answer


def test_a_category_nobody_knows_is_never_verified() -> None:
    case = {"id": "x", "op": "quote", "input": CASE | {"lines": [LINE | {"category": "firewood"}]}}
    answer = solve({"cases": [case]}, explain=True, book_of=lambda day: shipped_book())["x"]
    reasons = answer["explain"]["tax_minor"]
    assert {reason["confidence"] for reason in reasons} == {"review"}
    assert any(reason["rule"] == "category_unknown" for reason in reasons)


def test_a_group_of_origins_nobody_knows_is_named() -> None:
    duty = [{"hs": "6109", "rate": "12"}, {"hs": "6109", "rate": "0", "origin": "FOO"}]
    assert "'FOO'" in asked(tables={"duty": duty})["error"]


def test_rows_of_a_case_say_so_and_name_no_day() -> None:
    case = {"id": "x", "op": "quote", "input": CASE | {
        "ship_from": {"country": "CN"}, "lines": [LINE | {"unit_price_minor": 20_000}],
        "tables": {"duty": [{"hs": "*", "rate": "12"}]}}}
    answer = solve({"cases": [case]}, explain=True, book_of=lambda day: shipped_book())["x"]
    (reason,) = answer["explain"]["duty_minor"]
    assert (reason["date"], reason["confidence"], reason["source"]) == ("", "case", "case")

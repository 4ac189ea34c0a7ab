"""Which simplified clearance a consignment is taken under, and what it asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.kernel.money import Money
from app.rules.arrival import Arrival, DutyLine
from app.rules.rate_book import RateBook, RegimeRow
from app.rules.regimes import duty_by_line, regime_of
from tests.rules.asked import LAW, law

DAY = date(2026, 11, 21)
WIDE = RegimeRow("wide", "XX", "WIDE", "Wide", "*", "", "", "", (), (), "goods",
                 Money(100_000, "EUR"), Decimal(20), None, Decimal(100), LAW)


def book(*rows: RegimeRow) -> RateBook:
    return replace(law(), regimes={"XX": rows})


def taken(*rows: RegimeRow, value: int = 5_000, line: dict[str, Any] | None = None,
          **changes: Any) -> str:
    row: dict[str, Any] = {"line": "1", "sku": "S", "hs_code": "300490", "origin": "CN",
                           "quantity": 1, "value": Money(value, "EUR")}
    goods = [DutyLine(**(row | (line or {})))]
    arrival = replace(Arrival("XX", "XX", Money(value, "EUR"), None, "consumer", DAY,
                              ship_from="DE", freight=Money(500, "EUR")), **changes)
    found = regime_of(goods, arrival, book(*rows))
    return found.code if found else ""


def test_the_lowest_limit_that_fits_is_taken() -> None:
    low = replace(WIDE, code="LOW", max_value=Money(5_000, "EUR"))
    assert [taken(WIDE, low, value=value) for value in (5_000, 5_001, 100_001)] == [
        "LOW", "WIDE", ""]


def test_limits_in_other_currencies_are_compared_in_euro() -> None:
    yen = replace(WIDE, code="YEN", max_value=Money(10_000, "JPY"))  # EUR 58.82
    assert taken(WIDE, yen) == "YEN"


def test_a_named_place_of_dispatch_before_any() -> None:
    near = replace(WIDE, code="NEAR", ship_from="EU")
    assert taken(WIDE, near) == "NEAR"
    assert taken(WIDE, near, ship_from="CN") == "WIDE"


@pytest.mark.parametrize(
    ("narrow", "changes"),
    [({"carriage": "courier"}, {"carriage": "post"}), ({"customer": "consumer"},
     {"customer": "business"}), ({"registration": "XX:PLAN"}, {}),
     ({"goods": ("30", "food_supplements")}, {"line": {"hs_code": "610910"}}),
     ({"except_goods": ("3004",)}, {}), ({"except_goods": ("alcohol",)},
     {"line": {"category": "alcohol"}}), ({"value_of": "cif"}, {"value": 99_501})],
)
def test_every_condition_can_leave_a_parcel_out(narrow: dict[str, Any],
                                                changes: dict[str, Any]) -> None:
    assert not taken(replace(WIDE, **narrow), **changes)


@pytest.mark.parametrize(
    ("narrow", "changes"),
    [({"registration": "XX:PLAN"}, {"registrations": frozenset({"XX:PLAN"})}),
     ({"goods": ("food_supplements",)}, {"line": {"category": "food_supplements"}}),
     ({"goods": ("30",)}, {}), ({"value_of": "cif"}, {"value": 99_500}),
     ({"max_value": None}, {"value": 10**8})],
)
def test_and_every_condition_can_take_it_in(narrow: dict[str, Any],
                                            changes: dict[str, Any]) -> None:
    assert taken(replace(WIDE, **narrow), **changes) == "WIDE"


def test_a_deduction_is_shared_and_never_below_zero() -> None:
    row = replace(WIDE, duty_percent=Decimal(60), duty_less=Money(2_200, "USD"))  # EUR 20.00
    lines = [DutyLine(str(i), "S", "61", "CN", 1, Money(value, "EUR"))
             for i, value in enumerate((6_000, 4_000, 0))]
    assert duty_by_line(row, lines, law()) == [
        Money(2_400, "EUR"), Money(1_600, "EUR"), Money(0, "EUR")]
    assert duty_by_line(row, lines[2:], law()) == [Money(0, "EUR")]
    small = [DutyLine("1", "S", "61", "CN", 1, Money(1_000, "EUR"))]
    assert duty_by_line(row, small, law()) == [Money(0, "EUR")]


def test_a_deduction_that_cannot_be_converted_is_not_known() -> None:
    row = replace(WIDE, duty_less=Money(2_000, "THB"))
    lines = [DutyLine("1", "S", "61", "CN", 1, Money(6_000, "EUR"))]
    assert duty_by_line(row, lines, law()) is None

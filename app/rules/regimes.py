"""Simplified clearance in place of the tariff: courier limits, flat rates, cross-border lists.

The narrowest regime that fits a whole consignment is taken: the lowest limit, then a named place
of dispatch, then a named way of carriage. What counts is where the parcel is shipped from, not
where the goods were made.
source  cross-border rules §6, §7, §8; the rows are in parcel_regimes.csv
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from app.kernel.fx import convert
from app.kernel.money import Money
from app.rules.arrival import Arrival, DutyLine
from app.rules.limits import is_within
from app.rules.rate_book import RateBook, RegimeRow

_HUNDRED = Decimal(100)


def regime_of(lines: Sequence[DutyLine], arrival: Arrival, book: RateBook) -> RegimeRow | None:
    """The regime of a consignment; None where its destination has none for it."""
    found = [row for row in fitting(lines, arrival, book) if _holds(row, arrival, book)]
    return min(found, key=lambda row: _width(row, book), default=None)


def fitting(lines: Sequence[DutyLine], arrival: Arrival, book: RateBook) -> list[RegimeRow]:
    """The regimes for such a consignment, whatever it is worth."""
    return [row for row in book.regimes.get(arrival.area, ())
            if _takes(row, arrival, book) and _has_goods(row, lines)]


def are_among(lines: Iterable[DutyLine], goods: Sequence[str]) -> bool:
    """True when any line is of these goods: HS prefixes and tax categories."""
    return any(_is_among(line, goods) for line in lines)


def duty_by_line(row: RegimeRow, lines: Sequence[DutyLine], book: RateBook) -> list[Money] | None:
    """The regime's percentage of each line's value, rounded half up, less its deduction shared over
    the lines; never below zero. None when the deduction cannot be converted."""
    duties = [line.value.times(row.duty_percent, over=_HUNDRED) for line in lines]
    weights = [duty.minor for duty in duties]
    if not row.duty_less or not any(weights):
        return duties
    rate = book.rate(row.duty_less.currency, duties[0].currency)
    if rate is None:
        return None
    whole = Money.total(duties, duties[0].currency)
    less = min(convert(row.duty_less, rate), whole, key=lambda amount: amount.minor)
    return [duty - part for duty, part in zip(duties, less.split(weights), strict=True)]


def _takes(row: RegimeRow, arrival: Arrival, book: RateBook) -> bool:
    """Day, place of dispatch, carriage, buyer and seller are those of the regime."""
    return (
        row.validity.covers(arrival.day)
        and (row.ship_from in ("*", arrival.ship_from)
             or arrival.ship_from in book.origin_groups.get(row.ship_from, ()))
        and row.carriage in ("", arrival.carriage)
        and row.customer in ("", arrival.customer)
        and (not row.registration or row.registration in arrival.registrations)
    )


def _has_goods(row: RegimeRow, lines: Sequence[DutyLine]) -> bool:
    """Every line is of its goods."""
    if row.goods and not all(_is_among(line, row.goods) for line in lines):
        return False
    return not are_among(lines, row.except_goods)


def _holds(row: RegimeRow, arrival: Arrival, book: RateBook) -> bool:
    """The consignment is within its limit."""
    value = arrival.intrinsic
    if row.value_of == "cif" and arrival.freight is not None:
        value += arrival.freight
    return row.max_value is None or is_within(value, row.max_value, book)


def _is_among(line: DutyLine, goods: Sequence[str]) -> bool:
    return any(
        line.hs_code.startswith(word) if word.isdigit() else line.category == word
        for word in goods
    )


def _width(row: RegimeRow, book: RateBook) -> tuple[Decimal, int]:
    """How much a regime takes in: its limit in euro, then how little it names."""
    limit = Decimal("Infinity")
    if row.max_value is not None:
        rate = book.rate(row.max_value.currency, "EUR")
        limit = row.max_value.major * (rate.value if rate else 1)
    return limit, (row.ship_from == "*") + (not row.carriage) + (not row.goods)

"""Duty on a consignment: customs value, tariff by HS prefix and origin, and parcel fees.

source  cross-border rules §3.3 (Reg. (EU) 2026/382), §9; thresholds compare the intrinsic value
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.kernel.fx import convert
from app.kernel.money import Money
from app.rules.explanation import Why
from app.rules.limits import is_within
from app.rules.rate_book import DutyRow, FeeRow, ImportRow, RateBook
from app.rules.result import QuotedDuty, QuotedFee


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Goods of one line as customs see them: `value` is the customs value (net)."""

    line: str
    sku: str
    hs_code: str
    origin: str
    quantity: int
    value: Money


@dataclass(frozen=True, slots=True)
class DutySum:
    """Duty and fees of a consignment; duty None when a line's duty is not known."""

    duties: tuple[QuotedDuty, ...]
    duty: Money | None
    fees: tuple[tuple[FeeRow, QuotedFee], ...]
    unknown: tuple[str, ...]
    why: tuple[Why, ...]


def assess(lines: Sequence[DutyLine], destination: str, country: str, intrinsic: Money,  # noqa: PLR0913 - a consignment's facts
           rule: ImportRow | None, customer: str, book: RateBook, day: date, *,
           in_scheme: bool, has_proof: bool) -> DutySum:
    """Duty and parcel fees of what arrives in one consignment.

    destination  customs area ("EU", "US"); country is the place itself, for national fees
    intrinsic    goods alone, net of tax, after discount
    in_scheme    tax was charged at sale under a low-value scheme: no tariff is due
    """
    currency = intrinsic.currency
    fees = tuple(_fees(lines, destination, country, intrinsic, customer, book, day))
    replaced = next((row for row, _ in fees if row.replaces_duty), None)
    if replaced is not None:
        why = Why("duty", "fee_replaces_duty", day=str(replaced.validity.first),
                  source=replaced.validity.source, confidence=replaced.validity.confidence)
        return DutySum((), Money.zero(currency), fees, (), (why,))
    if in_scheme or _is_below(rule, intrinsic, book):
        name = "scheme_no_duty" if in_scheme else "below_duty_threshold"
        source = rule.validity.source if rule else ""
        return DutySum((), Money.zero(currency), fees, (), (Why("duty", name, source=source),))
    return _tariff(lines, destination, fees, book, day, currency, has_proof=has_proof)


def _tariff(lines: Sequence[DutyLine], destination: str,
            fees: tuple[tuple[FeeRow, QuotedFee], ...], book: RateBook, day: date,
            currency: str, *, has_proof: bool) -> DutySum:
    duties: list[QuotedDuty] = []
    unknown: list[str] = []
    why: list[Why] = []
    for line in lines:
        rows = _rows(line, destination, book, day, has_proof=has_proof)
        if not rows:
            unknown.append(line.sku)
            why.append(Why(f"duty:{line.sku}", "duty_unknown", params={"hs": line.hs_code}))
        for row in rows:
            duty = _amount(row, line, book)
            duties.append(QuotedDuty(line.line, line.sku, line.hs_code, line.origin, line.value,
                                     row.percent, duty, row.kind))
            why.append(Why(
                f"duty:{line.sku}", f"duty_{row.kind}", rate=f"{row.percent} %",
                day=str(row.validity.first), source=row.validity.source,
                confidence=row.validity.confidence,
                params={"hs": line.hs_code, "prefix": row.hs_prefix, "origin": line.origin,
                        "row": row.id},
            ))
    total = None if unknown else Money.total((duty.duty for duty in duties), currency)
    return DutySum(tuple(duties), total, fees, tuple(unknown), tuple(why))


def _rows(line: DutyLine, destination: str, book: RateBook, day: date, *,
          has_proof: bool) -> list[DutyRow]:
    """The row that applies of each kind: the longest prefix, a named origin before any origin."""
    best: dict[str, DutyRow] = {}
    if not line.hs_code or not line.origin:
        return []
    for row in book.duties.get(destination, ()):
        if not row.validity.covers(day) or not line.hs_code.startswith(row.hs_prefix):
            continue
        if not _from(row.origin, line.origin, book) or (row.proof_required and not has_proof):
            continue
        now = best.get(row.kind)
        if now is None or _rank(row) > _rank(now):
            best[row.kind] = row
    if "preference" in best and "mfn" in best:
        del best["mfn" if best["preference"].percent <= best["mfn"].percent else "preference"]
    elif "preference" not in best and "mfn" not in best:
        return []
    return [best[kind] for kind in sorted(best)]


def _rank(row: DutyRow) -> tuple[int, bool]:
    return len(row.hs_prefix), row.origin != "*"


def _from(origin_of_row: str, origin: str, book: RateBook) -> bool:
    return origin_of_row in {"*", origin} or origin in book.origin_groups.get(
        origin_of_row, frozenset()
    )


def _amount(row: DutyRow, line: DutyLine, book: RateBook) -> Money:
    """Rounded half up once per line and row; a specific amount per piece is added or compared."""
    by_value = line.value.times(row.percent, over=Decimal(100))
    if row.per_unit is None:
        return by_value
    rate = book.rate(row.per_unit.currency, line.value.currency)
    if rate is None:
        return by_value
    by_piece = convert(row.per_unit, rate) * line.quantity
    if row.combine == "max":
        return max(by_value, by_piece, key=lambda amount: amount.minor)
    if row.combine == "min":
        return min(by_value, by_piece, key=lambda amount: amount.minor)
    return by_value + by_piece


def _is_below(rule: ImportRow | None, intrinsic: Money, book: RateBook) -> bool:
    if rule is None or rule.duty_threshold is None:
        return False
    return is_within(intrinsic, rule.duty_threshold, book)


def _fees(lines: Sequence[DutyLine], destination: str, country: str, intrinsic: Money,
          customer: str, book: RateBook, day: date) -> Iterable[tuple[FeeRow, QuotedFee]]:
    areas = dict.fromkeys((destination, country))
    for row in (fee for area in areas for fee in book.fees.get(area, ())):
        if not row.validity.covers(day) or (row.customer and row.customer != customer):
            continue
        if row.max_value is not None and not is_within(intrinsic, row.max_value, book):
            continue
        rate = book.rate(row.amount.currency, intrinsic.currency)
        if rate is None:
            continue
        headings = len({line.hs_code[:6] for line in lines})
        count = {"hs6": headings, "item": sum(line.quantity for line in lines)}.get(row.per, 1)
        yield row, QuotedFee(row.code, row.name, convert(row.amount * count, rate))

"""Duty on a consignment: customs value, tariff by HS prefix and origin, and parcel fees.

source  cross-border rules §3.3 (Reg. (EU) 2026/382), §9; thresholds compare the intrinsic value
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.kernel.fx import convert
from app.kernel.money import Money
from app.rules.explanation import Why
from app.rules.limits import in_steps, is_within
from app.rules.rate_book import DutyRow, FeeRow, ImportRow, RateBook
from app.rules.result import QuotedDuty, QuotedFee


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Goods of one line as customs see them: `value` is the customs value (net), weight_g that of
    all pieces together."""

    line: str
    sku: str
    hs_code: str
    origin: str
    quantity: int
    value: Money
    weight_g: int = 0
    taric: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What customs look at besides the goods.

    area, country  customs area ("EU", "US") for the tariff; the place itself for national fees
    intrinsic      goods alone, net of tax, after discount
    is_duty_free   a scheme at sale (VOEC, NZ, SG, …) that comes with relief from duty
    is_ioss        the tax was charged under IOSS, a low-value declaration (H7) will be made
    """

    area: str
    country: str
    intrinsic: Money
    rule: ImportRow | None
    customer: str
    day: date
    is_duty_free: bool = False
    is_ioss: bool = False
    declaration: str = "H7"
    has_proof: bool = False


@dataclass(frozen=True, slots=True)
class DutySum:
    """Duty and fees of a consignment; duty None when a line's duty (or a fee) is not known.

    by_line  duty of each line, in their order; zero where a fee stands in its place
    """

    duties: tuple[QuotedDuty, ...] = ()
    duty: Money | None = None
    by_line: tuple[Money, ...] = ()
    fees: tuple[tuple[FeeRow, QuotedFee], ...] = ()
    why: tuple[Why, ...] = ()


@dataclass
class _Tariff:
    """What the tariff asks, line by line."""

    duties: list[QuotedDuty] = field(default_factory=list)
    by_line: list[Money] = field(default_factory=list)
    is_known: bool = True
    why: list[Why] = field(default_factory=list)


def assess(lines: Sequence[DutyLine], arrival: Arrival, book: RateBook) -> DutySum:
    """Duty and parcel fees of what arrives in one consignment."""
    zero = Money.zero(arrival.intrinsic.currency)
    rows = tuple(_fee_rows(arrival, book))
    flat = next((row for row in rows if row.replaces_duty), None)
    by_tariff = set(range(len(lines)))
    if flat is not None:
        by_tariff = _preferring(lines, arrival, book)
    elif arrival.is_duty_free or _is_below(arrival, book):
        by_tariff = set()
    tariff = _tariff(lines, by_tariff, arrival, book)
    flat_lines = [line for i, line in enumerate(lines) if i not in by_tariff]
    fees, is_known = _fees(lines, flat_lines, rows, arrival, book)
    duty = Money.total(tariff.by_line, zero.currency) if tariff.is_known and is_known else None
    why = [*tariff.why, *_why_none(arrival, flat, is_free=not by_tariff)]
    if not is_known:
        why.append(Why("duty", "fee_unknown"))
    return DutySum(tuple(tariff.duties), duty, tuple(tariff.by_line), fees, tuple(why))


def _why_none(arrival: Arrival, flat: FeeRow | None, *, is_free: bool) -> Iterable[Why]:
    """Why there is no tariff on these goods."""
    if flat is not None:
        yield Why("duty", "fee_replaces_duty", day=str(flat.validity.first),
                  source=flat.validity.source, confidence=flat.validity.confidence)
    elif is_free:
        name = "scheme_no_duty" if arrival.is_duty_free else "below_duty_threshold"
        yield Why("duty", name, source=arrival.rule.validity.source if arrival.rule else "")


def _preferring(lines: Sequence[DutyLine], arrival: Arrival, book: RateBook) -> set[int]:
    """Lines for which the tariff is claimed instead of the flat duty: with proof of preferential
    origin, in a full declaration, and not under IOSS (Reg. (EU) 2026/382)."""
    if arrival.is_ioss or not arrival.has_proof or arrival.declaration != "H1":
        return set()
    return {
        i for i, line in enumerate(lines)
        if any(row.kind == "preference" for row in _rows(line, arrival, book))
    }


def _tariff(lines: Sequence[DutyLine], chosen: set[int], arrival: Arrival,
            book: RateBook) -> _Tariff:
    """Duty of the chosen lines, each row rounded half up once; of the others it is zero."""
    found, currency = _Tariff(), arrival.intrinsic.currency
    for i, line in enumerate(lines):
        owed = Money.zero(currency)
        rows = _rows(line, arrival, book) if i in chosen else []
        if i in chosen and not rows:
            found.is_known = False
            found.why.append(Why(f"duty:{line.sku}", "duty_unknown", params={"hs": line.hs_code}))
        value = _cut(line.value, arrival, book)
        for row in rows:
            duty = _amount(row, line, value, book)
            if duty is None:
                found.is_known = False
                found.why.append(Why(f"duty:{line.sku}", "duty_unknown",
                                     params={"hs": line.hs_code, "row": row.id}))
                continue
            duty = _cut(duty, arrival, book, is_duty=True)
            owed += duty
            found.duties.append(QuotedDuty(line.line, line.sku, line.hs_code, line.origin, value,
                                           row.percent, duty, row.kind))
            found.why.append(_why_row(line, row))
        found.by_line.append(owed)
    return found


def _why_row(line: DutyLine, row: DutyRow) -> Why:
    validity = row.validity
    return Why(
        f"duty:{line.sku}", f"duty_{row.kind}", rate=f"{row.percent} %", day=str(validity.first),
        source=validity.source, confidence=validity.confidence,
        params={"hs": line.hs_code, "prefix": row.hs_prefix, "origin": line.origin, "row": row.id},
    )


def _cut(amount: Money, arrival: Arrival, book: RateBook, *, is_duty: bool = False) -> Money:
    """Cut, where this country's customs cut values and duties instead of rounding them."""
    rule = arrival.rule
    if rule is None or not rule.base_step_minor:
        return amount
    step = (rule.tax_step_minor or 1) if is_duty else rule.base_step_minor
    return in_steps(amount, step, rule.step_currency, book, "down")


def _rows(line: DutyLine, arrival: Arrival, book: RateBook) -> list[DutyRow]:
    """The row that applies of each kind: the longest prefix, a named origin before any origin."""
    best: dict[str, DutyRow] = {}
    code = line.taric if line.taric.startswith(line.hs_code) else line.hs_code
    if not code or not line.origin:
        return []
    by_prefix = book.duties_by_prefix.get(arrival.area, {})
    prefixes = (code[:digits] for digits in range(len(code) + 1))
    for row in (row for prefix in prefixes for row in by_prefix.get(prefix, ())):
        if row.proof_required and not arrival.has_proof:
            continue
        if not row.validity.covers(arrival.day) or not _from(row.origin, line.origin, book):
            continue
        now = best.get(row.kind)
        if now is None or _rank(row) > _rank(now):
            best[row.kind] = row
    if "preference" in best and "mfn" in best:
        del best["mfn" if best["preference"].percent <= best["mfn"].percent else "preference"]
    elif "preference" not in best and "mfn" not in best:
        return []
    return sorted(best.values(), key=lambda row: _KINDS.index(row.kind))


_KINDS = ("mfn", "preference", "antidumping", "countervailing", "safeguard", "surcharge")


def _rank(row: DutyRow) -> tuple[int, bool]:
    return len(row.hs_prefix), row.origin != "*"


def _from(origin_of_row: str, origin: str, book: RateBook) -> bool:
    return origin_of_row in ("*", origin) or origin in book.origin_groups.get(origin_of_row, ())


def _amount(row: DutyRow, line: DutyLine, value: Money, book: RateBook) -> Money | None:
    """Percent of the value, and an amount per piece or kilogram added to it or compared with it;
    None when that amount cannot be converted."""
    by_value = value.times(row.percent, over=Decimal(100))
    if row.per_unit is None:
        return by_value
    rate = book.rate(row.per_unit.currency, value.currency)
    if rate is None:
        return None
    units = Decimal(line.weight_g) / 1000 if row.per_unit_of == "kg" else Decimal(line.quantity)
    by_unit = convert(row.per_unit.times(units), rate)
    if row.combine == "max":
        return max(by_value, by_unit, key=lambda amount: amount.minor)
    if row.combine == "min":
        return min(by_value, by_unit, key=lambda amount: amount.minor)
    return by_value + by_unit


def _is_below(arrival: Arrival, book: RateBook) -> bool:
    rule = arrival.rule
    if rule is None or rule.duty_threshold is None:
        return False
    return is_within(arrival.intrinsic, rule.duty_threshold, book)


def _fee_rows(arrival: Arrival, book: RateBook) -> Iterable[FeeRow]:
    areas = dict.fromkeys((arrival.area, arrival.country))
    for row in (fee for area in areas for fee in book.fees.get(area, ())):
        if not row.validity.covers(arrival.day):
            continue
        if row.customer and row.customer != arrival.customer:
            continue
        if row.max_value is not None and not is_within(arrival.intrinsic, row.max_value, book):
            continue
        yield row


def _fees(lines: Sequence[DutyLine], flat_lines: Sequence[DutyLine], rows: Iterable[FeeRow],
          arrival: Arrival, book: RateBook,
          ) -> tuple[tuple[tuple[FeeRow, QuotedFee], ...], bool]:
    """The fees, and whether all of them could be converted. The flat duty is only on those lines
    that do not pay the tariff; without a line of its own it is not asked."""
    found: list[tuple[FeeRow, QuotedFee]] = []
    is_known = True
    for row in rows:
        touched = flat_lines if row.replaces_duty else lines
        if not touched:
            continue
        rate = book.rate(row.amount.currency, arrival.intrinsic.currency)
        if rate is None:
            is_known = False
            continue
        if row.per == "hs6":
            each = convert(row.amount, rate)
            parts = tuple((name, each) for name in _headings(touched, arrival))
            amount = each * len(parts)
        else:
            count = sum(line.quantity for line in touched) if row.per == "item" else 1
            parts, amount = (), convert(row.amount * count, rate)
        found.append((row, QuotedFee(row.code, row.name, amount, parts, row.replaces_duty)))
    return tuple(found), is_known


def _headings(lines: Sequence[DutyLine], arrival: Arrival) -> dict[str, None]:
    """Subheadings of six digits, of ten in a full declaration. Goods without a code count as a
    heading of their own: too little is never asked."""
    digits = 10 if arrival.declaration == "H1" and not arrival.is_ioss else 6
    return dict.fromkeys(
        ((line.taric if digits == 10 else "") or line.hs_code)[:digits] or line.sku
        for line in lines
    )

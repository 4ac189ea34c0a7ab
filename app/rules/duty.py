"""Duty on a consignment: customs value, tariff by HS prefix and origin, and parcel fees.

source  cross-border rules §3.3 (Reg. (EU) 2026/382), §9; thresholds compare the intrinsic value
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.kernel.fx import convert
from app.kernel.money import Money
from app.rules.arrival import Arrival, DutyLine
from app.rules.explanation import Why
from app.rules.limits import in_steps, is_within, not_comparable
from app.rules.parcel_fees import fee_rows, fees_of, touching
from app.rules.rate_book import DutyRow, FeeRow, RateBook, RegimeRow
from app.rules.regimes import are_among, duty_by_line, fitting, regime_of
from app.rules.result import QuotedDuty, QuotedFee

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class DutySum:
    """Duty and fees of a consignment; duty None when a line's duty (or a fee) is not known.

    by_line  duty of each line, in their order; zero where a fee stands in its place
    regime   the simplified clearance it is taken under, if any
    is_beyond_limits  goods for which the country's limits do not hold are among them
    """

    duties: tuple[QuotedDuty, ...] = ()
    duty: Money | None = None
    by_line: tuple[Money, ...] = ()
    fees: tuple[tuple[FeeRow, QuotedFee], ...] = ()
    why: tuple[Why, ...] = ()
    regime: RegimeRow | None = None
    is_beyond_limits: bool = False


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
    rows = tuple(fee_rows(arrival, book))
    flat = next((row for row in rows if row.replaces_duty), None)
    regime = None
    if flat is None and not arrival.is_duty_free:
        regime = regime_of(lines, arrival, book)
    by_tariff = set(range(len(lines)))
    if flat is not None:
        by_tariff = _preferring(lines, arrival, book)
    elif regime is not None or arrival.is_duty_free or _is_below(lines, arrival, book):
        by_tariff = set()
    tariff = (_by_regime(regime, lines, arrival, book) if regime is not None
              else _tariff(lines, by_tariff, arrival, book))
    flat_lines = [line for i, line in enumerate(lines) if i not in by_tariff]
    fees, is_known = fees_of(lines, flat_lines, rows, arrival, book)
    duty = Money.total(tariff.by_line, zero.currency) if tariff.is_known and is_known else None
    why = [*tariff.why]
    if regime is None:
        why += _why_none(arrival, flat, is_free=not by_tariff)
    if not is_known:
        why.append(Why("duty", "fee_unknown"))
    beyond = arrival.rule is not None and are_among(lines, arrival.rule.except_goods)
    if regime is None:
        why += not_comparable(zero.currency, _limits(lines, arrival, book, flat), book)
    return DutySum(tuple(tariff.duties), duty, tuple(tariff.by_line), fees, tuple(why), regime,
                   is_beyond_limits=beyond)


def _limits(lines: Sequence[DutyLine], arrival: Arrival, book: RateBook,
            flat: FeeRow | None) -> Iterable[Money | None]:
    """Every limit on the value that this consignment is compared with."""
    yield from (row.max_value for row in touching(arrival, book))
    if flat is not None or arrival.is_duty_free:
        return
    yield from (row.max_value for row in fitting(lines, arrival, book))
    rule = arrival.rule
    if rule is not None and not are_among(lines, rule.except_goods):
        yield rule.duty_threshold


def _by_regime(row: RegimeRow, lines: Sequence[DutyLine], arrival: Arrival,
               book: RateBook) -> _Tariff:
    """What a simplified clearance asks, line by line; no line of duty where it asks nothing."""
    found, validity = _Tariff(), row.validity
    found.why.append(Why(
        "duty", "regime", rate=f"{row.duty_percent} %", day=validity.since,
        source=validity.source, confidence=validity.confidence,
        params={"name": row.name, "row": row.id, "ship_from": arrival.ship_from}))
    duties = duty_by_line(row, lines, book)
    if duties is None:
        found.is_known, duties = False, [Money.zero(line.value.currency) for line in lines]
        found.why.append(Why("duty", "duty_unknown", params={"row": row.id}))
    found.by_line = duties
    if row.duty_percent:
        found.duties = [QuotedDuty(line.line, line.sku, line.hs_code, line.origin, line.value,
                                   row.duty_percent, duty, "simplified")
                        for line, duty in zip(lines, duties, strict=True)]
    return found


def _why_none(arrival: Arrival, flat: FeeRow | None, *, is_free: bool) -> Iterable[Why]:
    """Why there is no tariff on these goods."""
    if flat is not None:
        yield Why("duty", "fee_replaces_duty", day=flat.validity.since,
                  source=flat.validity.source, confidence=flat.validity.confidence)
    elif is_free:
        name = "scheme_no_duty" if arrival.is_duty_free else "below_duty_threshold"
        yield Why("duty", name, source=arrival.rule.validity.source if arrival.rule else "")


def _preferring(lines: Sequence[DutyLine], arrival: Arrival, book: RateBook) -> set[int]:
    """Lines for which the tariff is claimed instead of the flat duty: with proof of preferential
    origin, in a full declaration, and not under IOSS (Reg. (EU) 2026/382)."""
    if arrival.is_ioss or arrival.declaration != "H1":
        return set()
    return {
        i for i, line in enumerate(lines)
        if (arrival.has_proof or line.has_proof)
        and any(row.kind == "preference" for row in _rows(line, arrival, book))
    }


def _tariff(lines: Sequence[DutyLine], chosen: set[int], arrival: Arrival,
            book: RateBook) -> _Tariff:
    """Duty of the chosen lines, each row rounded half up once; of the others it is zero."""
    found, currency = _Tariff(), arrival.intrinsic.currency
    for i, line in enumerate(lines):
        owed = Money.zero(currency)
        value = _cut(line.value, arrival, book)
        rows = _rows(line, arrival, book) if i in chosen else []
        priced = [(row, _amount(row, line, value, book)) for row in rows]
        if i in chosen and (not rows or any(duty is None for _, duty in priced)):
            found.is_known = False
            found.why.append(Why(f"duty:{line.sku}", "duty_unknown", params={"hs": line.hs_code}))
        for row, duty in _cheaper([(row, duty) for row, duty in priced if duty is not None]):
            cut = _cut(duty, arrival, book, is_duty=True)
            owed += cut
            found.duties.append(QuotedDuty(line.line, line.sku, line.hs_code, line.origin, value,
                                           row.percent, cut, row.kind))
            found.why.append(_why_row(line, row))
        found.by_line.append(owed + _on_duty(line, rows, arrival, found))
    return found


def _cheaper(priced: list[tuple[DutyRow, Money]]) -> list[tuple[DutyRow, Money]]:
    """Without the dearer of the ordinary and the preferential tariff."""
    either = [(duty.minor, row.kind) for row, duty in priced if row.kind in _TARIFFS]
    if len(either) < len(_TARIFFS):
        return priced
    taken = min(either, key=lambda pair: (pair[0], pair[1] != "preference"))[1]
    return [(row, duty) for row, duty in priced
            if row.kind not in _TARIFFS or row.kind == taken]


def _on_duty(line: DutyLine, rows: Sequence[DutyRow], arrival: Arrival,
             found: _Tariff) -> Money:
    """The surcharge a country takes on the tariff itself (India). A table that names a surcharge of
    its own for these goods says it all."""
    rule, currency = arrival.rule, arrival.intrinsic.currency
    if rule is None or not rule.duty_surcharge_percent or not rows or any(
        row.kind == "surcharge" for row in rows
    ):
        return Money.zero(currency)
    base = Money.total((duty.duty for duty in found.duties
                        if duty.line == line.line and duty.kind in _TARIFFS), currency)
    more = base.times(rule.duty_surcharge_percent, over=_HUNDRED)
    if more:
        found.duties.append(QuotedDuty(line.line, line.sku, line.hs_code, line.origin, base,
                                       rule.duty_surcharge_percent, more, "surcharge_on_duty"))
        validity = rule.validity
        found.why.append(Why(f"duty:{line.sku}", "duty_on_duty",
                             rate=f"{rule.duty_surcharge_percent} %", day=validity.since,
                             source=validity.source, confidence=validity.confidence))
    return more


def _why_row(line: DutyLine, row: DutyRow) -> Why:
    validity = row.validity
    return Why(
        f"duty:{line.sku}", f"duty_{row.kind}", rate=f"{row.percent} %", day=validity.since,
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
    """The row that applies of each kind and programme; none where neither tariff is known."""
    best: dict[tuple[str, ...], DutyRow] = {}
    code = line.taric or line.hs_code
    if not code or not line.origin:
        return []
    by_prefix = book.duties_by_prefix.get(arrival.area, {})
    prefixes = (code[:digits] for digits in range(len(code) + 1))
    for row in (row for prefix in prefixes for row in by_prefix.get(prefix, ())):
        if row.proof_required and not (arrival.has_proof or line.has_proof):
            continue
        if not row.validity.covers(arrival.day) or not _from(row.origin, line.origin, book):
            continue
        key = _programme(row)
        now = best.get(key)
        if now is None or _rank(row, line.origin) > _rank(now, line.origin):
            best[key] = row
    if not any(row.kind in _TARIFFS for row in best.values()):
        return []
    return sorted(best.values(),
                  key=lambda row: (_KINDS.index(row.kind), row.measure, row.origin != "*"))


def _programme(row: DutyRow) -> tuple[str, ...]:
    """Within one the longest prefix wins, several add up. An additional duty that names no measure
    is told apart by whom it is laid on: one on all countries and one on China are two."""
    if row.kind in _TARIFFS or row.measure:
        return row.kind, row.measure
    return row.kind, "", row.origin


_TARIFFS = ("mfn", "preference")
_KINDS = (*_TARIFFS, "antidumping", "countervailing", "safeguard", "surcharge")


def _rank(row: DutyRow, origin: str) -> tuple[int, int, Decimal]:
    """The longest prefix, then the country itself before a group before any; of two agreements
    that serve the same goods, the cheaper."""
    nearness = 2 if row.origin == origin else int(row.origin != "*")
    return len(row.hs_prefix), nearness, -row.percent


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


def _is_below(lines: Sequence[DutyLine], arrival: Arrival, book: RateBook) -> bool:
    rule = arrival.rule
    if rule is None or rule.duty_threshold is None or are_among(lines, rule.except_goods):
        return False
    per_item = rule.threshold_per == "item" and arrival.dearest is not None
    value = arrival.dearest if per_item and arrival.dearest else arrival.intrinsic
    if rule.threshold_of == "cif" and arrival.freight is not None:
        value += arrival.freight
    return is_within(value, rule.duty_threshold, book)

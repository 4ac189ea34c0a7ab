"""One consignment, taxed and cleared: what leaves one warehouse for one door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.kernel.money import Money
from app.rules.duty import DutyLine, DutySum, assess
from app.rules.explanation import Why
from app.rules.facts import LineFacts, QuoteFacts
from app.rules.limits import is_within
from app.rules.rate_book import RateBook, TaxRateRow
from app.rules.result import Consignment, QuotedDuty, QuotedFee, QuotedTax
from app.rules.tax_amounts import tax_of
from app.rules.treatment import Area, Decision, Treatment, decide, locate

SELLER_COLLECTS = frozenset({
    Treatment.DOMESTIC, Treatment.OSS_UNION, Treatment.ORIGIN_BELOW_10K, Treatment.IOSS,
    Treatment.LOW_VALUE_SCHEME, Treatment.LOCAL_SALES_TAX, Treatment.ORIGIN_VAT_B2B,
})
NOTHING_DUE = frozenset({
    Treatment.EXPORT, Treatment.INTRA_COMMUNITY_SUPPLY, Treatment.REVERSE_CHARGE_SCHEME,
})


@dataclass
class Cleared:
    """The numbers of one consignment; amounts charged now, or at the door when `at_door`."""

    consignment: Consignment
    taxes: list[QuotedTax] = field(default_factory=list)
    tax: Money | None = None
    tax_included: Money | None = None
    duties: tuple[QuotedDuty, ...] = ()
    duty: Money | None = None
    fees: tuple[QuotedFee, ...] = ()
    fee_total: Money | None = None
    at_door: bool = False
    is_estimate: bool = False
    why: list[Why] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Parcelled:
    """What a consignment holds: its lines, what each is paid, and its share of the shipping."""

    lines: Sequence[LineFacts]
    paid: Sequence[Money]
    shipping: Money
    ship_from: str
    service: str
    incoterm: str
    dispatch: date | None


def clear(facts: QuoteFacts, held: Parcelled, book: RateBook) -> Cleared:
    """Treatment, tax, duty and fees of one consignment."""
    day = facts.now.date()
    area = locate(facts.destination, book)
    home = _jurisdiction(area, book)
    components = {
        category: book.tax_on(home, category, day)
        for category in {line.tax_category for line in held.lines}
    }
    nets = [
        _net(paid, components[line.tax_category]) if facts.market.tax_included else paid
        for line, paid in zip(held.lines, held.paid, strict=True)
    ]
    intrinsic = Money.total(nets, facts.currency)
    dearest = max(
        (net.times(Decimal(1), over=Decimal(line.quantity))
         for line, net in zip(held.lines, nets, strict=True)),
        key=lambda piece: piece.minor,
    )
    decision = decide(facts.seller, held.ship_from, area, facts.customer, intrinsic, dearest,
                      book, day)
    result = Cleared(_consignment(held, decision, book), why=[_why_treatment(held, decision, book)])
    duty = _duty(facts, held, area, decision, nets, intrinsic, book, day)
    rates = {
        category: book.tax_on(decision.jurisdiction if decision.treatment in SELLER_COLLECTS
                              and decision.jurisdiction != area.tax else home, category, day)
        for category in components
    }
    _tax(result, facts, held, decision, rates, duty, intrinsic, book)
    result.at_door = decision.crosses_border and (
        held.incoterm == "DAP" or (duty is not None and duty.duty is None)
    )
    if duty is not None:
        result.duties, result.duty = duty.duties, duty.duty
        result.fees = tuple(fee for _, fee in duty.fees)
        result.why += duty.why
        result.why += [_why_fee(row, fee) for row, fee in duty.fees]
        result.is_estimate |= any(why.confidence == "estimate" for why in duty.why)
    result.fee_total = Money.total((fee.amount for fee in result.fees), facts.currency)
    return result


def _jurisdiction(area: Area, book: RateBook) -> str:
    """Where rates are read: the region where it has its own ("CA-QC"), else the tax area."""
    regional = f"{area.tax}-{area.region}"
    return regional if area.region and regional in book.tax_rates else area.tax


def _net(paid: Money, rows: Sequence[TaxRateRow]) -> Money:
    rate = sum((row.percent for row in rows), Decimal(0)) / 100
    return paid.times(Decimal(1), over=1 + rate)


def _duty(facts: QuoteFacts, held: Parcelled, area: Area, decision: Decision,
          nets: Sequence[Money], intrinsic: Money, book: RateBook, day: date) -> DutySum | None:
    """Duty where customs stand between; None where they do not (then nothing is shown)."""
    if not decision.crosses_border:
        return None
    freight = held.shipping
    rule = decision.import_rule
    weights = [max(net.minor, 0) for net in nets]
    shares = freight.split(weights) if any(weights) else [Money.zero(facts.currency)] * len(nets)
    is_cif = rule is None or rule.valuation == "CIF"
    lines = [
        DutyLine(line.line, line.sku, line.hs_code, line.origin, line.quantity,
                 net + share if is_cif else net)
        for line, net, share in zip(held.lines, nets, shares, strict=True)
    ]
    in_scheme = decision.treatment in {
        Treatment.IOSS, Treatment.LOW_VALUE_SCHEME, Treatment.REVERSE_CHARGE_SCHEME
    }
    return assess(lines, area.customs, area.country, intrinsic, rule, facts.customer.kind, book,
                  day, in_scheme=in_scheme, has_proof=facts.has_origin_proof)


def _tax(result: Cleared, facts: QuoteFacts, held: Parcelled, decision: Decision,  # noqa: PLR0913 - one consignment's facts
         rates: Mapping[str, tuple[TaxRateRow, ...]], duty: DutySum | None, intrinsic: Money,
         book: RateBook) -> None:
    """Tax per rate on goods, shipping and, at import, on duty and fees."""
    zero = Money.zero(facts.currency)
    result.tax = result.tax_included = zero
    rule = decision.import_rule
    if decision.treatment in NOTHING_DUE:
        return
    is_import = decision.treatment is Treatment.IMPORT
    if is_import and rule and rule.tax_threshold and rule.tax_threshold_kind == "value" and (
        is_within(intrinsic, rule.tax_threshold, book)
    ):
        result.why.append(Why("tax", "below_tax_threshold", source=rule.validity.source,
                              params={"limit": _text(rule.tax_threshold)}))
        return
    groups = _groups(held, rates)
    extra = _extra_base(decision, duty, facts.currency)
    heaviest = max(groups, key=lambda key: Money.total(groups[key], facts.currency).minor,
                   default=())
    taxes: list[tuple[QuotedTax, Money]] = []
    for rows, amounts in groups.items():
        taxes += _taxed_group(facts, decision, rows, amounts, extra if rows == heaviest else zero)
    total = Money.total((tax.tax for tax, _ in taxes), facts.currency)
    if is_import and rule and rule.tax_threshold and rule.tax_threshold_kind == "tax_amount" and (
        is_within(total, rule.tax_threshold, book)
    ):
        result.why.append(Why("tax", "tax_too_small", source=rule.validity.source,
                              params={"limit": _text(rule.tax_threshold)}))
        return
    result.taxes = [tax for tax, _ in taxes]
    result.tax, result.tax_included = total, Money.total((i for _, i in taxes), facts.currency)
    result.is_estimate |= any(tax.is_estimate for tax in result.taxes)
    result.why += [_why_tax(row) for rows in groups for row in rows]


def _groups(held: Parcelled, rates: Mapping[str, tuple[TaxRateRow, ...]],
            ) -> dict[tuple[TaxRateRow, ...], list[Money]]:
    """Amounts by the tax rows that apply to them; shipping follows the goods by value unless
    the jurisdiction taxes it as standard or not at all."""
    groups: dict[tuple[TaxRateRow, ...], list[Money]] = {}
    for line, paid in zip(held.lines, held.paid, strict=True):
        rows = rates[line.tax_category]
        if rows:
            groups.setdefault(rows, []).append(paid)
    if not groups or not held.shipping:
        return groups
    any_row = next(iter(groups))[0]
    if any_row.shipping == "exempt":
        return groups
    keys = list(groups)
    if any_row.shipping == "taxable":
        top = max(keys, key=lambda rows: sum(row.percent for row in rows))
        groups[top].append(held.shipping)
        return groups
    weights = [sum(amount.minor for amount in groups[key]) for key in keys]
    if not any(weights):
        weights = [1] * len(keys)
    for key, share in zip(keys, held.shipping.split(weights), strict=True):
        groups[key].append(share)
    return groups


def _taxed_group(facts: QuoteFacts, decision: Decision, rows: tuple[TaxRateRow, ...],
                 amounts: Sequence[Money], extra: Money) -> list[tuple[QuotedTax, Money]]:
    """One QuotedTax per component of a group, each with the part that was inside the prices."""
    percents = [row.percent for row in rows]
    inclusive = facts.market.tax_included
    sums, parts = tax_of(amounts, percents, included=inclusive, mode=facts.market.rounding,
                         currency=facts.currency)
    weights = [int(percent * 1000) for percent in percents]
    inside = sums.included.split(weights) if any(weights) else [
        Money.zero(facts.currency) for _ in rows
    ]
    found = []
    for row, tax, included in zip(rows, parts, inside, strict=True):
        on_extra = extra.times(row.percent, over=Decimal(100))
        found.append((QuotedTax(
            jurisdiction=row.jurisdiction, name=row.name, percent=row.percent,
            net=sums.net + extra, tax=tax + on_extra, is_included=inclusive,
            is_estimate=row.validity.confidence == "estimate",
            collected_by="customs" if decision.treatment is Treatment.IMPORT else "seller",
        ), included))
    return found


def _extra_base(decision: Decision, duty: DutySum | None, currency: str) -> Money:
    """Duty and fees that are themselves taxed: at import all of the duty, fees as the row says."""
    base = Money.zero(currency)
    if duty is None:
        return base
    is_import = decision.treatment is Treatment.IMPORT
    if is_import and duty.duty is not None:
        base += duty.duty
    for row, fee in duty.fees:
        if row.in_import_tax_base if is_import else row.in_scheme_tax_base:
            base += fee.amount
    return base


def _consignment(held: Parcelled, decision: Decision, book: RateBook) -> Consignment:
    row = book.vatex.get(decision.code)
    return Consignment(
        warehouse=held.lines[0].warehouse, ship_from=held.ship_from,
        lines=tuple(dict.fromkeys(line.line for line in held.lines)), treatment=decision.code,
        vatex=row.vatex if row else "", einvoice_category=row.einvoice_category if row else "",
        service=held.service, incoterm=held.incoterm, dispatch=held.dispatch,
    )


def _why_treatment(held: Parcelled, decision: Decision, book: RateBook) -> Why:
    row = book.vatex.get(decision.code)
    rule = decision.import_rule
    source = (row.reason if row and row.reason else "") or (rule.validity.source if rule else "")
    return Why("treatment", f"treatment_{decision.rule}", source=source,
               params={"treatment": decision.code, "ship_from": held.ship_from,
                       "jurisdiction": decision.jurisdiction})


def _why_tax(row: TaxRateRow) -> Why:
    return Why(f"tax:{row.jurisdiction}:{row.percent}", "tax_rate", rate=f"{row.percent} %",
               day=str(row.validity.first), source=row.validity.source,
               confidence=row.validity.confidence,
               params={"name": row.name, "jurisdiction": row.jurisdiction,
                       "category": row.category, "row": row.id})


def _why_fee(row: object, fee: QuotedFee) -> Why:
    validity = row.validity  # type: ignore[attr-defined]
    return Why(f"fee:{fee.code}", "fee", rate=_text(row.amount),  # type: ignore[attr-defined]
               day=str(validity.first), source=validity.source, confidence=validity.confidence,
               params={"name": fee.name})


def _text(amount: Money) -> str:
    return f"{amount.major} {amount.currency}"

"""A consignment at the border: duty, fees and tax of an import, and when they are paid.

They are charged now when the parcel goes DDP and all of them are known, else they are due at the
door; never one part so and another otherwise.
source  cross-border rules §3.5, §9.2, §9.6, §9.7
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from app.kernel.money import Money
from app.rules.arrival import Arrival, DutyLine
from app.rules.cleared import Case, Cleared, why_fee
from app.rules.duty import DutySum, assess
from app.rules.explanation import Why
from app.rules.facts import LineFacts
from app.rules.origin import is_proven
from app.rules.rate_book import TaxRateRow
from app.rules.sale_tax import Taxable, Taxed, tax_on_import
from app.rules.tax_amounts import net_of
from app.rules.treatment import Decision, Treatment

_HUNDRED = Decimal(100)


def clear_at_border(result: Cleared, case: Case, nets: Sequence[Money]) -> None:
    """Duty, fees and tax of an import: now (DDP) when all is known, else at the door."""
    if case.held.incoterm == "DDP" and _can_prepay(case.decision):
        _import(result, case, nets, included=case.facts.market.tax_included)
        if result.duty is not None and result.tax is not None:
            return
        result.why.append(Why("duty", "not_prepaid"))
    result.taxes, result.why = [], result.why[:1] + [
        why for why in result.why[1:] if why.rule == "not_prepaid"
    ]
    _import(result, case, case.held.paid, included=False)
    result.tax_at_door = result.duty_at_door = True
    if case.facts.market.tax_included:
        result.why.append(Why("tax", "price_kept"))


def _can_prepay(decision: Decision) -> bool:
    """A carrier clears what crosses a customs border. Between parts of one customs territory (the
    Canary Islands, the overseas departments) none does: the local tax is the importer's own."""
    return decision.treatment is Treatment.IMPORT or decision.crosses_border


def _import(result: Cleared, case: Case, values: Sequence[Money], *, included: bool) -> None:
    facts, held, decision = case.facts, case.held, case.decision
    freight = freight_of(case, included=included)
    duty = DutySum((), case.zero, tuple(case.zero for _ in values))
    if decision.crosses_border:
        duty = duty_of(case, values, freight)
    keep_duty(result, case, duty)
    rule = decision.import_rule
    if result.duty is None and not (rule and rule.import_tax_base == "none"):
        # Its base holds the duty, so the tax is not known either.
        result.tax, result.tax_included = None, case.zero
        return
    more = Money.total((fee.amount for row, fee in duty.fees if row.in_import_tax_base),
                       facts.currency)
    extras = duty.by_line or tuple(case.zero for _ in values)
    what = Taxable(
        [(line.tax_category, paid, extra)
         for line, paid, extra in zip(held.lines, held.paid, extras, strict=True)],
        held.shipping, included, "customs", more,
    )
    found = _border_tax(case, what, values, duty)
    keep_tax(result, case, found)
    if result.tax is not None:
        disburse(result, case, duty, result.tax)


def _border_tax(case: Case, what: Taxable, values: Sequence[Money], duty: DutySum) -> Taxed:
    """By the country's rule; a simplified clearance has a share of the tax, and limits, of its own.
    Goods that the limits leave out pay whatever they are worth."""
    rule, rates, regime = case.decision.import_rule, case.rates, duty.regime
    if regime is not None and not regime.tax_share_percent:
        validity = regime.validity
        why = Why("tax", "regime_without_tax", day=validity.since, source=validity.source,
                  confidence=validity.confidence, params={"name": regime.name, "row": regime.id})
        return Taxed([], case.zero, case.zero, [why])
    if regime is not None:
        rates = {category: tuple(
            replace(row, percent=row.percent * regime.tax_share_percent / _HUNDRED)
            for row in rows) for category, rows in rates.items()}
    if rule is not None and (regime is not None or duty.is_beyond_limits):
        rule = replace(rule, tax_threshold=None)
    per_item = rule is not None and rule.threshold_per == "item"
    value = _dearest(case, values) if per_item else Money.total(values, case.facts.currency)
    if rule is not None and rule.threshold_of == "cif":
        value += freight_of(case, included=what.included)
    return tax_on_import(what, rates, case.facts.market, rule, value, case.book)


def disburse(result: Cleared, case: Case, duty: DutySum, tax: Money) -> None:
    """Fees that are a percentage of what the carrier advances, outside every tax base: the duty
    (the flat one too) and the tax at the border. Where nothing is advanced nothing is asked."""
    flat = Money.total((fee.amount for row, fee in duty.fees if row.replaces_duty), tax.currency)
    advanced = (duty.duty or case.zero) + flat + tax
    result.fees = tuple(
        replace(fee, amount=max(fee.amount, advanced.times(row.percent, over=_HUNDRED),
                                key=lambda amount: amount.minor)) if row.percent else fee
        for row, fee in duty.fees if advanced or not row.percent
    )
    result.fee_total = Money.total((fee.amount for fee in result.fees), case.facts.currency)


def duty_of(case: Case, values: Sequence[Money], freight: Money) -> DutySum:
    """Duty on the customs value: with freight (CIF) shared by value, or without (FOB)."""
    facts, decision = case.facts, case.decision
    rule = decision.import_rule
    weights = [max(value.minor, 0) for value in values]
    shares = freight.split(weights) if any(weights) else [case.zero] * len(weights)
    is_cif = rule is None or rule.valuation == "CIF"
    intrinsic = Money.total(values, facts.currency)
    lines = [
        DutyLine(line.line, line.sku, line.hs_code, line.origin, line.quantity,
                 value + share if is_cif else value, line.weight_g * line.quantity,
                 _national_code(case, line), line.tax_category,
                 is_proven(line.documents, case.area, case.day, intrinsic, case.book))
        for line, value, share in zip(case.held.lines, values, shares, strict=True)
    ]
    arrival = Arrival(
        area=case.area.customs, country=case.area.country,
        intrinsic=intrinsic, rule=rule, customer=_buyer(case),
        day=case.day, is_duty_free=_is_duty_free(decision),
        is_ioss=decision.treatment is Treatment.IOSS, declaration=facts.declaration,
        has_proof=facts.has_origin_proof, dearest=_dearest(case, values), freight=freight,
        ship_from=case.held.ship_from, carriage=case.held.carriage, carrier=case.held.carrier,
        registrations=facts.seller.registrations,
    )
    return assess(lines, arrival, case.book)


def _buyer(case: Case) -> str:
    """Who customs take the buyer for: under IOSS a consumer, as a business without a valid number
    is; it would not be sold to under IOSS otherwise."""
    return "consumer" if case.decision.treatment is Treatment.IOSS else case.facts.customer.kind


def _national_code(case: Case, line: LineFacts) -> str:
    """The tariff code of the place of arrival, '' where only the world's six digits are known."""
    return line.taric or next(
        (code for area, code in line.codes if area in (case.area.customs, case.area.country)), "")


def _dearest(case: Case, values: Sequence[Money]) -> Money:
    """The value of the dearest single piece."""
    pieces = (value.times(Decimal(1), over=Decimal(line.quantity or 1))
              for line, value in zip(case.held.lines, values, strict=True))
    return max(pieces, key=lambda piece: piece.minor)


def _is_duty_free(decision: Decision) -> bool:
    """Schemes at sale that come with relief from duty; IOSS is about VAT alone."""
    rule = decision.import_rule
    in_scheme = decision.treatment in {
        Treatment.LOW_VALUE_SCHEME, Treatment.REVERSE_CHARGE_SCHEME
    }
    return in_scheme and rule is not None and rule.scheme_relieves_duty


def freight_of(case: Case, *, included: bool) -> Money:
    """Shipping without the tax in it, by the rate of the dearest goods."""
    if not included or not case.held.shipping:
        return case.held.shipping
    dearest = max(range(len(case.held.paid)), key=lambda i: case.held.paid[i].minor)
    return net_of(case.held.shipping, share_of(case.rates[case.held.lines[dearest].tax_category]))


def keep_duty(result: Cleared, case: Case, duty: DutySum) -> None:
    """Duty and fees with their reasons."""
    result.duties, result.duty = duty.duties, duty.duty
    result.fees = tuple(fee for _, fee in duty.fees)
    result.fee_total = Money.total((fee.amount for fee in result.fees), case.facts.currency)
    result.why += duty.why
    result.why += [why_fee(row, fee) for row, fee in duty.fees]


def keep_tax(result: Cleared, case: Case, taxed: Taxed) -> None:
    """The tax with its reasons."""
    result.taxes, result.tax = taxed.taxes, taxed.tax
    result.tax_included = taxed.included or case.zero
    for why in taxed.why:
        params = {**why.params, "jurisdiction": case.decision.jurisdiction or case.area.country}
        result.why.append(why if why.rule != "tax_unknown" else Why("tax", why.rule,
                                                                   params=params))
    if taxed.tax is not None and not taxed.tax and case.facts.market.tax_included and (
        not taxed.taxes
    ):
        result.why.append(Why("tax", "price_kept"))


def share_of(rows: Sequence[TaxRateRow]) -> Decimal:
    """Component rates together, as a fraction."""
    return sum((row.percent for row in rows), Decimal(0)) / _HUNDRED

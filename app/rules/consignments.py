"""One consignment, taxed and cleared: what leaves one warehouse for one door.

What is charged now and what is asked at the door are kept apart: a tax collected at sale is always
charged now; border tax, duty and fees are charged now when the parcel goes DDP and all of them
are known, else they are due at the door. What is not known is None, never zero.

Prices that hold the tax of their market keep their amount when no tax of that market is charged
(export, supply to a business, import at the door): nothing is then inside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.kernel.money import Money
from app.rules.cleared import (
    Case,
    Cleared,
    Parcelled,
    Rates,
    consignment_of,
    why_fee,
    why_treatment,
)
from app.rules.duty import Arrival, DutyLine, DutySum, assess
from app.rules.explanation import Why
from app.rules.facts import LineFacts, QuoteFacts
from app.rules.places import Area, locate, rates_of
from app.rules.rate_book import FeeRow, RateBook, TaxRateRow
from app.rules.result import QuotedFee
from app.rules.sale_tax import Taxable, Taxed, tax_on_import, tax_on_sale
from app.rules.tax_amounts import net_of
from app.rules.treatment import Decision, Sale, Treatment, decide

SELLER_COLLECTS = frozenset({
    Treatment.DOMESTIC, Treatment.OSS_UNION, Treatment.ORIGIN_BELOW_10K, Treatment.IOSS,
    Treatment.LOW_VALUE_SCHEME, Treatment.LOCAL_SALES_TAX, Treatment.ORIGIN_VAT_B2B,
    Treatment.NO_TAX_COUNTRY,
})
AT_BORDER = frozenset({Treatment.IMPORT, Treatment.EXPORT})
STANDARD = "standard"
_HUNDRED = Decimal(100)


def clear(facts: QuoteFacts, held: Parcelled, book: RateBook) -> Cleared:
    """Treatment, tax, duty and fees of one consignment."""
    day = facts.now.date()
    area = locate(facts.destination, book)
    categories = frozenset(line.tax_category for line in held.lines)
    here = _rates(rates_of(area, book), categories, book, day)
    nets = _nets(held, here) if facts.market.tax_included else list(held.paid)
    decision = decide(_sale(facts, held, area, nets, categories, book, day), book, day)
    rates = _rates(decision.jurisdiction, categories, book, day)
    case = Case(facts, held, book, area, day, decision, rates)
    result = Cleared(consignment_of(case), decision, why=[why_treatment(case)])
    if decision.treatment in AT_BORDER and not _is_seller_side(case):
        _at_border(result, case, nets)
    else:
        _at_sale(result, case, nets)
    result.is_estimate |= any(tax.is_estimate for tax in result.taxes)
    result.is_estimate |= any(why.confidence == "estimate" for why in result.why)
    result.consignment = consignment_of(case, result)
    return result


def _rates(place: str, categories: frozenset[str], book: RateBook, day: date) -> Rates:
    return {category: book.tax_on(place, category, day) for category in categories | {STANDARD}}


def _nets(held: Parcelled, rates: Rates) -> list[Money]:
    """What is paid for the lines without the destination's tax."""
    return [net_of(paid, _share(rates[line.tax_category]))
            for line, paid in zip(held.lines, held.paid, strict=True)]


def _share(rows: Sequence[TaxRateRow]) -> Decimal:
    return sum((row.percent for row in rows), Decimal(0)) / _HUNDRED


def _sale(facts: QuoteFacts, held: Parcelled, area: Area, nets: Sequence[Money],  # noqa: PLR0913 - one consignment's facts
          categories: frozenset[str], book: RateBook, day: date) -> Sale:
    pieces = (net.times(Decimal(1), over=Decimal(line.quantity or 1))
              for line, net in zip(held.lines, nets, strict=True))
    gross = Money.total(held.paid, facts.currency) + held.shipping
    home = book.tax_on(held.ship_from, "standard", day)
    return Sale(
        seller=facts.seller, customer=facts.customer, ship_from=held.ship_from, area=area,
        intrinsic=Money.total(nets, facts.currency),
        dearest=max(pieces, key=lambda piece: piece.minor),
        home_net=net_of(gross, _share(home)) if facts.market.tax_included else gross,
        categories=categories, is_platform_sale=facts.is_platform_sale,
        is_seller_side=facts.is_seller_side,
    )


def _category(case: Case, line: LineFacts, paid: Money) -> str:
    """The category this line is taxed in: a relief for cheap pieces does not hold for dear ones."""
    rows = case.rates[line.tax_category]
    if any(row.below and paid.minor >= row.below.minor * line.quantity for row in rows):
        return STANDARD
    return line.tax_category


def _is_seller_side(case: Case) -> bool:
    """Exports of which only the seller's side is asked: the border is not looked at."""
    return case.facts.is_seller_side and case.decision.treatment is Treatment.EXPORT


def _at_sale(result: Cleared, case: Case, nets: Sequence[Money]) -> None:
    """Tax with the order, or none; duty and fees where customs come between."""
    facts, held, decision = case.facts, case.held, case.decision
    is_taxed = decision.treatment in SELLER_COLLECTS
    if decision.crosses_border and not _is_seller_side(case) and (
        decision.treatment is not Treatment.MARKETPLACE_COLLECTS
    ):
        values = nets if is_taxed else held.paid
        freight = _freight(case, included=is_taxed and facts.market.tax_included)
        _keep_duty(result, case, _duty(case, values, freight))
        result.duty_at_door = held.incoterm == "DAP" or result.duty is None
    else:
        result.duty = result.fee_total = case.zero
    if not is_taxed:
        result.tax = result.tax_included = case.zero
        if facts.market.tax_included:
            result.why.append(Why("tax", "price_kept"))
        if decision.treatment is Treatment.EXPORT:
            territory = case.area.territory
            result.why.append(Why("tax", "local_tax_on_arrival", params={
                "note": territory.note if territory else ""}))
        return
    more = Money.total((fee.amount for row, fee in _fee_pairs(result, case)
                        if row.in_scheme_tax_base), facts.currency)
    what = Taxable(
        [(_category(case, line, paid), paid, case.zero)
         for line, paid in zip(held.lines, held.paid, strict=True)],
        held.shipping, facts.market.tax_included, "seller", more,
    )
    _keep_tax(result, case, tax_on_sale(what, case.rates, facts.market))
    if result.tax is None:  # nothing can be charged; the quote says that it is not known
        result.tax = result.tax_included = case.zero
        result.is_estimate = True


def _at_border(result: Cleared, case: Case, nets: Sequence[Money]) -> None:
    """Duty, fees and tax of an import: now (DDP) when all is known, else at the door."""
    can_prepay = case.held.incoterm == "DDP" and case.decision.treatment is Treatment.IMPORT
    if can_prepay:
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


def _import(result: Cleared, case: Case, values: Sequence[Money], *, included: bool) -> None:
    facts, held, decision = case.facts, case.held, case.decision
    freight = _freight(case, included=included)
    duty = DutySum((), case.zero, tuple(case.zero for _ in values))
    if decision.crosses_border:
        duty = _duty(case, values, freight)
    _keep_duty(result, case, duty)
    rule = decision.import_rule
    if result.duty is None and not (rule and rule.import_tax_base == "none"):
        # Its base holds the duty, so the tax is not known either.
        result.tax, result.tax_included = None, case.zero
        return
    more = Money.total((fee.amount for row, fee in duty.fees if row.in_import_tax_base),
                       facts.currency)
    extras = duty.by_line or tuple(case.zero for _ in values)
    what = Taxable(
        [(_category(case, line, paid), paid, extra)
         for line, paid, extra in zip(held.lines, held.paid, extras, strict=True)],
        held.shipping, included, "customs", more,
    )
    value = Money.total(held.paid, facts.currency)
    found = tax_on_import(what, case.rates, facts.market, rule, value, case.book)
    _keep_tax(result, case, found)
    if result.tax is not None and result.duty is not None:
        _disburse(result, case, duty, result.duty + result.tax)


def _disburse(result: Cleared, case: Case, duty: DutySum, advanced: Money) -> None:
    """Fees that are a percentage of what the carrier advances, outside every tax base."""
    result.fees = tuple(
        replace(fee, amount=max(fee.amount, advanced.times(row.percent, over=_HUNDRED),
                                key=lambda amount: amount.minor)) if row.percent else fee
        for row, fee in duty.fees
    )
    result.fee_total = Money.total((fee.amount for fee in result.fees), case.facts.currency)


def _duty(case: Case, values: Sequence[Money], freight: Money) -> DutySum:
    """Duty on the customs value: with freight (CIF) shared by value, or without (FOB)."""
    facts, decision = case.facts, case.decision
    rule = decision.import_rule
    weights = [max(value.minor, 0) for value in values]
    shares = freight.split(weights) if any(weights) else [case.zero] * len(weights)
    is_cif = rule is None or rule.valuation == "CIF"
    lines = [
        DutyLine(line.line, line.sku, line.hs_code, line.origin, line.quantity,
                 value + share if is_cif else value, line.weight_g * line.quantity, line.taric)
        for line, value, share in zip(case.held.lines, values, shares, strict=True)
    ]
    arrival = Arrival(
        area=case.area.customs, country=case.area.country,
        intrinsic=Money.total(values, facts.currency), rule=rule, customer=facts.customer.kind,
        day=case.day, is_duty_free=_is_duty_free(decision),
        is_ioss=decision.treatment is Treatment.IOSS, declaration=facts.declaration,
        has_proof=facts.has_origin_proof,
    )
    return assess(lines, arrival, case.book)


def _is_duty_free(decision: Decision) -> bool:
    """Schemes with a limit come with relief from duty; IOSS is about VAT alone, and schemes
    without a limit (Switzerland, Canada) too."""
    rule = decision.import_rule
    in_scheme = decision.treatment in {
        Treatment.LOW_VALUE_SCHEME, Treatment.REVERSE_CHARGE_SCHEME
    }
    return in_scheme and rule is not None and rule.scheme_threshold is not None


def _freight(case: Case, *, included: bool) -> Money:
    """Shipping without the tax in it, by the rate of the dearest goods."""
    if not included or not case.held.shipping:
        return case.held.shipping
    dearest = max(range(len(case.held.paid)), key=lambda i: case.held.paid[i].minor)
    return net_of(case.held.shipping, _share(case.rates[case.held.lines[dearest].tax_category]))


def _keep_duty(result: Cleared, case: Case, duty: DutySum) -> None:
    result.duties, result.duty = duty.duties, duty.duty
    result.fees = tuple(fee for _, fee in duty.fees)
    result.fee_total = Money.total((fee.amount for fee in result.fees), case.facts.currency)
    result.why += duty.why
    result.why += [why_fee(row, fee) for row, fee in duty.fees]


def _fee_pairs(result: Cleared, case: Case) -> list[tuple[FeeRow, QuotedFee]]:
    rows = {row.code: row for area in (case.area.customs, case.area.country)
            for row in case.book.fees.get(area, ()) if row.validity.covers(case.day)}
    return [(rows[fee.code], fee) for fee in result.fees]


def _keep_tax(result: Cleared, case: Case, taxed: Taxed) -> None:
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

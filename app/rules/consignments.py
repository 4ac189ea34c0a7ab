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

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.border import (
    clear_at_border,
    disburse,
    duty_of,
    freight_of,
    keep_duty,
    keep_tax,
    share_of,
)
from app.rules.cleared import Case, Cleared, Parcelled, Rates, consignment_of, why_treatment
from app.rules.duty import DutySum
from app.rules.explanation import Why
from app.rules.facts import QuoteFacts
from app.rules.home_tax import home_rates, sum_without_home_tax
from app.rules.live_tax import with_live_tax
from app.rules.places import Area, locate, rates_of
from app.rules.rate_book import RateBook
from app.rules.reliefs import STANDARD, taxed_parts
from app.rules.result import QuotedTax
from app.rules.sale_tax import Taxable, tax_on_sale
from app.rules.tax_amounts import net_of
from app.rules.treatment import Sale, Treatment, decide

SELLER_COLLECTS = frozenset({
    Treatment.DOMESTIC, Treatment.OSS_UNION, Treatment.ORIGIN_BELOW_10K, Treatment.IOSS,
    Treatment.LOW_VALUE_SCHEME, Treatment.LOCAL_SALES_TAX, Treatment.ORIGIN_VAT_B2B,
    Treatment.NO_TAX_COUNTRY,
})
TO_BUSINESS = frozenset({Treatment.INTRA_COMMUNITY_SUPPLY, Treatment.REVERSE_CHARGE_SCHEME})
AT_BORDER = frozenset({Treatment.IMPORT, Treatment.EXPORT})


def clear(facts: QuoteFacts, held: Parcelled, book: RateBook) -> Cleared:
    """Treatment, tax, duty and fees of one consignment."""
    day = facts.now.date()
    area = locate(facts.destination, book)
    categories = frozenset(line.tax_category for line in held.lines)
    meant = categories | {book.categories.get(word, word) for word in categories}
    here = _rates(rates_of(area, book), categories, book, day)
    nets = _nets(held, here) if facts.market.tax_included else list(held.paid)
    decision = decide(_sale(facts, held, area, nets, meant, book, day), book, day)
    rates = with_live_tax(_rates(decision.jurisdiction, categories, book, day), facts.live_tax,
                          decision.jurisdiction)
    case = Case(facts, held, book, area, day, decision, rates)
    result = Cleared(consignment_of(case), decision, why=[why_treatment(case)])
    if decision.treatment in AT_BORDER and not _is_seller_side(case):
        clear_at_border(result, case, nets)
    else:
        _at_sale(result, case, nets)
    result.taxes = [replace(tax, treatment=decision.code, ship_from=held.ship_from)
                    for tax in result.taxes]
    result.is_estimate |= any(tax.is_estimate for tax in result.taxes)
    result.is_estimate |= any(why.confidence == "estimate" for why in result.why)
    result.why += [Why("tax", "category_unknown", confidence="review", params={"category": word})
                   for word in sorted(categories) if not book.is_category(word)]
    if decision.unknown:
        result.why.append(Why("treatment", "limit_not_comparable",
                              params={"currencies": decision.unknown}))
    result.is_estimate |= any(why.rule == "limit_not_comparable" for why in result.why)
    result.consignment = consignment_of(case, result)
    return result


def _rates(place: str, categories: frozenset[str], book: RateBook, day: date) -> Rates:
    return {category: book.tax_on(place, category, day) for category in categories | {STANDARD}}


def _nets(held: Parcelled, rates: Rates) -> list[Money]:
    """What is paid for the lines without the destination's tax."""
    return [net_of(paid, share_of(rates[line.tax_category]))
            for line, paid in zip(held.lines, held.paid, strict=True)]


def _sale(facts: QuoteFacts, held: Parcelled, area: Area, nets: Sequence[Money],  # noqa: PLR0913 - one consignment's facts
          categories: frozenset[str], book: RateBook, day: date) -> Sale:
    pieces = (net.times(Decimal(1), over=Decimal(line.quantity or 1))
              for line, net in zip(held.lines, nets, strict=True))
    home_net = Money.total(held.paid, facts.currency) + held.shipping
    if facts.market.tax_included and not facts.seller.oss_opted:  # else nothing is compared
        home = home_rates(held.lines, Destination(held.ship_from), book, day)
        home_net = sum_without_home_tax(held.paid, held.shipping, home)
    return Sale(
        seller=facts.seller, customer=facts.customer, ship_from=held.ship_from, area=area,
        intrinsic=Money.total(nets, facts.currency),
        dearest=max(pieces, key=lambda piece: piece.minor),
        home_net=home_net,
        categories=categories, is_platform_sale=facts.is_platform_sale,
        is_seller_side=facts.is_seller_side,
        leaves_at=Destination(held.ship_from, postal_code=held.postal_code),
        arrives_at=facts.destination,
    )


def _is_seller_side(case: Case) -> bool:
    """Only what the seller owes is asked: the border is not looked at. The union's flat duty on
    small parcels belongs to a sale under IOSS and stays."""
    return case.facts.is_seller_side and case.decision.treatment not in {
        Treatment.IMPORT, Treatment.IOSS}


def _at_sale(result: Cleared, case: Case, nets: Sequence[Money]) -> None:
    """Tax with the order, or none; duty and fees where customs come between."""
    facts, held, decision = case.facts, case.held, case.decision
    is_taxed = decision.treatment in SELLER_COLLECTS
    if decision.crosses_border and not _is_seller_side(case) and (
        decision.treatment is not Treatment.MARKETPLACE_COLLECTS
    ):
        values = nets if is_taxed else held.paid
        freight = freight_of(case, included=is_taxed and facts.market.tax_included)
        duty = duty_of(case, values, freight)
        keep_duty(result, case, duty)
        disburse(result, case, duty, case.zero)
        result.duty_at_door = held.incoterm == "DAP" or result.duty is None
    else:
        duty = DutySum()
        result.duty = result.fee_total = case.zero
    if not is_taxed:
        result.tax = result.tax_included = case.zero
        if decision.treatment in TO_BUSINESS and facts.market.business_price == "net" and (
            facts.market.tax_included
        ):
            _without_tax(result, case)
        elif facts.market.tax_included:
            result.why.append(Why("tax", "price_kept"))
        if decision.treatment is Treatment.EXPORT:
            result.why.append(_why_local(case))
        return
    more = Money.total((fee.amount for row, fee in duty.fees if row.in_scheme_tax_base),
                       facts.currency)
    what = Taxable(
        [(category, part, case.zero)
         for line, paid in zip(held.lines, held.paid, strict=True)
         for category, part in taxed_parts(line.tax_category, line.quantity, paid, case.rates,
                                           case.book)],
        _shipping_taxed_at_sale(case), facts.market.tax_included, "seller", more,
    )
    keep_tax(result, case, tax_on_sale(what, case.rates, facts.market))
    if result.tax is None:  # nothing can be charged; the quote says that it is not known
        result.tax = result.tax_included = case.zero
        result.is_estimate = True


def _why_local(case: Case) -> Why:
    """The tax an importer pays there, as far as its rate is known."""
    territory, rows = case.area.territory, case.rates[STANDARD]
    validity = rows[0].validity if rows else None
    return Why(
        "tax", "local_tax_on_arrival",
        rate=f"{(share_of(rows) * 100).normalize():f} %" if rows else "",
        day=validity.since if validity else "",
        source=validity.source if validity else territory.source if territory else "",
        confidence=validity.confidence if validity else "review",
        params={"note": territory.note if territory else ""})


def _shipping_taxed_at_sale(case: Case) -> Money:
    """Shipping, unless the scheme at sale taxes the goods alone (Malaysia)."""
    rule = case.decision.import_rule
    is_left_out = case.decision.treatment is Treatment.LOW_VALUE_SCHEME and rule is not None and (
        not rule.scheme_shipping_in_base)
    return case.zero if is_left_out else case.held.shipping


def _without_tax(result: Cleared, case: Case) -> None:
    """A business that accounts for the tax itself pays what a consumer pays, less the tax.

    The tax the prices hold stands in tax_included although none is charged, so that the total,
    which adds tax - tax_included, is net; one line of rate 0 carries the base.
    """
    held, categories = case.held, frozenset(line.tax_category for line in case.held.lines)
    rates = _rates(rates_of(case.area, case.book), categories, case.book, case.day)
    goods = [(category, part, case.zero)
             for line, paid in zip(held.lines, held.paid, strict=True)
             for category, part in taxed_parts(line.tax_category, line.quantity, paid, rates,
                                               case.book)]
    inside = tax_on_sale(Taxable(goods, held.shipping, True, "seller", case.zero), rates,
                         case.facts.market)
    result.tax_included = inside.included or case.zero
    net = Money.total(held.paid, case.facts.currency) + held.shipping - result.tax_included
    result.taxes = [QuotedTax(case.area.tax, "VAT", Decimal(0), net, case.zero, is_included=False,
                              is_estimate=False, collected_by="buyer")]
    result.why.append(Why("tax", "price_without_tax"))

"""Tax of a consignment: groups of one rate, at sale or at the border, each with its parts.

At sale  goods and shipping (and fees, where a row says so) at the rate of the goods.
Import   customs value + duty + freight, as the country's rule says, at the rate of the goods.
source   cross-border rules §9.2, §10; VD Art. 78, 85, 86
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from app.kernel.money import Money
from app.rules.explanation import Why
from app.rules.facts import MarketFacts
from app.rules.limits import in_steps, is_within, not_comparable
from app.rules.rate_book import ImportRow, RateBook, TaxRateRow
from app.rules.result import QuotedTax
from app.rules.tax_amounts import rounded_tax, tax_of

Rows = tuple[TaxRateRow, ...]


@dataclass(frozen=True, slots=True)
class Taxable:
    """What is taxed. `extras` (duty, fees) are net and never inside a price.

    goods     (tax category, amount, extras of this line)
    shipping  freight and insurance, in the same basis as the goods
    included  the tax is inside goods and shipping
    """

    goods: Sequence[tuple[str, Money, Money]]
    shipping: Money
    included: bool
    collected_by: str
    more: Money  # extras that belong to no line


@dataclass
class Taxed:
    """The tax of a consignment; `tax` None when a rate is not known."""

    taxes: list[QuotedTax] = field(default_factory=list)
    tax: Money | None = None
    included: Money | None = None
    why: list[Why] = field(default_factory=list)


@dataclass
class _Group:
    """Amounts taxed at the same rates, whatever their categories are called."""

    rows: Rows
    amounts: list[Money]
    extra: Money

    @property
    def charged(self) -> Rows:
        """Components that are charged; of goods without any tax the first stands for all."""
        return tuple(row for row in self.rows if row.percent) or self.rows[:1]

    @property
    def weight(self) -> int:
        return max(sum(amount.minor for amount in self.amounts), 0)


def tax_on_sale(what: Taxable, rates: Mapping[str, Rows], market: MarketFacts) -> Taxed:
    """Tax collected with the order."""
    return _taxed(what, rates, market, None)


def tax_on_import(what: Taxable, rates: Mapping[str, Rows], market: MarketFacts,  # noqa: PLR0913 - what the sum depends on
                  rule: ImportRow | None, value: Money, book: RateBook) -> Taxed:
    """Tax at the border.

    value  of the goods as customs see them, for the limit below which no tax is due
    """
    zero = Money.zero(what.shipping.currency)
    base = rule.import_tax_base if rule else "cif_duty"
    if base == "none":
        why = Why("tax", "no_border_tax", source=rule.validity.source if rule else "")
        return Taxed([], zero, zero, [why])
    limit = rule.tax_threshold if rule else None
    if rule and limit and rule.tax_threshold_kind == "value" and is_within(value, limit, book):
        return Taxed([], zero, zero, [_why_limit("below_tax_threshold", rule, limit)])
    found = _taxed(what, rates, market, rule, book)
    found.why += not_comparable(value.currency, [limit, _step(rule)], book)
    if rule and limit and found.tax is not None and rule.tax_threshold_kind == "tax_amount" and (
        is_within(found.tax, limit, book)
    ):
        return Taxed([], zero, zero, [_why_limit("tax_too_small", rule, limit)])
    return found


def _taxed(what: Taxable, rates: Mapping[str, Rows], market: MarketFacts,
           rule: ImportRow | None, book: RateBook | None = None) -> Taxed:
    currency = what.shipping.currency
    groups = _groups(what, rates, market, rule)
    if groups is None:
        return Taxed(why=[Why("tax", "tax_unknown")])
    found = Taxed([], Money.zero(currency), Money.zero(currency))
    for group in groups:
        taxes, included = _one_group(what, group, market, rule)
        if rule is not None and book is not None:
            taxes, included = _stepped(taxes, included, rule, book)
        found.taxes += taxes
        found.included += included  # type: ignore[operator]
        found.why += [_why_rate(row) for row in group.rows]
    found.taxes = _by_tax(found.taxes, market)
    found.tax = Money.total((tax.tax for tax in found.taxes), currency)
    return found


def _by_tax(taxes: Sequence[QuotedTax], market: MarketFacts) -> list[QuotedTax]:
    """One line for each tax and rate: goods with GST alone and goods with GST and PST bear one GST,
    on the sum of both, rounded once unless the market rounds line by line."""
    found: dict[tuple[str, str, Decimal], QuotedTax] = {}
    for tax in taxes:
        key = (tax.jurisdiction, tax.name, tax.percent)
        same = found.get(key)
        if same is None:
            found[key] = tax
            continue
        net, amount = same.net + tax.net, same.tax + tax.tax
        if not tax.is_included and market.rounding != "line":
            amount = rounded_tax(net, tax.percent, market.direction)
        found[key] = replace(same, net=net, tax=amount)
    return list(found.values())


def _groups(what: Taxable, rates: Mapping[str, Rows], market: MarketFacts,
            rule: ImportRow | None) -> list[_Group] | None:
    """Amounts by the rates that apply to them; None when a category has no rate here."""
    found: dict[object, _Group] = {}
    for category, amount, extra in what.goods:
        rows = rates.get(category, ())
        if not rows:
            return None
        key = tuple((row.name, row.percent) for row in rows)
        group = found.get(key)
        if group is None:
            group = found[key] = _Group(rows, [], Money.zero(amount.currency))
        group.amounts.append(amount)
        group.extra += extra
    groups = list(found.values())
    if not groups:
        return groups
    if what.more:
        max(groups, key=lambda group: group.weight).extra += what.more
    if what.shipping and (rule is None or rule.import_tax_base != "value_duty"):
        _add_shipping(groups, what.shipping, market)
    return groups


def _add_shipping(groups: list[_Group], shipping: Money, market: MarketFacts) -> None:
    """Shipping is ancillary: by the value of the goods of each rate, so that it is as free of tax
    as they are; at the highest rate or not at all where the law says so."""
    if any(row.shipping == "exempt" for row in groups[0].rows):
        return
    if market.shipping_tax == "highest":
        # A gift of no value decides nothing.
        paid_for = [group for group in groups if group.weight] or groups
        max(paid_for, key=lambda group: sum(row.percent for row in group.rows)).amounts.append(
            shipping)
        return
    weights = [group.weight for group in groups]
    if not any(weights):
        weights = [1] * len(groups)
    for group, share in zip(groups, shipping.split(weights), strict=True):
        if share:
            group.amounts.append(share)


def _one_group(what: Taxable, group: _Group, market: MarketFacts,
               rule: ImportRow | None) -> tuple[list[QuotedTax], Money]:
    """One QuotedTax per component, and what of the tax was inside the prices.

    Without tax inside, extras are part of the one base that is rounded; with it, the tax on them
    comes on top of what the price already holds.
    """
    rows = group.charged
    percents = [row.percent for row in rows]
    zero = Money.zero(group.extra.currency)
    amounts = group.amounts if what.included else [*group.amounts, group.extra]
    mode = market.rounding if rule is None else "per_rate"
    if rule is not None and not what.included:
        amounts, percents = _import_base(amounts, percents, group, rule)
    sums, parts = tax_of(amounts, percents, included=what.included, mode=mode,
                         currency=zero.currency, direction=market.direction)
    extra = group.extra if what.included else zero
    taxes = []
    for row, tax in zip(rows, parts, strict=True):
        taxes.append(QuotedTax(
            jurisdiction=row.jurisdiction, name=row.name, percent=row.percent,
            net=sums.net + extra, tax=tax + extra.times(row.percent, over=Decimal(100)),
            is_included=what.included, is_estimate=row.validity.confidence == "estimate",
            collected_by=what.collected_by,
        ))
    return taxes, sums.included


def _import_base(amounts: list[Money], percents: list[Decimal], group: _Group,
                 rule: ImportRow) -> tuple[list[Money], list[Decimal]]:
    """The base as this country's law makes it, where it is more than value, duty and freight."""
    whole = Money.total(amounts, group.extra.currency)
    if rule.import_tax_base == "value_10_duty":  # South Africa: customs value + 10 % + duty
        value = whole - group.extra
        return [value.times(Decimal("1.1")) + group.extra], percents
    if rule.import_tax_base == "inside":  # Brazil: the tax is part of its own base
        return [whole.times(Decimal(1), over=1 - sum(percents, Decimal(0)) / 100)], percents
    return [whole], percents


def _stepped(taxes: list[QuotedTax], included: Money, rule: ImportRow,
             book: RateBook) -> tuple[list[QuotedTax], Money]:
    """Border tax in the steps of its customs; what is not levied was not inside the price."""
    step = rule.tax_step_minor
    if not step:
        return taxes, included
    found = []
    for tax in taxes:
        net, amount = tax.net, tax.tax
        if rule.base_step_minor:
            net = in_steps(net, rule.base_step_minor, rule.step_currency, book, "down")
            amount = net.times(tax.percent, over=Decimal(100))
        how = "down" if rule.base_step_minor else "nearest"
        amount = in_steps(amount, step, rule.step_currency, book, how)
        found.append(QuotedTax(tax.jurisdiction, tax.name, tax.percent, net, amount,
                               tax.is_included, tax.is_estimate, tax.collected_by))
    whole = Money.total((tax.tax for tax in found), included.currency)
    return found, min(included, whole, key=lambda amount: amount.minor)


def _step(rule: ImportRow | None) -> Money | None:
    """What border tax is a multiple of."""
    if rule is None or not rule.tax_step_minor or not rule.step_currency:
        return None
    return Money(rule.tax_step_minor, rule.step_currency)


def _why_limit(name: str, rule: ImportRow, limit: Money) -> Why:
    return Why("tax", name, source=rule.validity.source, day=rule.validity.since,
               confidence=rule.validity.confidence,
               params={"limit": f"{limit.major} {limit.currency}"})


def _why_rate(row: TaxRateRow) -> Why:
    return Why(f"tax:{row.jurisdiction}:{row.percent}", "tax_rate", rate=f"{row.percent} %",
               day=row.validity.since, source=row.validity.source,
               confidence=row.validity.confidence,
               params={"name": row.name, "jurisdiction": row.jurisdiction,
                       "category": row.category, "row": row.id})

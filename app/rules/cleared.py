"""The result of clearing one consignment, and the words and codes that go with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.kernel.money import Money
from app.rules import reliefs
from app.rules.explanation import Why
from app.rules.facts import LineFacts, QuoteFacts
from app.rules.places import Area
from app.rules.rate_book import FeeRow, RateBook, TaxRateRow
from app.rules.result import ConsignedLine, Consignment, QuotedDuty, QuotedFee, QuotedTax
from app.rules.treatment import SOURCES, Decision

Rates = Mapping[str, tuple[TaxRateRow, ...]]


@dataclass
class Cleared:
    """The numbers of one consignment.

    taxes, duties, fees  every line of it, whenever it is paid
    tax, duty, fee_total their sums, None when not known
    tax_at_door, duty_at_door  they are not charged now (duty stands for fees as well)
    """

    consignment: Consignment
    decision: Decision
    taxes: list[QuotedTax] = field(default_factory=list)
    tax: Money | None = None
    tax_included: Money | None = None
    duties: tuple[QuotedDuty, ...] = ()
    duty: Money | None = None
    fees: tuple[QuotedFee, ...] = ()
    fee_total: Money | None = None
    tax_at_door: bool = False
    duty_at_door: bool = False
    is_estimate: bool = False
    why: list[Why] = field(default_factory=list)

    @property
    def at_door(self) -> bool:
        """Something of it will be asked at delivery."""
        return self.tax_at_door or self.duty_at_door


@dataclass(frozen=True, slots=True)
class Parcelled:
    """What a consignment holds: its lines, what each is paid, and its share of the shipping.

    carriage  courier or post, where customs tell them apart; carrier: whose fees are asked
    postal_code  of where it leaves from
    """

    lines: Sequence[LineFacts]
    paid: Sequence[Money]
    shipping: Money
    ship_from: str
    service: str
    incoterm: str
    dispatch: date | None
    carriage: str = "courier"
    carrier: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One consignment's facts, gathered once for the steps below."""

    facts: QuoteFacts
    held: Parcelled
    book: RateBook
    area: Area
    day: date
    decision: Decision
    rates: Rates

    @property
    def zero(self) -> Money:
        """Nothing, in the quote's currency."""
        return Money.zero(self.facts.currency)


def consignment_of(case: Case, result: Cleared | None = None) -> Consignment:
    """The consignment with its codes; by its result where there is one already."""
    held, decision = case.held, case.decision
    row = case.book.vatex.get(decision.code)
    if decision.is_export and (row is None or not row.vatex):
        row = case.book.vatex.get("EXPORT")
    category, vatex = (row.einvoice_category, row.vatex) if row else ("", "")
    if category == "G" and not decision.is_export:
        category = vatex = ""  # the table speaks for supplies from the EU
    if category == "S" and result and result.taxes and not any(t.percent for t in result.taxes):
        category = "Z"
    at_door = result is not None and result.duty_at_door
    return Consignment(
        warehouse=held.lines[0].warehouse, ship_from=held.ship_from,
        lines=tuple(dict.fromkeys(line.line for line in held.lines)), treatment=decision.code,
        vatex=vatex, einvoice_category=category, service=held.service,
        incoterm="DAP" if at_door else held.incoterm, dispatch=held.dispatch,
        paid=Money.total(held.paid, case.facts.currency) + held.shipping,
        parts=tuple(_part(case, line, paid)
                    for line, paid in zip(held.lines, held.paid, strict=True)),
        shipping=held.shipping, **(_charged(result) if result else {}),
    )


def category_of(case: Case, line: LineFacts, paid: Money) -> str:
    """The category this line is taxed in: a relief for cheap pieces does not hold for dear ones."""
    return reliefs.category_of(line.tax_category, line.quantity, paid,
                               case.rates[line.tax_category], case.book)


def _part(case: Case, line: LineFacts, paid: Money) -> ConsignedLine:
    category = category_of(case, line, paid)
    return ConsignedLine(
        line.line, line.sku, line.quantity, paid, line.hs_code, line.origin, line.weight_g,
        line.size_mm, category, tuple((row.name, row.percent) for row in case.rates[category]),
    )


def _charged(result: Cleared) -> dict[str, Any]:
    """What is charged with the order; what waits at the door is not on its invoice."""
    at_door = result.duty_at_door
    return {
        "charged_taxes": () if result.tax_at_door else tuple(result.taxes),
        "charged_included": None if result.tax_at_door else result.tax_included,
        "charged_duty": None if at_door else result.duty,
        "charged_fees": () if at_door else result.fees,
    }


def why_treatment(case: Case) -> Why:
    """Which treatment, by which rule."""
    decision = case.decision
    row, rule = case.book.vatex.get(decision.code), decision.import_rule
    territory = case.area.territory
    sources = [row.reason if row else "", rule.validity.source if rule else "",
               SOURCES.get(decision.rule, "")]
    if territory is not None:
        sources.insert(0, territory.source)
    source = next((source for source in sources if source), "")
    return Why("treatment", f"treatment_{decision.rule}", source=source,
               params={"treatment": decision.code, "ship_from": case.held.ship_from,
                       "jurisdiction": decision.jurisdiction,
                       "territory": territory.name if territory else ""})


def why_fee(row: FeeRow, fee: QuotedFee) -> Why:
    """Which fee, from which row."""
    validity = row.validity
    return Why(f"fee:{fee.code}", "fee", rate=f"{row.amount.major} {row.amount.currency}",
               day=validity.since, source=validity.source, confidence=validity.confidence,
               params={"name": fee.name})

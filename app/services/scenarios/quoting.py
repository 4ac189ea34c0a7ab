"""A case of `op: quote`: one consignment with its prices given, taxed and cleared by the rules the
shop itself uses (app/rules/consignments.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.cleared import Cleared, Parcelled
from app.rules.consignments import clear
from app.rules.explanation import Why
from app.rules.facts import (
    CustomerFacts,
    LineFacts,
    MarketFacts,
    PriceFacts,
    QuoteFacts,
    SellerFacts,
)
from app.rules.promotions import AMOUNT_ORDER, Step, reduction
from app.rules.rate_book import RateBook
from app.rules.tax_amounts import DIRECTIONS, MODES, net_of
from app.rules.treatment import Treatment
from app.services.scenarios.answers import answer, reasons
from app.services.scenarios.fields import Fields, Refused
from app.services.scenarios.tables import CaseTables, case_tables

AT_HOME = frozenset({
    Treatment.DOMESTIC, Treatment.ORIGIN_BELOW_10K, Treatment.ORIGIN_VAT_B2B,
    Treatment.NO_TAX_COUNTRY,
})
_NOON = time(12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A case as the rules are asked about it; amounts in the basis of the case."""

    facts: QuoteFacts
    held: Parcelled
    tables: CaseTables
    basis: str


def quote_case(case: Fields, book: RateBook) -> tuple[dict[str, Any], Mapping[str, list[Why]]]:
    """The answer to one case, and the reasons of its fields.

    Of an outlying territory only our side is answered, unless the case describes its border: what
    its importer pays there is a reason ("local_tax_on_arrival"), not an amount.
    """
    asked = _asked(case, book)
    case.end()
    held, result = asked.held, _clear(asked, asked.held)
    if result.decision.rule == "special_territory" and not asked.tables.has_border:
        asked = replace(asked, facts=replace(asked.facts, is_seller_side=True))
        result = _clear(asked, held)
    if asked.basis == "incl_home" and result.decision.treatment not in AT_HOME:
        held = _stripped(asked)
        excl = replace(asked.facts, market=replace(asked.facts.market, tax_included=False))
        result = _clear(replace(asked, facts=excl), held)
    return answer(asked.facts, held, result), reasons(result)


def _clear(asked: _Asked, held: Parcelled) -> Cleared:
    return clear(asked.facts, held, asked.tables.book)


def _asked(case: Fields, book: RateBook) -> _Asked:
    day, currency = case.day("date"), case.currency("currency")
    place = _place(case.inside("ship_to"))
    has_terms = case.has("incoterm")
    incoterm = case.text("incoterm", "DDP", one_of=("DDP", "DAP"))
    tables = case_tables(case, book, place, currency, day)
    basis = case.text("price_basis", one_of=("incl", "excl", "incl_home"))
    seller = _seller(case.inside("seller"), place, tables.nexus)
    lines, paid = _lines(case, currency)
    origin = case.inside("ship_from")
    ship_from = origin.text("country").upper()
    for name in ("region", "postcode", "city"):
        origin.text(name, "")
    origin.end()
    shipping, rule = _shipping(case, currency)
    market = replace(_market(case, basis), shipping_tax=rule)
    facts = QuoteFacts(
        market=market, seller=seller, customer=_customer(case), currency=currency,
        destination=place, lines=tuple(lines), promotions=(), option="",
        now=datetime.combine(day, _NOON), has_origin_proof=_has_proof(case),
        declaration=case.text("declaration", "H7", one_of=("H1", "H7")),
        is_platform_sale=case.yes("marketplace_is_supplier"),
        is_seller_side=not has_terms and not tables.has_border,
    )
    case.text("channel", "")
    held = Parcelled(lines, paid, shipping, ship_from, "", incoterm, day)
    return _Asked(facts, held, tables, basis)


def _place(fields: Fields) -> Destination:
    found = Destination(fields.text("country").upper(), fields.text("region", "").upper(),
                        fields.text("postcode", ""), fields.text("city", ""))
    fields.end()
    region = found.region.removeprefix(f"{found.country}-")
    return replace(found, region=region)


def _seller(fields: Fields, place: Destination, nexus: bool | None) -> SellerFacts:  # noqa: FBT001 - said or not
    country = fields.text("country").upper()
    registrations = {str(code) for code in fields.items("registrations")}
    if nexus is not None:
        state = f"US:{place.region}"
        registrations = registrations | {state} if nexus else registrations - {state}
    has_oss = any(code.startswith("OSS:") for code in registrations)
    found = SellerFacts(
        "case", country, frozenset(registrations),
        frozenset(str(code) for code in fields.items("established_in")) or frozenset({country}),
        fields.yes("oss_opted", default=has_oss), fields.text("vat_id", ""),
        _euros(fields, "eu_b2c_cross_border_this_year_eur"),
        _euros(fields, "eu_b2c_cross_border_prev_year_eur"),
    )
    fields.end()
    return found


def _euros(fields: Fields, name: str) -> Money | None:
    value = fields.maybe_number(name)
    return None if value is None else Money.from_major(value, "EUR")


def _market(case: Fields, basis: str) -> MarketFacts:
    rounding = case.inside("rounding", {})
    mode = rounding.text("mode", "per_rate", one_of=sorted(MODES))
    method = rounding.text("method", "half_up", one_of=sorted(DIRECTIONS))
    rounding.end()
    return MarketFacts("case", basis != "excl", mode, direction=method)


def _customer(case: Fields) -> CustomerFacts:
    fields = case.inside("customer", {})
    found = CustomerFacts(
        fields.text("type", "consumer", one_of=("consumer", "business")),
        fields.text("tax_id", "").replace(" ", ""),
        fields.text("tax_id_check", "", one_of=("", "valid", "invalid", "unavailable")),
    )
    fields.end()
    return found


def _has_proof(case: Fields) -> bool:
    """Any proof named counts; false, null or an empty word do not."""
    return bool(case.rest_of("origin_proof"))


def _shipping(case: Fields, currency: str) -> tuple[Money, str]:
    """Freight and insurance together, and how they are taxed."""
    fields = case.inside("shipping", {})
    minor = fields.whole("charge_minor", 0) + fields.whole("insurance_minor", 0)
    rule = fields.text("tax_rule", "proportional", one_of=("proportional", "highest"))
    fields.end()
    return Money(minor, currency), "highest" if rule == "highest" else "follows"


def _lines(case: Fields, currency: str) -> tuple[list[LineFacts], list[Money]]:
    """Lines, and what each is paid after its own and its share of the order's discount."""
    lines, amounts = [], []
    for i, fields in enumerate(case.each("lines", needed=True)):
        quantity, price = fields.whole("qty", 1), fields.whole("unit_price_minor")
        off = fields.whole("discount_minor", 0)
        if quantity < 1 or price < 0 or off < 0:
            raise Refused(f"lines.{i} has a quantity, price or discount below what it can be")
        lines.append(LineFacts(
            line=str(i), sku=fields.text("sku", str(i)), product="", categories=frozenset(),
            quantity=quantity, unit_price=Money(price, currency), price=PriceFacts("case", "set"),
            tax_category=fields.text("category", "standard"), hs_code=fields.text("hs", ""),
            origin=fields.text("origin", "").upper(), weight_g=fields.whole("weight_g", 0),
            size_mm=(1, 1, 1), warehouse="case", taric=fields.text("taric", ""),
        ))
        fields.end()
        amounts.append(max(quantity * price - off, 0))
    if not lines:
        raise Refused("lines is empty")
    shares = reduction(amounts, Step(AMOUNT_ORDER, Decimal(case.whole("order_discount_minor", 0))))
    return lines, [Money(amount - less, currency)
                   for amount, less in zip(amounts, shares, strict=True)]


def _stripped(asked: _Asked) -> Parcelled:
    """The seller's own tax taken out of goods and shipping, each amount rounded once."""
    held, book, day = asked.held, asked.tables.book, asked.facts.now.date()
    rates = [_home_rate(asked.facts.seller.country, line.tax_category, book, day)
             for line in held.lines]
    paid = [net_of(amount, rate) for amount, rate in zip(held.paid, rates, strict=True)]
    return replace(held, paid=paid, shipping=_stripped_shipping(held, rates))


def _stripped_shipping(held: Parcelled, rates: Sequence[Decimal]) -> Money:
    by_rate: dict[Decimal, int] = {}  # rate -> goods of it, in minor units
    for rate, paid in zip(rates, held.paid, strict=True):
        by_rate[rate] = by_rate.get(rate, 0) + paid.minor
    weights = list(by_rate.values())
    if not any(weights):
        weights = [1] * len(weights)
    shares = held.shipping.split(weights)
    nets = [net_of(share, rate) for share, rate in zip(shares, list(by_rate), strict=True)]
    return Money.total(nets, held.shipping.currency)


def _home_rate(country: str, category: str, book: RateBook, day: date) -> Decimal:
    rows = book.tax_on(country, category, day)
    return sum((row.percent for row in rows), Decimal(0)) / 100

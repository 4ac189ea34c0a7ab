"""A case of `op: quote`: one consignment with its prices given, taxed and cleared by the rules the
shop itself uses (app/rules/consignments.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from babel import Locale

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.cleared import Cleared, Parcelled
from app.rules.consignments import SELLER_COLLECTS, clear
from app.rules.explanation import Why
from app.rules.facts import (
    CustomerFacts,
    LineFacts,
    MarketFacts,
    PriceFacts,
    QuoteFacts,
    SellerFacts,
)
from app.rules.home_tax import home_rates, without_home_tax
from app.rules.origin import STATEMENT
from app.rules.places import locate, region_of
from app.rules.promotions import AMOUNT_ORDER, Step, reduction
from app.rules.rate_book import RateBook
from app.rules.restrictions import EVERYWHERE, HeldDocument
from app.rules.tax_amounts import ALSO_CALLED, DIRECTIONS, MODES
from app.services.scenarios.answers import answer, reasons
from app.services.scenarios.fields import Fields, Refused, Unsupported
from app.services.scenarios.tables import CaseTables, case_tables

# How many digits a postcode has where some of them name a territory with a tax of its own.
DIGITS = {"AT": {4}, "CH": {4}, "DE": {5}, "ES": {5}, "FI": {5}, "FR": {5}, "GR": {5}, "IT": {5},
          "NO": {4}, "PT": {4, 7}}
# CLDR names groups, reserved codes and old ones as well; Kosovo has no code of ISO's yet.
COUNTRIES = frozenset(
    code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()
) - {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
# Names of countries that are in use beside those of ISO 3166.
ALSO = {"EL": "GR", "UK": "GB"}
# Where the tax cannot be told without the state or province.
BY_REGION = {"US": "state", "CA": "province"}
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
    _need_region(asked)
    held, result = asked.held, _clear(asked, asked.held)
    if result.decision.rule == "special_territory" and not asked.tables.has_border:
        asked = replace(asked, facts=replace(asked.facts, is_seller_side=True))
        result = _clear(asked, held)
    if asked.basis == "incl_home" and not _is_taxed_at_home(asked, result):
        held = _stripped(asked)
        excl = replace(asked.facts, market=replace(asked.facts.market, tax_included=False))
        result = _clear(replace(asked, facts=excl), held)
    return answer(asked.facts, held, result), reasons(result)


def _need_region(asked: _Asked) -> None:
    """Where each state has its own tax, a sale we might collect for needs the state."""
    place, registrations = asked.facts.destination, asked.facts.seller.registrations
    is_ours = any(code.partition(":")[0] == place.country for code in registrations)
    if place.country in BY_REGION and not place.region and is_ours:
        raise Unsupported(f"the {BY_REGION[place.country]} of ship_to is not given")


def _is_taxed_at_home(asked: _Asked, result: Cleared) -> bool:
    """The tax that is charged is the one the prices hold, so that they stay as they are."""
    return result.decision.treatment in SELLER_COLLECTS and (
        result.decision.jurisdiction == asked.facts.seller.country)


def _clear(asked: _Asked, held: Parcelled) -> Cleared:
    return clear(asked.facts, held, asked.tables.book)


def _asked(case: Fields, book: RateBook) -> _Asked:
    day, currency = case.day("date"), case.currency("currency")
    place = _place(case.inside("ship_to"), "ship_to", book)
    has_terms = case.has("incoterm")
    incoterm = case.text("incoterm", "DDP", one_of=("DDP", "DAP"))
    tables = case_tables(case, book, place, currency, day)
    basis = case.text("price_basis", one_of=("incl", "excl", "incl_home"))
    place = replace(place, region=place.region or tables.state or region_of(place, book))
    seller = _seller(case.inside("seller"), place, tables.nexus)
    lines, paid = _lines(case, currency)
    start = _place(case.inside("ship_from"), "ship_from", book)
    shipping, rule, carriage = _shipping(case, currency)
    market = replace(_market(case, basis), shipping_tax=rule)
    is_proven, papers = _proof(case)
    lines = [replace(line, documents=papers) for line in lines]
    facts = QuoteFacts(
        market=market, seller=seller, customer=_customer(case), currency=currency,
        destination=place, lines=tuple(lines), promotions=(), option="",
        now=datetime.combine(day, _NOON), has_origin_proof=is_proven,
        declaration=case.text("declaration", "H7", one_of=("H1", "H7")),
        is_platform_sale=case.yes("marketplace_is_supplier"),
        is_seller_side=not has_terms and not tables.has_border,
    )
    case.text("channel", "")
    held = Parcelled(lines, paid, shipping, _dispatched(start, book), "", incoterm, day, carriage,
                     postal_code=start.postal_code)
    return _Asked(facts, held, tables, basis)


def _place(fields: Fields, name: str, book: RateBook) -> Destination:
    country = fields.text("country").strip().upper()
    found = Destination(ALSO.get(country, country), fields.text("region", "").strip().upper(),
                        fields.text("postcode", ""), fields.text("city", ""))
    fields.end()
    if found.country not in COUNTRIES and found.country not in book.territories:
        raise Refused(f"{name}.country {country!r} is no country of ISO 3166-1")
    digits = sum(letter.isdigit() for letter in found.postal_code)
    if found.postal_code.strip() and digits not in DIGITS.get(found.country, {digits}):
        raise Refused(f"{name}.postcode {found.postal_code!r} is no postcode of {found.country}")
    region = found.region.removeprefix(f"{found.country}-")
    return replace(found, region=region)


def _dispatched(place: Destination, book: RateBook) -> str:
    """The country goods leave from; a territory by its own code ("IC", "XI") where it has one."""
    territory = locate(place, book).territory
    if territory is None or not (territory.postcode_prefix or territory.city):
        return place.country
    if territory.in_eu_vat and territory.tax_as == place.country:
        return territory.code if territory.code in book.territories else place.country
    if territory.code not in book.territories:
        raise Unsupported(f"dispatch from {territory.name} is not known")
    return territory.code


def _seller(fields: Fields, place: Destination, nexus: bool | None) -> SellerFacts:  # noqa: FBT001 - said or not
    country = fields.text("country").upper()
    country = ALSO.get(country, country)
    registrations = {str(code) for code in fields.items("registrations")}
    if nexus is not None:
        state = f"US:{place.region}"
        registrations = registrations | {state} if nexus else registrations - {state}
    has_oss = any(code.partition(":")[0] == "OSS" for code in registrations)
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
    method = rounding.text("method", "half_up", one_of=sorted({*DIRECTIONS, *ALSO_CALLED}))
    rounding.end()
    return MarketFacts("case", basis != "excl", mode, direction=ALSO_CALLED.get(method, method))


def _customer(case: Fields) -> CustomerFacts:
    fields = case.inside("customer", {})
    found = CustomerFacts(
        fields.text("type", "consumer", one_of=("consumer", "business")),
        fields.text("tax_id", "").replace(" ", ""),
        fields.text("tax_id_check", "", one_of=("", "valid", "invalid", "unavailable")),
    )
    fields.end()
    return found


def _proof(case: Fields) -> tuple[bool, tuple[HeldDocument, ...]]:
    """Any proof named counts, whatever the value; but a mere "statement" is a paper with a limit.
    False, null or an empty word are none."""
    proof = case.rest_of("origin_proof")
    if proof == "statement":
        return False, (HeldDocument(STATEMENT, EVERYWHERE, date.min),)
    return bool(proof), ()


def _shipping(case: Fields, currency: str) -> tuple[Money, str, str]:
    """Freight and insurance together, how they are taxed, and by post or courier."""
    fields = case.inside("shipping", {})
    charge, insurance = fields.whole("charge_minor", 0), fields.whole("insurance_minor", 0)
    if charge < 0 or insurance < 0:
        raise Refused("shipping is below zero")
    rule = fields.text("tax_rule", "proportional", one_of=("proportional", "highest"))
    mode = fields.text("mode", "courier", one_of=("courier", "express", "line", "post"))
    fields.end()
    taxed = "highest" if rule == "highest" else "follows"
    return Money(charge + insurance, currency), taxed, "post" if mode == "post" else "courier"


def _lines(case: Fields, currency: str) -> tuple[list[LineFacts], list[Money]]:
    """Lines, and what each is paid after its own and its share of the order's discount."""
    lines, amounts = [], []
    for i, fields in enumerate(case.each("lines", needed=True)):
        quantity, price = fields.whole("qty", 1), fields.whole("unit_price_minor")
        off = fields.whole("discount_minor", 0)
        if quantity < 1 or price < 0 or off < 0:
            raise Refused(f"lines.{i} has a quantity, price or discount below what it can be")
        taric = _digits(fields.text("taric", ""))
        lines.append(LineFacts(
            line=str(i), sku=fields.text("sku", str(i)), product="", categories=frozenset(),
            quantity=quantity, unit_price=Money(price, currency), price=PriceFacts("case", "set"),
            tax_category=fields.text("category", "standard"),
            hs_code=_digits(fields.text("hs", "")) or taric[:6],
            origin=_origin(fields), weight_g=fields.whole("weight_g", 0),
            size_mm=(1, 1, 1), warehouse="case", taric=taric,
        ))
        fields.end()
        amounts.append(max(quantity * price - off, 0))
    if not lines:
        raise Refused("lines is empty")
    off = case.whole("order_discount_minor", 0)
    if off < 0:
        raise Refused("order_discount_minor is below zero")
    shares = reduction(amounts, Step(AMOUNT_ORDER, Decimal(off)))
    return lines, [Money(amount - less, currency)
                   for amount, less in zip(amounts, shares, strict=True)]


def _origin(fields: Fields) -> str:
    """ISO 3166; goods of Northern Ireland originate in the United Kingdom."""
    name = fields.text("origin", "").strip().upper()
    return {**ALSO, "XI": "GB"}.get(name, name)


def _digits(code: str) -> str:
    """A tariff code without the dots and spaces people write in it."""
    return "".join(code.split()).replace(".", "")


def _stripped(asked: _Asked) -> Parcelled:
    """The seller's own tax taken out of goods and shipping, each amount rounded once."""
    held, home = asked.held, Destination(asked.facts.seller.country)
    rates = home_rates(held.lines, home, asked.tables.book, asked.facts.now.date())
    paid, shipping = without_home_tax(held.paid, held.shipping, rates)
    return replace(held, paid=paid, shipping=shipping)

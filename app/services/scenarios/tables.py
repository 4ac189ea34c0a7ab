"""The tables of a case laid over the shop's: a RateBook for this one question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.kernel.address import Destination
from app.kernel.fx import Rate
from app.kernel.money import Money
from app.rules.places import Area, locate
from app.rules.rate_book import (
    DutyRow,
    FeeRow,
    ImportRow,
    RateBook,
    TaxRateRow,
    Validity,
)
from app.services.scenarios.fields import Fields

SOURCE = "case"
KINDS = {"mfn": "mfn", "pref": "preference", "preference": "preference",
         "antidumping": "antidumping", "countervailing": "countervailing",
         "surcharge": "surcharge", "safeguard": "safeguard"}
_PER = {"parcel": "consignment", "consignment": "consignment", "hs6": "hs6", "heading": "hs6",
        "subheading": "hs6", "item": "item", "piece": "item"}


@dataclass(frozen=True, slots=True)
class CaseTables:
    """The book of a case, and what its tables say beyond rows.

    has_border  the case describes the border: its import rule or its tariff
    nexus       the state named by the case's table of sales tax, where the seller has to collect
    """

    book: RateBook
    has_border: bool
    nexus: bool | None = None


def case_tables(case: Fields, book: RateBook, place: Destination, currency: str,
                day: date) -> CaseTables:
    """Take `tables` and `fx` of a case. National parcel fees are those of the case alone; what the
    law of the union asks (the flat duty on small parcels) stays."""
    if case.has("fx"):
        given = case.inside("fx")
        rates = {code: Rate("EUR", code, given.number(code), SOURCE, day)
                 for code in given.names()}
        book = replace(book, fx={**book.fx, **rates})
    tables = case.inside("tables", {})
    area = locate(place, book)
    has_border = tables.has("import") or tables.has("duty")
    if tables.has("duty"):
        rows = tuple(_duty(row, area.customs, currency) for row in tables.each("duty"))
        book = replace(book, duties={**book.duties, area.customs: rows})
    flat = {code: tuple(row for row in rows if row.replaces_duty)
            for code, rows in book.fees.items()}
    given_fees = [_fee(row, area.country, currency) for row in tables.each("fees")]
    book = replace(book, fees={
        **flat, area.country: (*flat.get(area.country, ()), *given_fees)})
    if tables.has("import"):
        book = _with_import(tables.inside("import"), book, area, currency, day)
    nexus = None
    if tables.has("us_tax"):
        book, nexus = _with_sales_tax(tables.inside("us_tax"), book)
    tables.end()
    return CaseTables(book, has_border, nexus)


def _validity(fields: Fields) -> Validity:
    first = fields.day("from", "0001-01-01")
    last = fields.day("to") if fields.has("to") else None
    return Validity(first, last, SOURCE, "verified")


def _duty(fields: Fields, area: str, currency: str) -> DutyRow:
    kind = KINDS[fields.text("kind", "mfn", one_of=tuple(KINDS))]
    per_unit = fields.maybe_whole("per_unit_minor")
    prefix = fields.text("hs", "").replace(" ", "").replace(".", "")
    row = DutyRow(
        id=f"case:{prefix}:{kind}", destination=area, hs_prefix="" if prefix == "*" else prefix,
        origin=fields.text("origin", "*"), kind=kind, percent=fields.number("rate", "0"),
        per_unit=None if per_unit is None else Money(per_unit, currency),
        per_unit_of=fields.text("unit", "item"), combine=fields.text("combine", "add"),
        proof_required=kind == "preference", validity=_validity(fields),
    )
    fields.end()
    return row


def _fee(fields: Fields, country: str, currency: str) -> FeeRow:
    limit = fields.maybe_number("max_goods_eur")
    name = fields.text("name")
    least = fields.any_of("amount_minor", "min_minor")
    row = FeeRow(
        id=f"case:{name}", destination=country, code=name, name=name,
        per=_PER[fields.text("per", "parcel", one_of=tuple(_PER))],
        amount=Money(fields.whole(least) if least else 0, fields.currency("currency", currency)),
        max_value=None if limit is None else Money.from_major(limit, "EUR"),
        customer=fields.text("customer", ""),
        in_import_tax_base=fields.yes("in_import_tax_base"), in_scheme_tax_base=False,
        replaces_duty=False, validity=_validity(fields),
        percent=fields.number("percent", "0"),
    )
    fields.end()
    return row


def _with_import(fields: Fields, book: RateBook, area: Area, currency: str,
                 day: date) -> RateBook:
    """The country's import rule with what the case says; its scheme at sale stays as it is."""
    key = "EU" if area.customs == "EU" else area.tax
    known = book.import_rule(key, day) or book.import_rule("*", day)
    currency = fields.currency("currency", currency)

    def limit(*names: str) -> Money | None:
        name = fields.any_of(*names)
        return Money(fields.whole(name), currency) if name else None

    per = {"item": "item"}.get(fields.text("per", "consignment"), "consignment")
    both = limit("de_minimis", "de_minimis_minor")
    duty_limit = limit("duty_de_minimis", "duty_de_minimis_minor") or both
    tax_limit = limit("tax_de_minimis", "tax_de_minimis_minor", "vat_de_minimis",
                      "vat_de_minimis_minor") or both
    not_levied = limit("tax_not_levied_minor", "min_tax_minor")
    changes: dict[str, Any] = {
        "valuation": fields.text("valuation", known.valuation if known else "CIF",
                                 one_of=("CIF", "FOB")),
        "duty_threshold": duty_limit, "tax_threshold": not_levied or tax_limit,
        "tax_threshold_kind": "tax_amount" if not_levied else "value", "threshold_per": per,
    }
    if fields.has("tax_base"):
        changes["import_tax_base"] = fields.text("tax_base", one_of=(
            "cif_duty", "value_duty_freight", "value_duty", "value_10_duty", "inside", "none"))
    fields.end()
    blank = ImportRow("case", key, "CIF", None, None, "consignment", "value", "", "", None,
                      "consignment", True, None, Validity(source=SOURCE))
    row = replace(known or blank, id=f"case:{key}", country=key, **changes)
    if known is not None and known.country == "*":
        row = replace(row, validity=Validity(source=SOURCE))
    return replace(book, imports={**book.imports, key: (row,)})


def _with_sales_tax(fields: Fields, book: RateBook) -> tuple[RateBook, bool]:
    """State and local rates as one combined rate, with rules for goods of some categories."""
    state = fields.text("state")
    rates: list[Decimal] = []
    for rate in fields.each("rates"):
        rate.text("level", "")
        rate.text("name", "")
        rates.append(rate.number("rate"))
        rate.end()
    word = fields.text("shipping_taxable", "yes")
    shipping = "exempt" if word in {"no", "exempt", "false"} else "taxable"
    place = f"US-{state}"
    combined = sum(rates, Decimal(0))
    rows = [_sales_tax(place, "standard", combined, shipping)]
    rows += [_goods_rule(rule, place, combined, shipping) for rule in fields.each("rules")]
    nexus = fields.yes("nexus", default=True)
    fields.end()
    return replace(book, tax_rates={**book.tax_rates, place: tuple(rows)}), nexus


def _goods_rule(fields: Fields, place: str, combined: Decimal, shipping: str) -> TaxRateRow:
    """A category that is exempt or has a rate of its own, up to or above a price per item."""
    category = fields.text("category")
    name = fields.any_of("rate", "percent")
    percent = fields.number(name) if name else Decimal(0)
    if not fields.yes("exempt", default=True) and not name:
        percent = combined
    up_to = fields.any_of("max_item_minor", "exempt_up_to_minor", "below_minor",
                          "exempt_below_minor", "per_item_below_minor")
    limit = Money(fields.whole(up_to), "USD") if up_to else None
    fields.end()
    return replace(_sales_tax(place, category, percent, shipping), below=limit)


def _sales_tax(place: str, category: str, percent: Decimal, shipping: str) -> TaxRateRow:
    return TaxRateRow(f"case:{place}:{category}", place, category, "Sales tax", percent, shipping,
                      Validity(source=SOURCE, confidence="verified"))


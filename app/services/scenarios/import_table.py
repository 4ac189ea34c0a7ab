"""The import rule of a case: how a country values, limits, rounds and taxes what arrives.

What `tables.import` does not name comes from the shop's rule of that country. A case that names a
limit speaks of all of them and for all parcels: a limit it does not name, or names as null, is none
then, and the shop's exceptions and regimes of that country do not hold. Several words for the same
thing are taken.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.kernel.money import Money
from app.rules.places import Area
from app.rules.rate_book import ImportRow, RateBook, RegimeRow, TaxRateRow, Validity
from app.services.scenarios.fields import Fields

# What a row of a case says of itself in explanations.
SOURCE = CONFIDENCE = "case"
WORDS = {
    "currency": ("currency", "de_minimis_currency", "limit_currency", "threshold_currency"),
    "both": ("de_minimis", "de_minimis_minor"),
    "duty": ("duty_de_minimis", "duty_de_minimis_minor", "duty_threshold_minor"),
    "tax": ("tax_de_minimis", "tax_de_minimis_minor", "vat_de_minimis", "vat_de_minimis_minor",
            "gst_de_minimis", "gst_de_minimis_minor", "tax_threshold_minor"),
    "not_levied": ("tax_not_levied_minor", "tax_not_levied", "min_tax_minor", "min_tax"),
    "tax_step": ("tax_step_minor", "tax_step", "amount_step_minor", "tax_round_to_minor"),
    "base_step": ("base_step_minor", "base_step", "base_round_down_minor"),
    "surcharge": ("duty_surcharge_percent", "surcharge_on_duty", "sws_percent", "sws"),
    "share": ("tax_share_percent", "tax_share"),
    "flat": ("flat_rate", "flat_percent", "flat_duty_percent"),
    "less": ("flat_less_minor", "less_minor"),
    "tax_rate": ("tax_rate", "vat_rate", "gst_rate", "rate"),
}
_LIMITS = {
    "both": ("duty_threshold", "tax_threshold"), "duty": ("duty_threshold",),
    "tax": ("tax_threshold",), "not_levied": ("tax_threshold",),
}
BASES = ("cif_duty", "value_duty_freight", "value_duty", "value_10_duty", "inside", "none")


def with_import(fields: Fields, book: RateBook, area: Area, currency: str, day: date) -> RateBook:
    """The book with the country's rule as the case says it."""
    key = "EU" if area.customs == "EU" else area.tax
    known = book.import_rule(key, day) or book.import_rule("*", day)
    blank = ImportRow("case", key, "CIF", None, None, "consignment", "value", "", "", None,
                      "consignment", True, None, Validity(source=SOURCE, confidence=CONFIDENCE))
    paid_in = currency
    currency = fields.currency(fields.any_of(*WORDS["currency"]) or "currency", currency)
    changes = _changes(fields, known or blank, currency)
    row = replace(known or blank, id=f"case:{key}", country=key, **changes)
    if known is not None and known.country == "*":
        row = replace(row, validity=Validity(source=SOURCE, confidence=CONFIDENCE))
    regimes = book.regimes.get(area.customs, ())
    if "except_goods" in changes:
        regimes = ()
    else:
        row, regimes = _comparable(row, regimes, paid_in, book)
    regimes = _regime(fields, area, currency) or regimes
    name = fields.any_of(*WORDS["tax_rate"])
    if name:
        book = _with_rate(book, area, fields.number(name))
    fields.end()
    return replace(book, imports={**book.imports, key: (row,)},
                   regimes={**book.regimes, area.customs: regimes})


def _comparable(row: ImportRow, regimes: tuple[RegimeRow, ...], currency: str,
                book: RateBook) -> tuple[ImportRow, tuple[RegimeRow, ...]]:
    """A case that describes the border, names no limit and gives no exchange rate for those of the
    shop asks for none of them."""
    def kept(limit: Money | None) -> Money | None:
        return limit if limit and book.rate(currency, limit.currency) else None

    row = replace(row, duty_threshold=kept(row.duty_threshold),
                  tax_threshold=kept(row.tax_threshold))
    if row.step_currency and book.rate(currency, row.step_currency) is None:
        row = replace(row, tax_step_minor=None, base_step_minor=None)
    return row, tuple(regime for regime in regimes
                      if regime.max_value is None or kept(regime.max_value))


def _changes(fields: Fields, known: ImportRow, currency: str) -> dict[str, Any]:
    """What the case says, by the columns of the rule."""
    found: dict[str, Any] = {
        "valuation": fields.text("valuation", known.valuation, one_of=("CIF", "FOB")),
        "threshold_per": "item" if fields.text("per", known.threshold_per) == "item"
        else "consignment",
    }
    if fields.yes("per_item"):
        found["threshold_per"] = "item"
    if fields.has("tax_base"):
        found["import_tax_base"] = fields.text("tax_base", one_of=BASES)
    elif fields.yes("tax_inside"):
        found["import_tax_base"] = "inside"
    elif fields.has("freight_in_tax_base"):
        is_in = fields.yes("freight_in_tax_base")
        found["import_tax_base"] = "value_duty_freight" if is_in else "value_duty"
    limits = _limits(fields, currency)
    if limits:  # the other limit on the value is none then; that on the tax itself stays
        limits.setdefault("duty_threshold", None)
        if known.tax_threshold_kind == "value":
            limits.setdefault("tax_threshold", None)
        limits["except_goods"] = ()
    return found | limits | _steps(fields, currency)


def _limits(fields: Fields, currency: str) -> dict[str, Any]:
    """The limits the case names, None for those it names as none."""
    found: dict[str, Any] = {}
    for word, columns in _LIMITS.items():
        for name in (name for name in WORDS[word] if name in fields.names()):
            minor = fields.maybe_whole(name)
            limit = None if minor is None else Money(minor, currency)
            found |= dict.fromkeys(columns, limit)
            if "tax_threshold" in columns:
                found["tax_threshold_kind"] = "tax_amount" if word == "not_levied" else "value"
    return found


def _steps(fields: Fields, currency: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, word in (("tax_step_minor", "tax_step"), ("base_step_minor", "base_step")):
        name = fields.any_of(*WORDS[word])
        if name:
            found |= {column: fields.whole(name), "step_currency": currency}
    name = fields.any_of(*WORDS["surcharge"])
    if name:
        found["duty_surcharge_percent"] = fields.number(name)
    return found


def _regime(fields: Fields, area: Area, currency: str) -> tuple[RegimeRow, ...]:
    """A flat rate in place of the tariff, or a share of the tax; none unless the case names one."""
    flat, share = fields.any_of(*WORDS["flat"]), fields.any_of(*WORDS["share"])
    less, part = fields.any_of(*WORDS["less"]), fields.maybe_number("tax_factor")
    if not flat and not share and part is None:
        return ()
    percent = fields.number(share) if share else Decimal(100)
    if part is not None:
        percent *= part
    return (RegimeRow(
        id=f"case:{area.country}", destination=area.customs, code="case", name="case",
        ship_from="*", carriage="", customer="", registration="", goods=(), except_goods=(),
        value_of="goods", max_value=None,
        duty_percent=fields.number(flat) if flat else Decimal(0),
        duty_less=Money(fields.whole(less), currency) if less else None,
        tax_share_percent=percent,
        validity=Validity(source=SOURCE, confidence=CONFIDENCE),
    ),)


def _with_rate(book: RateBook, area: Area, percent: Decimal) -> RateBook:
    row = TaxRateRow(f"case:{area.tax}", area.tax, "standard", "VAT", percent, "follows",
                     Validity(source=SOURCE, confidence=CONFIDENCE))
    return replace(book, tax_rates={**book.tax_rates, area.tax: (row,)})

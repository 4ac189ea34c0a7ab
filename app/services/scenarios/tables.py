"""The tables of a case laid over the shop's: a RateBook for this one question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.kernel.address import Destination
from app.kernel.fx import Rate
from app.kernel.money import Money
from app.rules.places import locate
from app.rules.rate_book import DutyRow, FeeRow, RateBook, Validity
from app.services.scenarios.fields import Fields, Refused
from app.services.scenarios.import_table import CONFIDENCE, SOURCE, with_import
from app.services.scenarios.sales_table import with_sales_tax

KINDS = {"mfn": "mfn", "pref": "preference", "preference": "preference",
         "antidumping": "antidumping", "countervailing": "countervailing",
         "surcharge": "surcharge", "safeguard": "safeguard"}
TARIFFS = ("mfn", "preference")
_UNITS = ("item", "piece", "kg")
# What a percentage fee is taken on is always what the carrier advances; some say so.
_ADVANCED = ("", "duty_and_tax", "duty_tax", "duty_plus_tax", "duty+tax", "advanced")
_FEE_KINDS = ("", "parcel", "brokerage", "disbursement", "national")
# An item is a tariff subheading, as the law of the union has it; pieces are counted as pieces.
_PER = {"parcel": "consignment", "consignment": "consignment", "shipment": "consignment",
        "item": "hs6", "hs6": "hs6", "heading": "hs6", "subheading": "hs6",
        "piece": "item", "pieces": "item", "pcs": "item", "unit": "item"}
# Other names of origins and of groups of them.
_ORIGINS = {"EL": "GR", "UK": "GB", "XI": "GB", "EU27": "EU", "TMEC": "USMCA", "ACEUM": "USMCA",
            "EUUK": "TCA", "EUUKTCA": "TCA", "EUJPEPA": "EUJP", "EUJAPANEPA": "EUJP",
            "EUJAPAN": "EUJP", "GSP+": "GSP", "GSPPLUS": "GSP", "TPP": "CPTPP", "PANEUROMED": "PEM"}


@dataclass(frozen=True, slots=True)
class CaseTables:
    """The book of a case, and what its tables say beyond rows.

    has_border  the case describes the border: its import rule or its tariff
    nexus       whether the seller has to collect in the state of the table, where it says so
    state       the state the case's table of sales tax is about
    """

    book: RateBook
    has_border: bool
    nexus: bool | None = None
    state: str = ""


def case_tables(case: Fields, book: RateBook, place: Destination, currency: str,
                day: date) -> CaseTables:
    """Take `tables` and `fx` of a case. National parcel fees are those of the case alone; what the
    law of the union asks (the flat duty on small parcels) stays."""
    given = case.inside("fx", {})
    rates = {code: Rate("EUR", code, given.number(code), SOURCE, day) for code in given.names()}
    if rates:
        book = replace(book, fx={**book.fx, **rates})
    tables = case.inside("tables", {})
    area = locate(place, book)
    has_border = tables.has("import") or tables.has("duty")
    if tables.has("duty"):
        rows = _told_apart([duty for row in tables.each("duty")
                            for duty in _duty(row, area.customs, currency, book)])
        # A flat rate stands in the tariff's place; who gives the tariff asks for the tariff.
        regimes = tuple(row for row in book.regimes.get(area.customs, ()) if not row.duty_percent)
        book = replace(book, duties={**book.duties, area.customs: rows},
                       regimes={**book.regimes, area.customs: regimes})
    flat = {code: tuple(row for row in rows if row.replaces_duty)
            for code, rows in book.fees.items()}
    given_fees = [_fee(row, area.country, currency) for row in tables.each("fees")]
    book = replace(book, fees={
        **flat, area.country: (*flat.get(area.country, ()), *given_fees)})
    if tables.has("import"):
        rule = tables.inside("import")
        book = _with_duty_rate(rule, book, area.customs)
        book = with_import(rule, book, area, currency, day)
    nexus, state = None, ""
    if tables.has("us_tax"):
        book, nexus, state = with_sales_tax(tables.inside("us_tax"), book)
    tables.end()
    return CaseTables(book, has_border, nexus, state)


def _with_duty_rate(fields: Fields, book: RateBook, area: str) -> RateBook:
    """The book with the one rate an import rule may name for whatever the tariff of the case does
    not."""
    name = fields.any_of("duty_rate", "duty_percent")
    if not name:
        return book
    row = DutyRow(id="case:*:mfn", destination=area, hs_prefix="", origin="*", kind="mfn",
                  percent=fields.number(name), per_unit=None, per_unit_of="", combine="add",
                  proof_required=False, validity=Validity(source=SOURCE, confidence=CONFIDENCE))
    given = tuple(duty for duty in book.duties.get(area, ()) if duty.id.startswith("case:"))
    regimes = tuple(row for row in book.regimes.get(area, ()) if not row.duty_percent)
    return replace(book, duties={**book.duties, area: (*given, row)},
                   regimes={**book.regimes, area: regimes})


def _validity(fields: Fields) -> Validity:
    first, last = fields.any_of("from", "valid_from"), fields.any_of("to", "until", "valid_to")
    return Validity(fields.day(first) if first else date.min,
                    fields.day(last) if last else None, SOURCE, CONFIDENCE)


def _told_apart(rows: Sequence[DutyRow]) -> tuple[DutyRow, ...]:
    """Two additional duties on the very same goods are two measures, named or not."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for row in rows:
        key = (row.kind, row.hs_prefix, row.origin, row.measure)
        seen[key] += 1
        again = seen[key] > 1 and row.kind not in TARIFFS
        found.append(replace(row, measure=f"{row.measure}:{seen[key]}") if again else row)
    return tuple(found)


def origin_of(name: str, book: RateBook) -> str:
    """A country, "*", or a group of countries the tables know, however it is spelt.

    raises  Refused  naming what is none of them
    """
    word = "".join(letter for letter in name.upper() if letter.isalnum() or letter in "*+")
    word = _ORIGINS.get(word, word)
    if word in ("", "*", "ANY", "ALL"):
        return "*"
    if len(word) == 2 and word.isalpha() and word != "EU":
        return word
    if word in book.origin_groups:
        return word
    raise Refused(f"tables.duty: origin {name!r} is no country and no group that is known")


def _origins(fields: Fields, book: RateBook) -> list[str]:
    """One origin or several, each with the same duty."""
    if not isinstance(fields.peek("origin"), list):
        return [origin_of(fields.text("origin", "*"), book)]
    return list(dict.fromkeys(
        origin_of(str(name), book) for name in fields.items("origin"))) or ["*"]


def _duty(fields: Fields, area: str, currency: str, book: RateBook) -> list[DutyRow]:
    kind = KINDS[fields.text("kind", "mfn", one_of=tuple(KINDS))]
    amount = fields.any_of("per_unit_minor", "per_kg_minor", "per_item_minor", "per_piece_minor")
    unit = "kg" if amount == "per_kg_minor" else "item"
    per_unit = Money(fields.whole(amount), currency) if amount else None
    prefix = "".join(fields.text(fields.any_of("hs", "hs_prefix") or "hs", "*").split())
    prefix = prefix.replace(".", "").removesuffix("*")
    rate = fields.any_of("rate", "percent")
    name = fields.text("name", "")
    programme = fields.text(fields.any_of("measure", "programme", "program") or "measure", "")
    measure = programme or ("" if kind in TARIFFS else name)
    row = DutyRow(
        id=f"case:{prefix}:{kind}", destination=area, hs_prefix=prefix,
        origin="*", kind=kind,
        percent=fields.number(rate) if rate else Decimal(0), per_unit=per_unit,
        per_unit_of="kg" if fields.text("unit", unit, one_of=_UNITS) == "kg" else "item",
        combine=fields.text("combine", "add", one_of=("add", "max", "min")),
        proof_required=fields.yes("proof_required", default=kind == "preference"),
        validity=_validity(fields), measure=measure,
    )
    origins = _origins(fields, book)
    for remark in ("source", "agreement"):
        fields.text(remark, "")
    fields.end()
    return [replace(row, origin=origin) for origin in origins]


def _fee(fields: Fields, country: str, currency: str) -> FeeRow:
    limit = fields.maybe_number("max_goods_eur")
    name = fields.text(fields.any_of("name", "code") or "name")
    least = fields.any_of("amount_minor", "min_minor", "minimum_minor")
    row = FeeRow(
        id=f"case:{name}", destination=country, code=name, name=name,
        per=_PER[fields.text("per", "parcel", one_of=tuple(_PER))],
        amount=Money(fields.whole(least) if least else 0, fields.currency("currency", currency)),
        max_value=None if limit is None else Money.from_major(limit, "EUR"),
        customer=fields.text("customer", "", one_of=("", "consumer", "business")),
        in_import_tax_base=fields.yes("in_import_tax_base"), in_scheme_tax_base=False,
        replaces_duty=False, validity=_validity(fields),
        percent=fields.number(
            fields.any_of("percent", "rate", "percent_of_duty_tax") or "percent", "0"),
    )
    fields.text(fields.any_of("of", "percent_of", "base") or "of", "", one_of=_ADVANCED)
    fields.text(fields.any_of("kind", "type") or "kind", "", one_of=_FEE_KINDS)
    fields.text("source", "")
    fields.end()
    return row

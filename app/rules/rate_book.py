"""The RateBook: every dated row a quote may need, read once, never changed.

services/rates/book.py fills it from the database. The rules look things up here by day; what is
not found is said (None), never guessed. Rates are percentages as Decimals (19 means 19 %).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from app.kernel.fx import Rate
from app.kernel.money import Money
from app.rules.shipping_rows import FreeShippingRow, ServiceRow, ShippingBook, WarehouseRow
from app.rules.validity import Validity

if TYPE_CHECKING:  # which themselves look things up here
    from app.rules.restrictions import RestrictionRow


@dataclass(frozen=True, slots=True)
class TaxRateRow:
    """One component tax of a jurisdiction ("DE", "CA-QC") for a goods category.

    below   only for pieces that cost less than this (New York clothing); dearer ones are `standard`
    excess  of dearer ones only what is above it is `standard` (Massachusetts)
    """

    id: str
    jurisdiction: str
    category: str
    name: str
    percent: Decimal
    shipping: str  # follows, taxable, exempt
    validity: Validity
    below: Money | None = None
    excess: bool = False


@dataclass(frozen=True, slots=True)
class TerritoryRow:
    """A place that is not what its country is; see /docs and the table's note.

    city          without a postcode_prefix it speaks only for addresses without a postcode
    local_tax_as  where the rates are read of those who are established in the place
    local_for     whose those are: seller, or seller_or_business (a buyer there counts as well)
    """

    id: str
    country: str
    postcode_prefix: str
    postcode_to: str
    city: str
    code: str
    name: str
    in_eu_customs: bool | None
    in_eu_vat: bool | None
    tax_as: str
    customs_as: str
    note: str
    source: str
    local_tax_as: str = ""
    local_for: str = ""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """How a destination values and taxes imports, and its low-value scheme for sellers.

    import_tax_base  what border tax is taken on: cif_duty, value_duty_freight (both with freight
                     and insurance), value_duty (without), value_10_duty (value + 10 %, duty),
                     inside (the tax is part of its own base), none (no tax at the border)
    tax_step_minor   border tax is a multiple of this, in the country's own currency
    base_step_minor  its base is cut to this, and then duty and tax are cut as well, not rounded
    step_currency    the currency of both steps
    duty_surcharge_percent  a surcharge on the duty itself (India's social welfare surcharge)
    scheme_relieves_duty    a sale taxed under the scheme comes without duty
    except_goods     HS prefixes and tax categories for which the limits do not hold
    threshold_of     what the limits are compared with: goods, or cif (with freight and insurance)
    """

    id: str
    country: str
    valuation: str  # CIF, FOB
    duty_threshold: Money | None
    tax_threshold: Money | None
    threshold_per: str
    tax_threshold_kind: str  # value, tax_amount
    scheme: str
    scheme_registration: str
    scheme_threshold: Money | None
    scheme_per: str
    scheme_shipping_in_base: bool
    tax_step_minor: int | None
    validity: Validity
    import_tax_base: str = "cif_duty"
    base_step_minor: int | None = None
    step_currency: str = ""
    duty_surcharge_percent: Decimal = Decimal(0)
    scheme_relieves_duty: bool = False
    except_goods: tuple[str, ...] = ()
    threshold_of: str = "goods"


@dataclass(frozen=True, slots=True)
class RegimeRow:
    """A simplified clearance of a destination, in place of its tariff and limits.

    ship_from     country or group the parcel is sent from, "*" any; not the origin of the goods
    carriage      courier or post; '' either. customer: consumer, business; '' either
    registration  only for sellers who have it ('' all)
    goods, except_goods  HS prefixes and tax categories; no goods named means all
    value_of      what the limit is compared with: goods, or cif (with freight and insurance)
    duty_percent  of the customs value, less duty_less for the consignment
    tax_share_percent  of the ordinary border tax: 100 all of it, 70, 0 none
    """

    id: str
    destination: str
    code: str
    name: str
    ship_from: str
    carriage: str
    customer: str
    registration: str
    goods: tuple[str, ...]
    except_goods: tuple[str, ...]
    value_of: str
    max_value: Money | None
    duty_percent: Decimal
    duty_less: Money | None
    tax_share_percent: Decimal
    validity: Validity


@dataclass(frozen=True, slots=True)
class DutyRow:
    """Duty by destination, HS prefix, origin (ISO2, group or "*") and kind.

    measure  the law an additional duty comes from: within one, the longest prefix wins; several
             (US sections 301 and 122) add up. Unnamed ones are told apart by their origin
    """

    id: str
    destination: str
    hs_prefix: str
    origin: str
    kind: str  # mfn, preference, antidumping, countervailing, surcharge, safeguard
    percent: Decimal
    per_unit: Money | None
    per_unit_of: str
    combine: str
    proof_required: bool
    validity: Validity
    measure: str = ""


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A parcel fee per hs6, consignment or item.

    percent  of duty and border tax (a carrier's disbursement); the amount is then the least of it,
             and nothing is asked where nothing is advanced
    carrier  asked by this carrier alone; '' by all
    """

    id: str
    destination: str
    code: str
    name: str
    per: str
    amount: Money
    max_value: Money | None
    customer: str
    in_import_tax_base: bool
    in_scheme_tax_base: bool
    replaces_duty: bool
    validity: Validity
    percent: Decimal = Decimal(0)
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class CurrencyRow:
    """Rounding of converted prices and the step a payment provider can charge."""

    currency: str
    price_step: int = 1
    ending: int = 0
    direction: str = "nearest"
    margin: Decimal = Decimal(0)  # percent
    change_threshold: Decimal = Decimal(0)  # percent
    payment_step: int = 1
    source: str = ""


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """Weekend (Monday is 0), public holidays, and working days customs take for imports."""

    country: str
    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = frozenset()
    customs_days: int = 0


@dataclass(frozen=True, slots=True)
class VatexRow:
    """Machine-readable reason why a treatment charges no tax (EN 16931)."""

    treatment: str
    einvoice_category: str
    vatex: str
    reason: str


TAXES_KEPT = 4096
EU_MEMBERS = frozenset(  # a word list reads better than 27 quoted ones
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)


@dataclass(frozen=True)
class RateBook:
    """Immutable tables with the look-ups the rules share. `version` names this very state."""

    version: int = 0
    tax_rates: Mapping[str, tuple[TaxRateRow, ...]] = field(default_factory=dict)  # by jurisdiction
    territories: Mapping[str, tuple[TerritoryRow, ...]] = field(default_factory=dict)  # by country
    imports: Mapping[str, tuple[ImportRow, ...]] = field(default_factory=dict)  # by country
    duties: Mapping[str, tuple[DutyRow, ...]] = field(default_factory=dict)  # by destination
    origin_groups: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by group
    fees: Mapping[str, tuple[FeeRow, ...]] = field(default_factory=dict)  # by destination
    regimes: Mapping[str, tuple[RegimeRow, ...]] = field(default_factory=dict)  # by destination
    vatex: Mapping[str, VatexRow] = field(default_factory=dict)
    fx: Mapping[str, Rate] = field(default_factory=dict)  # EUR -> quote, newest first choice
    currencies: Mapping[str, CurrencyRow] = field(default_factory=dict)
    calendars: Mapping[str, CalendarRow] = field(default_factory=dict)
    services: Mapping[str, ServiceRow] = field(default_factory=dict)
    free_shipping: tuple[FreeShippingRow, ...] = ()
    warehouses: Mapping[str, WarehouseRow] = field(default_factory=dict)
    shipping: ShippingBook = field(default_factory=ShippingBook)
    restrictions: Mapping[str, tuple[RestrictionRow, ...]] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)  # other word -> tax category
    postcode_regions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by country

    @cached_property
    def duties_by_prefix(self) -> Mapping[str, Mapping[str, tuple[DutyRow, ...]]]:
        """Destination -> HS prefix -> rows: a tariff has hundreds of rows, a code few prefixes."""
        found: dict[str, dict[str, tuple[DutyRow, ...]]] = {}
        for area, rows in self.duties.items():
            by_prefix = found.setdefault(area, {})
            for row in rows:
                by_prefix[row.hs_prefix] = (*by_prefix.get(row.hs_prefix, ()), row)
        return found

    def currency(self, code: str) -> CurrencyRow:
        """The currency's policy; without one, the minor unit is the step."""
        return self.currencies.get(code) or CurrencyRow(code)

    def calendar(self, country: str, region: str = "") -> CalendarRow:
        """The calendar of a region, else of its country; without one, Saturday and Sunday off."""
        found = self.calendars.get(f"{country}-{region}") if region else None
        return found or self.calendars.get(country) or CalendarRow(country)

    def rate(self, base: str, quote: str) -> Rate | None:
        """The exchange rate, through the euro where needed; None when unknown."""
        if base == quote:
            return Rate(base, quote, Decimal(1), "same currency", date.max)
        to_quote, to_base = self.fx.get(quote), self.fx.get(base)
        if base == "EUR":
            return to_quote
        if to_base is None:
            return None
        if quote == "EUR":
            return to_base.inverse()
        return to_base.inverse().through(to_quote) if to_quote else None

    def tax_on(self, jurisdiction: str, category: str, day: date) -> tuple[TaxRateRow, ...]:
        """Component taxes of a category; a component without a row of its own takes that of the
        wider category (food_staples: food), and without one it is `standard`."""
        key = (jurisdiction, category, day)
        known = self._taxes.get(key)
        if known is None:
            if len(self._taxes) >= TAXES_KEPT:
                self._taxes.clear()
            known = self._taxes[key] = self._tax_on(jurisdiction, category, day)
        return known

    @cached_property
    def _taxes(self) -> dict[tuple[str, str, date], tuple[TaxRateRow, ...]]:
        """What tax_on found before: every quote asks for the same few."""
        return {}

    def is_category(self, word: str) -> bool:
        """Some row, the first word of it or another word for it is in the tables."""
        return word == "standard" or word in self.categories or (
            not self._category_names.isdisjoint({word, word.partition("_")[0]}))

    @cached_property
    def _category_names(self) -> frozenset[str]:
        return frozenset(row.category for rows in self.tax_rates.values() for row in rows)

    def _tax_on(self, jurisdiction: str, category: str, day: date) -> tuple[TaxRateRow, ...]:
        rows = _on(self.tax_rates.get(jurisdiction, ()), day)
        if not self.is_category(category):  # standard, but nobody has looked
            return tuple(replace(row, validity=replace(row.validity, confidence="review"))
                         for row in rows if row.category == "standard")
        category = self.categories.get(category, category)
        wider = category.partition("_")[0]
        found: dict[str, TaxRateRow] = {}
        for name in dict.fromkeys(("standard", wider, category)):
            found.update({row.name: row for row in rows if row.category == name})
        return tuple(found.values())

    def import_rule(self, country: str, day: date) -> ImportRow | None:
        """The destination's import rule ("EU" for members), else the default "*"."""
        area = "EU" if country in EU_MEMBERS else country
        for key in (area, "*"):
            rows = _on(self.imports.get(key, ()), day)
            if rows:
                return rows[0]
        return None


def _on(rows: Iterable, day: date) -> tuple:  # type: ignore[type-arg] # any row with validity
    return tuple(row for row in rows if row.validity.covers(day))

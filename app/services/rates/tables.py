"""What each rate file holds: its model, its natural key, and how each column is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.models.rates import (
    Calendar,
    CurrencyPolicy,
    DutyRate,
    FeeRule,
    FxRate,
    ImportRule,
    OriginGroup,
    ParcelRegime,
    TaxRate,
    Territory,
    VatexCode,
)
from app.models.restriction import Restriction
from app.models.shipping import DangerousGoods
from app.models.tax_filing import RegistrationThreshold, ReturnRule
from app.models.types import Base
from app.services.rates import columns as read
from app.services.rates import dangerous_table, filing_tables, restriction_table
from app.services.rates.columns import Reader, needed, one_of, shaped, text

COUNTRY = shaped(r"[A-Z]{2}", "a country of two letters")
AREA = shaped(r"[A-Z]{2}|\*", "a country of two letters or *")
JURISDICTION = shaped(r"[A-Z]{2}(-[A-Z0-9]{1,6})?", "a jurisdiction like DE or US-CA")
ORIGIN = shaped(r"[A-Z]{2,8}|\*", "a country, a group or *")
GOODS = shaped(r"((\d{2,10}|[a-z_]+)( (\d{2,10}|[a-z_]+))*)?",
               "HS prefixes and tax categories with a space between")
CONFIDENCE = one_of("verified", "review", "estimate")
MONEY_CODE = needed(read.currency)


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file and the table it fills.

    columns  column of the file -> (attribute of the model, reader)
    key      attributes that name a row; a row with the same key is changed, not doubled
    extra    columns that are for people only
    fixed    attributes that the file does not have
    is_log   rows are only added: a known key with other values is refused
    optional  columns that a file may leave out, as files from before they were there do
    """

    name: str
    model: type[Base]
    key: tuple[str, ...]
    columns: Mapping[str, tuple[str, Reader]]
    extra: frozenset[str] = frozenset()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    is_log: bool = False
    optional: frozenset[str] = frozenset()

    @property
    def file(self) -> str:
        """The file's name in the folder of rates."""
        return f"{self.name}.csv"

    @property
    def is_dated(self) -> bool:
        """Rows hold from a day to a day, and those of one thing may not overlap."""
        return "valid_to" in self.columns and "valid_from" in self.key


def _same(**readers: Reader) -> dict[str, tuple[str, Reader]]:
    return {column: (column, reader) for column, reader in readers.items()}


DATED = _same(
    valid_from=read.day, valid_to=read.maybe_day, source=text(), confidence=CONFIDENCE,
)

TAX_RATES = Table(
    "tax_rates", TaxRate, ("jurisdiction", "category", "name", "valid_from"),
    _same(
        jurisdiction=JURISDICTION, category=needed(text(32)), name=needed(text(40)),
        rate=read.number, shipping=one_of("follows", "taxable", "exempt"),
        limit_minor=read.maybe_whole, limit_currency=read.currency,
        limit_kind=one_of("below", "excess", ""),
    ) | DATED,
    extra=frozenset({"read_on"}),
    optional=frozenset({"limit_minor", "limit_currency", "limit_kind"}),
)
TERRITORIES = Table(
    "territories", Territory, ("country", "postcode_prefix", "postcode_to", "city"),
    _same(
        country=COUNTRY, postcode_prefix=text(12), postcode_to=text(12), city=text(120),
        code=needed(text(12)), name=needed(text(120)), eu_customs=one_of("yes", "no", ""),
        eu_vat=one_of("yes", "no", ""), tax_as=text(12), customs_as=text(12),
        local_tax_as=text(12), local_for=one_of("seller", "seller_or_business", ""),
        note=text(), source=text(), confidence=CONFIDENCE,
    ),
    optional=frozenset({"local_tax_as", "local_for"}),
)
IMPORT_RULES = Table(
    "import_rules", ImportRule, ("country", "valid_from"),
    _same(
        country=AREA, valuation=one_of("CIF", "FOB"), duty_threshold_minor=read.maybe_whole,
        duty_threshold_currency=read.currency, tax_threshold_minor=read.maybe_whole,
        tax_threshold_currency=read.currency,
        threshold_per=one_of("consignment", "item"),
        tax_threshold_kind=one_of("value", "tax_amount"),
        scheme=text(32), scheme_registration=text(16), scheme_threshold_minor=read.maybe_whole,
        scheme_currency=read.currency, scheme_per=one_of("consignment", "item", ""),
        scheme_shipping_in_base=one_of("yes", "no", ""), import_tax_base=text(40),
        tax_step_minor=read.maybe_whole, base_step_minor=read.maybe_whole,
        duty_surcharge_percent=read.number_or("0"), scheme_relieves_duty=read.yes_no,
        except_goods=GOODS, threshold_of=lambda cell: one_of("goods", "cif")(cell or "goods"),
        note=text(),
    ) | DATED,
    optional=frozenset({
        "base_step_minor", "duty_surcharge_percent", "scheme_relieves_duty", "except_goods",
        "threshold_of",
    }),
)
PARCEL_REGIMES = Table(
    "parcel_regimes", ParcelRegime, ("destination", "code", "valid_from"),
    _same(
        destination=COUNTRY, code=needed(text(32)), name=needed(text(120)), ship_from=ORIGIN,
        carriage=one_of("courier", "post", ""), customer=one_of("consumer", "business", ""),
        registration=text(16), goods=GOODS, except_goods=GOODS, value_of=one_of("goods", "cif"),
        max_value_minor=read.maybe_whole, currency=MONEY_CODE, duty_percent=read.number,
        duty_less_minor=read.whole, tax_share_percent=read.number,
    ) | DATED,
)
DUTY_RATES = Table(
    "duty_rates", DutyRate,
    ("destination", "hs_prefix", "origin", "kind", "measure", "valid_from"),
    _same(
        destination=AREA, hs_prefix=shaped(r"\d{0,10}", "an HS prefix of up to 10 digits"),
        origin=ORIGIN,
        kind=one_of(
            "mfn", "preference", "antidumping", "countervailing", "surcharge", "safeguard"
        ),
        percent=read.number, per_unit_minor=read.maybe_whole, per_unit=text(16),
        combine=one_of("add", "max", "min", ""), proof_required=read.yes_no,
        measure=text(32),
    ) | DATED,
    optional=frozenset({"measure"}),
)
ORIGIN_GROUPS = Table(
    "origin_groups", OriginGroup, ("code", "country"),
    {"group": ("code", needed(text(8))), "country": ("country", COUNTRY)},
)
FEE_RULES = Table(
    "fee_rules", FeeRule, ("destination", "code", "valid_from"),
    _same(
        destination=AREA, code=needed(text(32)), name=needed(text(120)),
        per=one_of("hs6", "consignment", "item"), amount_minor=read.whole, currency=MONEY_CODE,
        max_value_minor=read.maybe_whole, max_value_currency=read.currency,
        customer=one_of("consumer", "business", ""), in_import_tax_base=read.yes_no,
        in_scheme_tax_base=read.yes_no, replaces_duty=read.yes_no,
        percent=read.number_or("0"), carrier=text(32),
    ) | DATED,
    optional=frozenset({"percent", "carrier"}),
)
VATEX = Table(
    "vatex", VatexCode, ("treatment",),
    _same(
        treatment=needed(text(32)), einvoice_category=text(4), vatex=text(32), reason=text(),
    ),
)
CURRENCIES = Table(
    "currencies", CurrencyPolicy, ("currency",),
    _same(
        currency=MONEY_CODE, price_step_minor=read.step,
        ending_minor=read.whole, ending_direction=one_of("up", "down", "nearest"),
        margin_percent=read.number, change_threshold_percent=read.number,
        payment_step_minor=read.step, source=text(),
    ),
)
CALENDARS = Table(
    "calendars", Calendar, ("country",),
    _same(
        country=COUNTRY, weekend=shaped(r"([0-6](,[0-6])*)?", "weekdays 0 to 6 with commas"),
        customs_days=read.whole, source=text(), confidence=CONFIDENCE,
    ),
)
FX_FIXED = Table(
    "fx_fixed", FxRate, ("source", "base", "quote", "as_of"),
    {
        "base": ("base", MONEY_CODE), "quote": ("quote", MONEY_CODE),
        "rate": ("value", read.above_zero), "as_of": ("as_of", read.day),
    },
    extra=frozenset({"source", "confidence"}), fixed={"source": "fixed"}, is_log=True,
)

RESTRICTIONS = Table(
    restriction_table.NAME, Restriction, restriction_table.KEY, restriction_table.COLUMNS,
)
DANGEROUS_GOODS = Table(
    dangerous_table.NAME, DangerousGoods, dangerous_table.KEY, dangerous_table.COLUMNS,
)

THRESHOLDS = Table(
    "registration_thresholds", RegistrationThreshold, filing_tables.THRESHOLD_KEY,
    filing_tables.THRESHOLDS,
)
RETURN_RULES = Table(
    "return_rules", ReturnRule, filing_tables.RETURN_KEY, filing_tables.RETURNS,
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        TAX_RATES, TERRITORIES, IMPORT_RULES, PARCEL_REGIMES, DUTY_RATES, ORIGIN_GROUPS, FEE_RULES,
        VATEX, CURRENCIES, CALENDARS, FX_FIXED, RESTRICTIONS, THRESHOLDS,
        RETURN_RULES, DANGEROUS_GOODS,
    )
}

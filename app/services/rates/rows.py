"""Stored rows -> rows of the RateBook. `id` names the rule in explanations and never changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from app.kernel.money import Money
from app.models.rates import (
    Calendar,
    CurrencyPolicy,
    DutyRate,
    FeeRule,
    ImportRule,
    OriginGroup,
    TaxRate,
    Territory,
    VatexCode,
)
from app.models.shipping import FreeShipping, ShippingRate, ShippingService, ShippingZone
from app.models.stock import Warehouse
from app.rules.rate_book import (
    CalendarRow,
    CurrencyRow,
    DutyRow,
    FeeRow,
    FreeShippingRow,
    ImportRow,
    RateStep,
    ServiceRow,
    TaxRateRow,
    TerritoryRow,
    Validity,
    VatexRow,
    WarehouseRow,
    ZoneRow,
)
from app.services.rates.holiday import public_holidays

T = TypeVar("T")


def grouped(rows: Iterable[T], key: Callable[[T], str]) -> dict[str, tuple[T, ...]]:
    """Rows by key, each group in the order given."""
    groups: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return {name: tuple(group) for name, group in groups.items()}


def tax_rate(row: TaxRate) -> TaxRateRow:
    """One component tax."""
    name = f"tax:{row.jurisdiction}:{row.category}:{row.name}:{row.valid_from}"
    return TaxRateRow(
        name, row.jurisdiction, row.category, row.name, row.rate, row.shipping, _validity(row)
    )


def territory(row: Territory) -> TerritoryRow:
    """A place that differs from its country."""
    place = f"{row.postcode_prefix}-{row.postcode_to}".strip("-") or row.city or "*"
    return TerritoryRow(
        f"territory:{row.country}:{place}:{row.code}", row.country, row.postcode_prefix,
        row.postcode_to, row.city, row.code, row.name, _statement(row.eu_customs),
        _statement(row.eu_vat), row.tax_as, row.customs_as, row.note, row.source,
    )


# Customs that cut the base of border tax and then the tax itself (cross-border rules, 6: Japan
# cuts the base to JPY 1,000, duty and tax to JPY 100). The table has a column for the tax alone.
_BASE_STEPS = {"JP": 1000}


def import_rule(row: ImportRule, currency: str = "") -> ImportRow:
    """How a destination takes imports. A threshold without currency is none.

    currency  that of the destination, for the steps its customs round to
    """
    return ImportRow(
        id=f"import:{row.country}:{row.valid_from}", country=row.country, valuation=row.valuation,
        duty_threshold=_money(row.duty_threshold_minor, row.duty_threshold_currency),
        tax_threshold=_money(row.tax_threshold_minor, row.tax_threshold_currency),
        threshold_per=row.threshold_per, tax_threshold_kind=row.tax_threshold_kind,
        scheme=row.scheme, scheme_registration=row.scheme_registration,
        scheme_threshold=_money(row.scheme_threshold_minor, row.scheme_currency),
        scheme_per=row.scheme_per, scheme_shipping_in_base=row.scheme_shipping_in_base != "no",
        tax_step_minor=row.tax_step_minor, validity=_validity(row),
        import_tax_base=row.import_tax_base or "cif_duty",
        base_step_minor=_BASE_STEPS.get(row.country), step_currency=currency,
    )


def duty_rate(row: DutyRate, currency: str) -> DutyRow:
    """Duty of a prefix. `currency` is that of the destination's amounts per unit."""
    return DutyRow(
        id=f"duty:{row.destination}:{row.hs_prefix or '*'}:{row.origin}:{row.kind}"
           f":{row.valid_from}",
        destination=row.destination, hs_prefix=row.hs_prefix, origin=row.origin, kind=row.kind,
        percent=row.percent, per_unit=_money(row.per_unit_minor, currency),
        per_unit_of=row.per_unit, combine=row.combine, proof_required=row.proof_required,
        validity=_validity(row),
    )


def fee_rule(row: FeeRule) -> FeeRow:
    """A parcel fee."""
    return FeeRow(
        id=f"fee:{row.destination}:{row.code}:{row.valid_from}", destination=row.destination,
        code=row.code, name=row.name, per=row.per, amount=Money(row.amount_minor, row.currency),
        max_value=_money(row.max_value_minor, row.max_value_currency), customer=row.customer,
        in_import_tax_base=row.in_import_tax_base, in_scheme_tax_base=row.in_scheme_tax_base,
        replaces_duty=row.replaces_duty, validity=_validity(row),
    )


def origin_groups(rows: Iterable[OriginGroup]) -> dict[str, frozenset[str]]:
    """Group -> its countries."""
    return {
        code: frozenset(row.country for row in members)
        for code, members in grouped(rows, lambda row: row.code).items()
    }


def vatex(row: VatexCode) -> VatexRow:
    """Why a treatment charges no tax."""
    return VatexRow(row.treatment, row.einvoice_category, row.vatex, row.reason)


def currency_policy(row: CurrencyPolicy) -> CurrencyRow:
    """Steps, ending and margin of a currency."""
    return CurrencyRow(
        row.currency, row.price_step_minor, row.ending_minor, row.ending_direction,
        row.margin_percent, row.change_threshold_percent, row.payment_step_minor, row.source,
    )


def calendar(row: Calendar, year: int) -> CalendarRow:
    """Weekend, customs days and public holidays from `year` on."""
    weekend = frozenset(int(day) for day in row.weekend.split(",") if day)
    return CalendarRow(
        row.country, weekend, public_holidays(row.country, year), row.customs_days
    )


def service(
    row: ShippingService,
    warehouse: str,
    zones: Iterable[ShippingZone],
    rates: Iterable[ShippingRate],
) -> ServiceRow:
    """A shipping service with where it goes and what it asks."""
    return ServiceRow(
        code=row.code, carrier=row.carrier, tier=row.tier, label=row.label, warehouse=warehouse,
        incoterm=row.incoterm, divisor=row.divisor, step_g=row.step_g,
        max_weight_g=row.max_weight_g, max_side_mm=row.max_side_mm, max_girth_mm=row.max_girth_mm,
        fuel_percent=row.fuel_percent, handling_days=row.handling_days, is_tracked=row.is_tracked,
        needs_phone=row.needs_phone,
        zones=tuple(
            ZoneRow(z.zone, z.country, z.postcode_prefix, z.is_excluded, z.days_min, z.days_max)
            for z in zones
        ),
        steps=tuple(
            RateStep(r.zone, r.up_to_g, Money(r.amount_minor, r.currency),
                     Validity(r.valid_from, r.valid_to, r.source))
            for r in sorted(rates, key=lambda r: (r.zone, r.up_to_g, r.valid_from))
        ),
    )


def free_shipping(row: FreeShipping) -> FreeShippingRow:
    """From which goods value on a tier is free."""
    return FreeShippingRow(
        row.market_code, row.tier, Money(row.threshold_minor, row.currency),
        Validity(row.valid_from, row.valid_to),
    )


def warehouse(row: Warehouse) -> WarehouseRow:
    """Where a parcel starts."""
    return WarehouseRow(row.code, row.country, row.time_zone, row.cut_off)


def _validity(row: Any) -> Validity:
    return Validity(row.valid_from or date.min, row.valid_to, row.source, row.confidence)


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None or not currency else Money(minor, currency)


def _statement(word: str) -> bool | None:
    return {"yes": True, "no": False}.get(word)

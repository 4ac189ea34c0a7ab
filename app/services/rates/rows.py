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
    ParcelRegime,
    TaxRate,
    Territory,
    VatexCode,
)
from app.rules.rate_book import (
    CalendarRow,
    CurrencyRow,
    DutyRow,
    FeeRow,
    ImportRow,
    RegimeRow,
    TaxRateRow,
    TerritoryRow,
    Validity,
    VatexRow,
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
        name, row.jurisdiction, row.category, row.name, row.rate, row.shipping, _validity(row),
        _money(row.limit_minor, row.limit_currency) if row.limit_kind else None,
        row.limit_kind == "excess",
    )


def territory(row: Territory) -> TerritoryRow:
    """A place that differs from its country."""
    place = f"{row.postcode_prefix}-{row.postcode_to}".strip("-") or row.city or "*"
    return TerritoryRow(
        f"territory:{row.country}:{place}:{row.code}", row.country, row.postcode_prefix,
        row.postcode_to, row.city, row.code, row.name, _statement(row.eu_customs),
        _statement(row.eu_vat), row.tax_as, row.customs_as, row.note, row.source,
        row.local_tax_as, row.local_for,
    )


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
        base_step_minor=row.base_step_minor, step_currency=currency,
        duty_surcharge_percent=row.duty_surcharge_percent,
        scheme_relieves_duty=row.scheme_relieves_duty,
        except_goods=tuple(row.except_goods.split()), threshold_of=row.threshold_of,
    )


def parcel_regime(row: ParcelRegime) -> RegimeRow:
    """A simplified clearance in place of the tariff."""
    return RegimeRow(
        id=f"regime:{row.destination}:{row.code}:{row.valid_from}", destination=row.destination,
        code=row.code, name=row.name, ship_from=row.ship_from, carriage=row.carriage,
        customer=row.customer, registration=row.registration, goods=tuple(row.goods.split()),
        except_goods=tuple(row.except_goods.split()), value_of=row.value_of,
        max_value=_money(row.max_value_minor, row.currency), duty_percent=row.duty_percent,
        duty_less=_money(row.duty_less_minor or None, row.currency),
        tax_share_percent=row.tax_share_percent, validity=_validity(row),
    )


def duty_rate(row: DutyRate, currency: str) -> DutyRow:
    """Duty of a prefix. `currency` is that of the destination's amounts per unit."""
    return DutyRow(
        id=":".join(("duty", row.destination, row.hs_prefix or "*", row.origin, row.kind,
                     *([row.measure] if row.measure else []), str(row.valid_from))),
        destination=row.destination, hs_prefix=row.hs_prefix, origin=row.origin, kind=row.kind,
        percent=row.percent, per_unit=_money(row.per_unit_minor, currency),
        per_unit_of=row.per_unit, combine=row.combine, proof_required=row.proof_required,
        validity=_validity(row), measure=row.measure,
    )


def fee_rule(row: FeeRule) -> FeeRow:
    """A parcel fee."""
    return FeeRow(
        id=f"fee:{row.destination}:{row.code}:{row.valid_from}", destination=row.destination,
        code=row.code, name=row.name, per=row.per, amount=Money(row.amount_minor, row.currency),
        max_value=_money(row.max_value_minor, row.max_value_currency), customer=row.customer,
        in_import_tax_base=row.in_import_tax_base, in_scheme_tax_base=row.in_scheme_tax_base,
        replaces_duty=row.replaces_duty, validity=_validity(row), percent=row.percent,
        carrier=row.carrier,
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


def _validity(row: Any) -> Validity:
    return Validity(row.valid_from or date.min, row.valid_to, row.source, row.confidence)


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None or not currency else Money(minor, currency)


def _statement(word: str) -> bool | None:
    return {"yes": True, "no": False}.get(word)

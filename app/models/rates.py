"""Law as rows: tax, territories, import rules, duty, fees, exchange rates, calendars.

Rates are percentages as Decimals (19, 25.5). `valid_to` is the last day, inclusive; None is open.
`confidence`: verified, review (general knowledge, to be checked) or estimate.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, Exact, UtcDateTime


class Dated:
    """From when to when a rule holds, and why we believe it."""

    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(12), default="review")


class Editable:
    """Who changed a row in the shop; '' as long as it is as its file says. `flask tax load` leaves
    rows that somebody edited alone."""

    edited_by: Mapped[str] = mapped_column(String(80), default="", server_default="")


class TaxRate(Editable, Dated, Base):
    """One component tax: jurisdiction "DE", "US-CA", "CA-QC"; shipping: follows, taxable or
    exempt.

    limit_kind  below: only for pieces that cost less than the limit; excess: dearer pieces are
                standard only for what is above it; '': no limit
    """

    __tablename__ = "tax_rate"
    __table_args__ = (
        UniqueConstraint("jurisdiction", "category", "name", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    jurisdiction: Mapped[str] = mapped_column(String(12))
    category: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(40))
    rate: Mapped[Decimal] = mapped_column(Exact)
    shipping: Mapped[str] = mapped_column(String(12), default="follows")
    limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    limit_currency: Mapped[str] = mapped_column(String(3), default="", server_default="")
    limit_kind: Mapped[str] = mapped_column(String(8), default="", server_default="")


class Territory(Base):
    """A place whose tax or customs area differs from its country's."""

    __tablename__ = "territory"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2), index=True)
    postcode_prefix: Mapped[str] = mapped_column(String(12), default="")
    postcode_to: Mapped[str] = mapped_column(String(12), default="")
    city: Mapped[str] = mapped_column(default="")
    code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str]
    eu_customs: Mapped[str] = mapped_column(String(3), default="")
    eu_vat: Mapped[str] = mapped_column(String(3), default="")
    tax_as: Mapped[str] = mapped_column(String(12), default="")
    customs_as: Mapped[str] = mapped_column(String(12), default="")
    local_tax_as: Mapped[str] = mapped_column(String(12), default="", server_default="")
    local_for: Mapped[str] = mapped_column(String(20), default="", server_default="")
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(12), default="review")


class ImportRule(Editable, Dated, Base):
    """How a country (or "EU", or "*") values and taxes what arrives from outside.

    See app/rules/rate_book.py for the columns.
    """

    __tablename__ = "import_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2), index=True)
    valuation: Mapped[str] = mapped_column(String(3))
    duty_threshold_minor: Mapped[int | None]
    duty_threshold_currency: Mapped[str] = mapped_column(String(3), default="")
    tax_threshold_minor: Mapped[int | None]
    tax_threshold_currency: Mapped[str] = mapped_column(String(3), default="")
    threshold_of: Mapped[str] = mapped_column(String(8), default="goods")
    threshold_per: Mapped[str] = mapped_column(String(12), default="consignment")
    tax_threshold_kind: Mapped[str] = mapped_column(String(12), default="value")
    scheme: Mapped[str] = mapped_column(String(32), default="")
    scheme_registration: Mapped[str] = mapped_column(String(16), default="")
    scheme_threshold_minor: Mapped[int | None]
    scheme_currency: Mapped[str] = mapped_column(String(3), default="")
    scheme_per: Mapped[str] = mapped_column(String(12), default="consignment")
    scheme_shipping_in_base: Mapped[str] = mapped_column(String(3), default="yes")
    import_tax_base: Mapped[str] = mapped_column(String(40), default="")
    tax_step_minor: Mapped[int | None]
    base_step_minor: Mapped[int | None]
    duty_surcharge_percent: Mapped[Decimal] = mapped_column(Exact, default=Decimal(0))
    scheme_relieves_duty: Mapped[bool] = mapped_column(default=False)
    except_goods: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")


class ParcelRegime(Editable, Dated, Base):
    """A simplified clearance a parcel takes in place of the tariff (Remessa Conforme, courier
    limits, cross-border lists). See app/rules/rate_book.py for the columns."""

    __tablename__ = "parcel_regime"

    id: Mapped[int] = mapped_column(primary_key=True)
    destination: Mapped[str] = mapped_column(String(4), index=True)
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str]
    ship_from: Mapped[str] = mapped_column(String(8), default="*")
    carriage: Mapped[str] = mapped_column(String(8), default="")
    customer: Mapped[str] = mapped_column(String(12), default="")
    registration: Mapped[str] = mapped_column(String(16), default="")
    goods: Mapped[str] = mapped_column(Text, default="")
    except_goods: Mapped[str] = mapped_column(Text, default="")
    value_of: Mapped[str] = mapped_column(String(8), default="goods")
    max_value_minor: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))
    duty_percent: Mapped[Decimal] = mapped_column(Exact)
    duty_less_minor: Mapped[int] = mapped_column(default=0)
    tax_share_percent: Mapped[Decimal] = mapped_column(Exact)


class DutyRate(Editable, Dated, Base):
    """Duty by destination, HS prefix, origin and kind (mfn, preference, antidumping, surcharge)."""

    __tablename__ = "duty_rate"
    __table_args__ = (Index("ix_duty_rate_destination_prefix", "destination", "hs_prefix"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    destination: Mapped[str] = mapped_column(String(4))
    hs_prefix: Mapped[str] = mapped_column(String(10))
    origin: Mapped[str] = mapped_column(String(8), default="*")
    kind: Mapped[str] = mapped_column(String(16), default="mfn")
    percent: Mapped[Decimal] = mapped_column(Exact)
    per_unit_minor: Mapped[int | None]
    per_unit: Mapped[str] = mapped_column(String(16), default="")
    combine: Mapped[str] = mapped_column(String(4), default="")
    proof_required: Mapped[bool] = mapped_column(default=False)
    measure: Mapped[str] = mapped_column(String(32), default="")  # law of an additional duty


class OriginGroup(Base):
    """A country belongs to a group that duty rows may name (EU, EFTA, USMCA)."""

    __tablename__ = "origin_group"

    code: Mapped[str] = mapped_column("group_code", String(8), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)


class FeeRule(Editable, Dated, Base):
    """A parcel fee of a country or the union: per hs6, consignment or item."""

    __tablename__ = "fee_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    destination: Mapped[str] = mapped_column(String(4), index=True)
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str]
    per: Mapped[str] = mapped_column(String(12))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    max_value_minor: Mapped[int | None]
    max_value_currency: Mapped[str] = mapped_column(String(3), default="")
    customer: Mapped[str] = mapped_column(String(12), default="")
    in_import_tax_base: Mapped[bool] = mapped_column(default=False)
    in_scheme_tax_base: Mapped[bool] = mapped_column(default=False)
    replaces_duty: Mapped[bool] = mapped_column(default=False)  # paid instead of the tariff
    percent: Mapped[Decimal] = mapped_column(Exact, default=Decimal(0))  # of what is advanced
    carrier: Mapped[str] = mapped_column(String(32), default="")  # '' asks it by every carrier


class VatexCode(Base):
    """The machine-readable reason why a treatment charges no tax (EN 16931)."""

    __tablename__ = "vatex_code"

    treatment: Mapped[str] = mapped_column(String(32), primary_key=True)
    einvoice_category: Mapped[str] = mapped_column(String(4), default="")
    vatex: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[str] = mapped_column(Text, default="")


class FxRate(Base):
    """1 `base` = `value` `quote` on a day, by a source. Never changed, only added.

    added_at  when it came to the shop: a quote that holds does not look at later ones
    """

    __tablename__ = "fx_rate"
    __table_args__ = (UniqueConstraint("source", "base", "quote", "as_of"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    base: Mapped[str] = mapped_column(String(3))
    quote: Mapped[str] = mapped_column(String(3))
    value: Mapped[Decimal] = mapped_column(Exact)
    as_of: Mapped[date] = mapped_column(index=True)
    added_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=clock.now)


class CurrencyPolicy(Base):
    """How a converted price looks in a currency, and which step its provider can charge."""

    __tablename__ = "currency_policy"

    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    price_step_minor: Mapped[int] = mapped_column(default=1)
    ending_minor: Mapped[int] = mapped_column(default=0)
    ending_direction: Mapped[str] = mapped_column(String(8), default="nearest")
    margin_percent: Mapped[Decimal] = mapped_column(Exact)
    change_threshold_percent: Mapped[Decimal] = mapped_column(Exact)
    payment_step_minor: Mapped[int] = mapped_column(default=1)
    source: Mapped[str] = mapped_column(Text, default="")


class Calendar(Base):
    """A country's weekend (Monday is 0) and the working days its customs usually take."""

    __tablename__ = "calendar"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    weekend: Mapped[str] = mapped_column(String(8), default="5,6")
    customs_days: Mapped[int] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(12), default="review")

"""What the seller owes the tax offices: when to register, when to file, and of which sales."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.rates import Dated
from app.models.types import Base, Exact


class RegistrationThreshold(Dated, Base):
    """From which yearly turnover a registration is due.

    jurisdiction  EU, a country (NO) or a state (US-CA)
    scope         which sales count: eu_distance (Art. 59c), to_country, low_value, worldwide
    limit_minor   in `currency`; None where only the number of sales counts
    sales_count   number of sales; None where only the amount counts
    combine       any (amount or number) or all
    period        calendar (year to date, or the year before), rolling (twelve months back)
    registration  the registration that ends the watch (NO:VOEC, US:CA)
    """

    __tablename__ = "registration_threshold"
    __table_args__ = (UniqueConstraint("jurisdiction", "scope", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    jurisdiction: Mapped[str] = mapped_column(String(12))
    scope: Mapped[str] = mapped_column(String(20))
    limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="")
    sales_count: Mapped[int | None]
    combine: Mapped[str] = mapped_column(String(4), default="any")
    period: Mapped[str] = mapped_column(String(12), default="calendar")
    warn_percent: Mapped[int] = mapped_column(default=80)
    registration: Mapped[str] = mapped_column(String(16))


class ReturnRule(Dated, Base):
    """How often a return is filed, and when it is due after its period.

    scheme        OSS, IOSS, GB, PT, US-CA, …; registration: the one that asks for it
    due_months    months after the period's last month; due_day of that month, 0 is its last day
    currency      the return's own
    """

    __tablename__ = "return_rule"
    __table_args__ = (UniqueConstraint("scheme", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(String(16))
    registration: Mapped[str] = mapped_column(String(16))
    period: Mapped[str] = mapped_column(String(8))
    due_months: Mapped[int]
    due_day: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))


class TaxEntry(Base):
    """One taxed part of a sale, or of what was given back of it. Rows are only added.

    cause         sale, or what corrected it: refund:12, vat_credit:12
    day           of the cause (UTC); sale_day: of the sale, which decides rate and period
    treatment     the public code (OSS_UNION, EXPORT, …); ship_from, country: from where to where
    jurisdiction  whose tax at which percent; '' and 0 where none was charged
    net_minor     the tax base; negative for what was given back
    turnover_minor  the base counted once where several taxes share it; turnover_eur_minor the
                    same in euro cents at the rate of the sale's day (None: no rate was known)
    buyer_number  the buyer's proven tax id, or ""
    """

    __tablename__ = "tax_entry"
    __table_args__ = (
        UniqueConstraint("order_id", "cause", "position"),
        Index("ix_tax_entry_day", "seller_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    cause: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"))
    day: Mapped[date]
    sale_day: Mapped[date]
    treatment: Mapped[str] = mapped_column(String(40))
    ship_from: Mapped[str] = mapped_column(String(2))
    country: Mapped[str] = mapped_column(String(2))
    region: Mapped[str] = mapped_column(String(12), default="")
    jurisdiction: Mapped[str] = mapped_column(String(12), default="")
    tax_name: Mapped[str] = mapped_column(String(40), default="")
    percent: Mapped[Decimal] = mapped_column(Exact)
    net_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    turnover_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    turnover_eur_minor: Mapped[int | None] = mapped_column(BigInteger)
    buyer_number: Mapped[str] = mapped_column(String(40), default="")

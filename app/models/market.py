"""Markets and the legal sellers behind them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import Base


class Seller(Base):
    """A legal person that sells: whose invoices, whose tax registrations, whose bank account."""

    __tablename__ = "seller"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    legal_name: Mapped[str]
    country: Mapped[str] = mapped_column(String(2))
    address: Mapped[dict[str, Any]]
    email: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    vat_id: Mapped[str] = mapped_column(default="")
    eori: Mapped[str] = mapped_column(default="")
    # "PT", "OSS:PT", "IOSS", "GB", "US:CA", …; read where there are no rows of SellerRegistration
    registrations: Mapped[list[str]]
    established_in: Mapped[list[str]]
    oss_opted: Mapped[bool] = mapped_column(default=True)
    bank: Mapped[dict[str, Any]]  # holder, iban, bic, name
    order_prefix: Mapped[str] = mapped_column(default="")
    # who answers for the safety of goods, by area: {"EU": {"name", "line1", …, "email"}}
    representatives: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class SellerRegistration(Base):
    """A seller's tax registration ("PT", "OSS:PT", "IOSS", "NO:VOEC", "US:CA") with its number,
    from a day to a day (inclusive; None is open)."""

    __tablename__ = "seller_registration"
    __table_args__ = (UniqueConstraint("seller_id", "code", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"))
    code: Mapped[str] = mapped_column(String(16))
    number: Mapped[str] = mapped_column(String(40), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")


class Market(Base):
    """One place to sell to: everything about it in one record.

    countries, currencies and languages are in order; the first is the default.
    tax_ids   how business buyers are taxed: {"unproven": "consumer" or "origin", "trusted":
              [countries whose numbers count by their checksum alone], "price": "net" or "kept"
              for those who account for the tax themselves}; {} is consumer, none, net
    rounding, rounding_direction, shipping_tax, price_across_rates, price_for_export
              as in app/rules/facts.py, MarketFacts
    """

    __tablename__ = "market"
    __table_args__ = (
        CheckConstraint("tax_display IN ('incl', 'excl')", name="tax_display"),
        CheckConstraint(
            "rounding IN ('per_rate', 'line', 'sum_by_net', 'sum_by_net_keep_gross')",
            name="rounding",
        ),
        CheckConstraint(
            "rounding_direction IN ('half_up', 'half_even', 'down', 'up')",
            name="rounding_direction",
        ),
        CheckConstraint("shipping_tax IN ('follows', 'highest')", name="shipping_tax"),
        CheckConstraint(
            "price_across_rates IN ('keep_gross', 'keep_net')", name="price_across_rates"
        ),
        CheckConstraint("price_for_export IN ('keep', 'strip')", name="price_for_export"),
    )

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    position: Mapped[int]
    name: Mapped[dict[str, str]]
    countries: Mapped[list[str]]
    currencies: Mapped[list[str]]
    languages: Mapped[list[str]]
    tax_display: Mapped[str] = mapped_column(String(4))
    rounding: Mapped[str] = mapped_column(String(24), default="per_rate")
    rounding_direction: Mapped[str] = mapped_column(
        String(12), default="half_up", server_default="half_up"
    )
    shipping_tax: Mapped[str] = mapped_column(
        String(12), default="follows", server_default="follows"
    )
    price_across_rates: Mapped[str] = mapped_column(
        String(12), default="keep_gross", server_default="keep_gross"
    )
    price_for_export: Mapped[str] = mapped_column(String(8), default="keep", server_default="keep")
    payment_methods: Mapped[list[str]]
    carriers: Mapped[list[str]]  # codes of shipping services, in order; empty: all that reach
    warehouses: Mapped[list[str]]  # codes in the order they are asked for goods
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"))
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"))
    time_zone: Mapped[str] = mapped_column(default="UTC")
    units: Mapped[str] = mapped_column(String(8), default="metric")
    hidden_products: Mapped[list[str]]  # codes that may not be sold here
    order_button: Mapped[str] = mapped_column(String(24), default="buy")  # or "obligation"
    return_address: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    tax_ids: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    is_default: Mapped[bool] = mapped_column(default=False)
    is_open: Mapped[bool] = mapped_column(default=True)

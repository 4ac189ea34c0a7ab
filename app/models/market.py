"""Markets and the legal sellers behind them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
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
    registrations: Mapped[list[str]]  # "PT", "OSS:PT", "IOSS", "GB", "US:CA", …
    established_in: Mapped[list[str]]
    oss_opted: Mapped[bool] = mapped_column(default=True)
    bank: Mapped[dict[str, Any]]  # holder, iban, bic, name
    order_prefix: Mapped[str] = mapped_column(default="")


class Market(Base):
    """One place to sell to: everything about it in one record.

    countries, currencies and languages are in order; the first is the default.
    """

    __tablename__ = "market"
    __table_args__ = (
        CheckConstraint("tax_display IN ('incl', 'excl')", name="tax_display"),
        CheckConstraint(
            "rounding IN ('per_rate', 'line', 'sum_by_net', 'sum_by_net_keep_gross')",
            name="rounding",
        ),
    )

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    position: Mapped[int]
    name: Mapped[dict[str, str]]
    countries: Mapped[list[str]]
    currencies: Mapped[list[str]]
    languages: Mapped[list[str]]
    tax_display: Mapped[str] = mapped_column(String(4))
    rounding: Mapped[str] = mapped_column(String(24), default="per_rate")
    payment_methods: Mapped[list[str]]
    carriers: Mapped[list[str]]  # codes of shipping services, in order; empty: all that reach
    warehouses: Mapped[list[str]]  # codes in the order they are asked for goods
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"))
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"))
    time_zone: Mapped[str] = mapped_column(default="UTC")
    units: Mapped[str] = mapped_column(String(8), default="metric")
    hidden_products: Mapped[list[str]]  # codes that may not be sold here
    order_button: Mapped[str] = mapped_column(String(24), default="buy")  # or "obligation"
    is_default: Mapped[bool] = mapped_column(default=False)
    is_open: Mapped[bool] = mapped_column(default=True)

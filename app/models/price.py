"""Price lists and the dated prices in them; closed rows are the price log."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, Exact, UtcDateTime


class PriceList(Base):
    """Prices of one kind. Where a list has none, its parent's are taken.

    tax_included  the amounts contain the tax of the destination (gross is kept)
    strip_rate    for a list converted from a parent with the other basis: the fraction (0.23)
                  by which the parent's amounts are divided (1 + rate) first
    is_converted  converted rows are kept on this list (one list per basis)
    """

    __tablename__ = "price_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    tax_included: Mapped[bool] = mapped_column(default=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("price_list.id"))
    strip_rate: Mapped[Decimal | None] = mapped_column(Exact)
    is_converted: Mapped[bool] = mapped_column(default=False)


class Price(Base):
    """A variant's price on a list in a currency from a moment to a moment (half-open, UTC).

    Rows are closed (valid_until set) and followed by new ones, never overwritten.
    origin      set (by a person or an import) or converted (by policy; see derivation)
    derivation  base amount and currency, rate with source and date, margin, step, ending
    """

    __tablename__ = "price"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("compare_at_minor IS NULL OR compare_at_minor > 0", name="compare_at"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="period"),
        CheckConstraint("origin IN ('set', 'converted')", name="origin"),
        Index("ix_price_lookup", "variant_id", "price_list_id", "currency", "valid_from"),
        Index(
            "uq_price_open", "variant_id", "price_list_id", "currency", unique=True,
            sqlite_where=text("valid_until IS NULL"), postgresql_where=text("valid_until IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"))
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int]
    compare_at_minor: Mapped[int | None]
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    origin: Mapped[str] = mapped_column(String(10), default="set")
    derivation: Mapped[dict[str, Any]] = mapped_column(default=dict)
    author: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ListingPrice(Base):
    """Derived: a product's lowest and highest price now, for sorting and 'from' prices.

    Kept by services/prices.py whenever a price of the product begins or ends.
    """

    __tablename__ = "listing_price"
    __table_args__ = (
        UniqueConstraint("product_id", "price_list_id", "currency"),
        Index("ix_listing_price_order", "price_list_id", "currency", "low_minor"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"))
    currency: Mapped[str] = mapped_column(String(3))
    low_minor: Mapped[int]
    high_minor: Mapped[int]
    compare_at_minor: Mapped[int | None]
    changes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

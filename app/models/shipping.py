"""Shipping services and their dated rate cards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import Base, Exact


class ShippingService(Base):
    """One way of sending from one warehouse. Weights in grams, sizes in millimetres.

    tier           what the shopper chooses between: post, standard, express
    incoterm       DDP (duty and tax are paid by us) or DAP (due at the door)
    divisor        cm³ per kg for the volumetric weight; 0: actual weight only
    charges        the customer's delivery price is taxed like the goods; amounts are net of duty
    """

    __tablename__ = "shipping_service"
    __table_args__ = (
        CheckConstraint("incoterm IN ('DDP', 'DAP')", name="incoterm"),
        CheckConstraint("tier IN ('post', 'standard', 'express', 'pickup')", name="tier"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(48), unique=True)
    carrier: Mapped[str] = mapped_column(String(48))
    tier: Mapped[str] = mapped_column(String(12))
    label: Mapped[dict[str, str]]
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    incoterm: Mapped[str] = mapped_column(String(3), default="DDP")
    divisor: Mapped[int] = mapped_column(default=5000)
    step_g: Mapped[int] = mapped_column(default=500)
    max_weight_g: Mapped[int] = mapped_column(default=31500)
    max_side_mm: Mapped[int] = mapped_column(default=2000)
    max_girth_mm: Mapped[int] = mapped_column(default=3000)  # length + 2 × width + 2 × height
    fuel_percent: Mapped[Decimal] = mapped_column(Exact)
    handling_days: Mapped[int] = mapped_column(default=0)
    is_tracked: Mapped[bool] = mapped_column(default=True)
    needs_phone: Mapped[bool] = mapped_column(default=False)
    tracking_url: Mapped[str] = mapped_column(default="")  # {number} is replaced
    is_active: Mapped[bool] = mapped_column(default=True)


class ShippingZone(Base):
    """Where a service goes: a country, or a part of it by postcode prefix; how long it takes."""

    __tablename__ = "shipping_zone"
    __table_args__ = (Index("ix_shipping_zone_place", "service_id", "country"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("shipping_service.id", ondelete="CASCADE"))
    zone: Mapped[str] = mapped_column(String(24))
    country: Mapped[str] = mapped_column(String(2))
    postcode_prefix: Mapped[str] = mapped_column(String(12), default="")
    is_excluded: Mapped[bool] = mapped_column(default=False)
    days_min: Mapped[int] = mapped_column(default=1)
    days_max: Mapped[int] = mapped_column(default=1)


class ShippingRate(Base):
    """A step of a rate card: up to this chargeable weight it costs this much, in these dates."""

    __tablename__ = "shipping_rate"
    __table_args__ = (
        Index("ix_shipping_rate_zone", "service_id", "zone", "up_to_g"),
        CheckConstraint("amount_minor >= 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("shipping_service.id", ondelete="CASCADE"))
    zone: Mapped[str] = mapped_column(String(24))
    up_to_g: Mapped[int]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(default="")


class FreeShipping(Base):
    """From this goods value on, a tier costs the shopper nothing in this market."""

    __tablename__ = "free_shipping"

    id: Mapped[int] = mapped_column(primary_key=True)
    market_code: Mapped[str] = mapped_column(ForeignKey("market.code"), index=True)
    tier: Mapped[str] = mapped_column(String(12))
    threshold_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

"""Shipping services with their zones, dated rate cards, boxes and rules of choice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import Base, Exact


class Priced:
    """From when to when a row of a card holds; rows are closed and followed, never overwritten."""

    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text, default="", server_default="")


class ShippingService(Base):
    """One way of sending from one warehouse. Weights in grams, sizes in millimetres.

    tier           what the shopper chooses between: post, standard, express
    mode           how it travels: post, line (dedicated), express, overseas (from a warehouse
                   abroad), pickup
    transport      what its goods are subject to: ground, air, cargo (cargo aircraft), post
    incoterm       DDP (duty and tax are paid by us) or DAP (due at the door)
    divisor        cm³ per kg (in³ per lb) for the volumetric weight; 0: actual weight only
    weighing       unit, steps, minimum, per, dimension_step, volumetric_above as in a case of
                   `chargeable_weight`; without steps every step_g
    max_sum_mm     length + width + height, 0: no limit
    fuel_percent   where no dated surcharge of the kind fuel holds
    live_code      the service's name at the provider of live rates, '' asks the table only
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
    mode: Mapped[str] = mapped_column(String(12), default="line", server_default="line")
    transport: Mapped[str] = mapped_column(String(8), default="ground", server_default="ground")
    label: Mapped[dict[str, str]]
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    incoterm: Mapped[str] = mapped_column(String(3), default="DDP")
    divisor: Mapped[int] = mapped_column(default=5000)
    step_g: Mapped[int] = mapped_column(default=500)
    weighing: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    max_weight_g: Mapped[int] = mapped_column(default=31500)
    max_side_mm: Mapped[int] = mapped_column(default=2000)
    max_girth_mm: Mapped[int] = mapped_column(default=3000)  # length + 2 × width + 2 × height
    max_sum_mm: Mapped[int] = mapped_column(default=0, server_default="0")
    takes_po_box: Mapped[bool] = mapped_column(default=True, server_default=true())
    takes_military: Mapped[bool] = mapped_column(default=True, server_default=true())
    fuel_percent: Mapped[Decimal] = mapped_column(Exact)
    handling_days: Mapped[int] = mapped_column(default=0)
    is_tracked: Mapped[bool] = mapped_column(default=True)
    needs_phone: Mapped[bool] = mapped_column(default=False)
    tracking_url: Mapped[str] = mapped_column(default="")  # {number} is replaced
    live_code: Mapped[str] = mapped_column(String(80), default="", server_default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class ShippingZone(Base):
    """Where a service goes: a country ("*" is any other), or a part of it by state and by prefix
    or range of postcodes; and how long it takes."""

    __tablename__ = "shipping_zone"
    __table_args__ = (Index("ix_shipping_zone_place", "service_id", "country"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("shipping_service.id", ondelete="CASCADE"))
    zone: Mapped[str] = mapped_column(String(24))
    country: Mapped[str] = mapped_column(String(2))
    region: Mapped[str] = mapped_column(String(8), default="", server_default="")
    postcode_prefix: Mapped[str] = mapped_column(String(12), default="")
    postcode_to: Mapped[str] = mapped_column(String(12), default="", server_default="")
    is_excluded: Mapped[bool] = mapped_column(default=False)
    days_min: Mapped[int] = mapped_column(default=1)
    days_max: Mapped[int] = mapped_column(default=1)


class ShippingRate(Base):
    """A step of a rate card in these dates: up to this chargeable weight it costs this much.

    step_g, step_minor   up_to_g is the first weight, each step more costs step_minor
    up_to_value_minor    a tier by the value of the goods in the card's currency, not by weight
    """

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
    step_g: Mapped[int] = mapped_column(default=0, server_default="0")
    step_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    up_to_value_minor: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(default="")


class ShippingSurcharge(Priced, Base):
    """An addition to the base price in these dates (a peak season ends by valid_to).

    kind         per_kg_min, fixed, percent_base, percent_value (insurance: of the goods' value
                 above above_minor, at least the minimum), fuel
    zone, area   '' is everywhere; an area is a list of places (shipping_area)
    position     order on the card: remote area, demand and peak; fuel always comes last
    """

    __tablename__ = "shipping_surcharge"
    __table_args__ = (
        UniqueConstraint("service_id", "code", "zone", "area", "valid_from",
                         name="uq_shipping_surcharge_row"),
        CheckConstraint(
            "kind IN ('per_kg_min', 'fixed', 'percent_base', 'percent_value', 'fuel')",
            name="kind",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("shipping_service.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    zone: Mapped[str] = mapped_column(String(24), default="", server_default="")
    area: Mapped[str] = mapped_column(String(32), default="", server_default="")
    amount_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    minimum_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    percent: Mapped[Decimal] = mapped_column(Exact, default=Decimal(0), server_default="0")
    above_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    per_parcel: Mapped[bool] = mapped_column(default=False, server_default=false())
    in_fuel: Mapped[bool] = mapped_column(default=False, server_default=false())
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    currency: Mapped[str] = mapped_column(String(3))


class ShippingArea(Base):
    """A place of a named list ("remote-2026") that a surcharge may name."""

    __tablename__ = "shipping_area"
    __table_args__ = (
        UniqueConstraint("code", "country", "region", "postcode_prefix", "postcode_to",
                         name="uq_shipping_area_place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32))
    country: Mapped[str] = mapped_column(String(2))
    region: Mapped[str] = mapped_column(String(8), default="", server_default="")
    postcode_prefix: Mapped[str] = mapped_column(String(12), default="", server_default="")
    postcode_to: Mapped[str] = mapped_column(String(12), default="", server_default="")


class ShippingBox(Base):
    """A carton a warehouse packs in; what fits none gets one made to measure."""

    __tablename__ = "shipping_box"
    __table_args__ = (UniqueConstraint("warehouse_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    code: Mapped[str] = mapped_column(String(32))
    inner_length_mm: Mapped[int]
    inner_width_mm: Mapped[int]
    inner_height_mm: Mapped[int]
    outer_length_mm: Mapped[int]
    outer_width_mm: Mapped[int]
    outer_height_mm: Mapped[int]
    tare_g: Mapped[int] = mapped_column(default=0, server_default="0")
    max_weight_g: Mapped[int] = mapped_column(default=30000, server_default="30000")


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


class ShippingChoice(Priced, Base):
    """Which service of a tier is taken: the first row that fits market, tier and goods value.

    prefer   cost (the cheapest), speed (the earliest), score (the best carrier)
    """

    __tablename__ = "shipping_choice"
    __table_args__ = (CheckConstraint("prefer IN ('cost', 'speed', 'score')", name="prefer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    market_code: Mapped[str] = mapped_column(String(8), default="", server_default="")
    tier: Mapped[str] = mapped_column(String(12), default="", server_default="")
    min_minor: Mapped[int | None]
    max_minor: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3), default="", server_default="")
    prefer: Mapped[str] = mapped_column(String(8), default="cost", server_default="cost")
    needs_tracking: Mapped[bool] = mapped_column(default=False, server_default=false())
    position: Mapped[int] = mapped_column(default=0, server_default="0")


class DangerousGoods(Base):
    """Whether goods of a UN number may travel this way, and batteries up to which energy (Wh)."""

    __tablename__ = "dangerous_goods"
    __table_args__ = (UniqueConstraint("un", "transport"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    un: Mapped[str] = mapped_column(String(8))
    transport: Mapped[str] = mapped_column(String(8))
    is_allowed: Mapped[bool]
    max_cell_wh: Mapped[Decimal | None] = mapped_column(Exact)
    max_battery_wh: Mapped[Decimal | None] = mapped_column(Exact)
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    source: Mapped[str] = mapped_column(Text, default="", server_default="")
    confidence: Mapped[str] = mapped_column(String(12), default="review", server_default="review")

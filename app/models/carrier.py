"""Carriers: their score and contract, when they are down, volume tiers, live answers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.shipping import Priced
from app.models.types import Base, Exact, UtcDateTime


class Carrier(Base):
    """Who carries. Scores from 0 to 100, None: not judged; contract: price, standard, settlement
    terms in words."""

    __tablename__ = "carrier"

    code: Mapped[str] = mapped_column(String(48), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), default="", server_default="")
    coverage: Mapped[int | None]
    quality: Mapped[int | None]
    cost: Mapped[int | None]
    technology: Mapped[int | None]
    contract: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class ShippingOutage(Base):
    """A carrier, one of its services or its way to a country is down; '' is all of them.

    Rows are closed with `until`, never deleted: what could not be used when is part of the story.
    """

    __tablename__ = "shipping_outage"

    id: Mapped[int] = mapped_column(primary_key=True)
    carrier: Mapped[str] = mapped_column(String(48), default="", server_default="")
    service: Mapped[str] = mapped_column(String(48), default="", server_default="")
    country: Mapped[str] = mapped_column(String(2), default="", server_default="")
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ShippingVolume(Priced, Base):
    """From this weight shipped in the month before, a carrier takes a percentage off the base."""

    __tablename__ = "shipping_volume"
    __table_args__ = (UniqueConstraint("carrier", "from_kg", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    carrier: Mapped[str] = mapped_column(String(48))
    from_kg: Mapped[int]
    percent: Mapped[Decimal] = mapped_column(Exact)


class LiveRate(Base):
    """What a provider answered for parcels to a place (`mark`), and until when it may be used."""

    __tablename__ = "live_rate"
    __table_args__ = (UniqueConstraint("mark", "service"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(64))
    service: Mapped[str] = mapped_column(String(48))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    days: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    until: Mapped[datetime] = mapped_column(UtcDateTime)

"""Pictures: the original, its renditions, and where it is shown."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime


class Media(Base):
    """An original in the media store. Width and height in pixels are always known.

    state: ready (renditions made), waiting (original serves), remote (still to be fetched),
    broken (could not be fetched or read; `note` says why).
    """

    __tablename__ = "media"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'ready', 'remote', 'broken')", name="state"),
        CheckConstraint("width > 0 AND height > 0", name="size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)  # "ab12cd/pendant-lamp.jpg"
    sha256: Mapped[str] = mapped_column(String(64), default="", index=True)
    mime: Mapped[str] = mapped_column(String(40), default="image/jpeg")
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[dict[str, str]]
    credit: Mapped[str] = mapped_column(default="")
    source_url: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Rendition(Base):
    """One size and format of a picture, made by the worker."""

    __tablename__ = "rendition"
    __table_args__ = (UniqueConstraint("media_id", "format", "width"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    media_id: Mapped[int] = mapped_column(ForeignKey("media.id", ondelete="CASCADE"), index=True)
    format: Mapped[str] = mapped_column(String(8))  # avif, webp, jpeg
    width: Mapped[int]
    height: Mapped[int]
    key: Mapped[str] = mapped_column(String(220))
    size: Mapped[int]  # bytes


class ProductMedia(Base):
    """A product shows a picture, in this place."""

    __tablename__ = "product_media"

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    media_id: Mapped[int] = mapped_column(
        ForeignKey("media.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(default=0)


class VariantMedia(Base):
    """A variant is best seen in this picture."""

    __tablename__ = "variant_media"

    variant_id: Mapped[int] = mapped_column(
        ForeignKey("variant.id", ondelete="CASCADE"), primary_key=True
    )
    media_id: Mapped[int] = mapped_column(
        ForeignKey("media.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(default=0)

"""Texts of products, categories and pages: one row per thing and language; and old slugs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime


class ProductText(Base):
    """A product's words in one language (BCP 47: "de", "de-AT", "zh-Hans")."""

    __tablename__ = "product_text"
    __table_args__ = (
        UniqueConstraint("language", "slug"),
        Index("ix_product_text_slug", "slug"),  # an address names no language
    )

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")  # Markdown
    care: Mapped[str] = mapped_column(Text, default="")
    seo_title: Mapped[str] = mapped_column(default="")
    seo_description: Mapped[str] = mapped_column(Text, default="")


class CategoryText(Base):
    """A category's words in one language."""

    __tablename__ = "category_text"
    __table_args__ = (UniqueConstraint("language", "slug"),)

    category_id: Mapped[int] = mapped_column(
        ForeignKey("category.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(String(160))
    intro: Mapped[str] = mapped_column(Text, default="")
    seo_title: Mapped[str] = mapped_column(default="")
    seo_description: Mapped[str] = mapped_column(Text, default="")


class PageText(Base):
    """A page's words in one language; `body` is Markdown."""

    __tablename__ = "page_text"
    __table_args__ = (UniqueConstraint("language", "slug"),)

    page_id: Mapped[int] = mapped_column(
        ForeignKey("page.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    title: Mapped[str]
    slug: Mapped[str] = mapped_column(String(160))
    body: Mapped[str] = mapped_column(Text, default="")
    seo_title: Mapped[str] = mapped_column(default="")
    seo_description: Mapped[str] = mapped_column(Text, default="")


class OldSlug(Base):
    """A slug that was in use once and answers 301 to today's. kind: product, category, page."""

    __tablename__ = "old_slug"
    __table_args__ = (
        UniqueConstraint("kind", "language", "slug"),
        Index("ix_old_slug_subject", "kind", "subject_id"),
        Index("ix_old_slug_slug", "kind", "slug"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int]
    language: Mapped[str] = mapped_column(String(16))
    slug: Mapped[str] = mapped_column(String(160))
    retired_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

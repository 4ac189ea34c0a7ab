"""Pages made of blocks, the main menu, reviews ready for data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime

MENU_LIMIT = 7


class Page(Base):
    """A page. `code` names those the shop itself links to: home, delivery, returns, imprint, …"""

    __tablename__ = "page"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    is_published: Mapped[bool] = mapped_column(default=True)
    in_footer: Mapped[str] = mapped_column(String(16), default="")  # shop, help, legal
    position: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=clock.now, onupdate=clock.now
    )


class Block(Base):
    """A part of a page: `kind` names its template, `content` its fields, texts per language."""

    __tablename__ = "block"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, Any]]
    markets: Mapped[list[str]] = mapped_column(default=list)  # empty: all


class MenuItem(Base):
    """One of at most seven places of the main menu (held by the database)."""

    __tablename__ = "menu_item"
    __table_args__ = (
        UniqueConstraint("position"),
        CheckConstraint(f"position BETWEEN 1 AND {MENU_LIMIT}", name="seven"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))  # category, page
    subject_id: Mapped[int]
    label: Mapped[dict[str, str]] = mapped_column(default=dict)  # {}: the subject's own name


class Review(Base):
    """What a buyer says, tied to the line they bought."""

    __tablename__ = "review"
    __table_args__ = (CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), index=True
    )
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), unique=True)
    rating: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str]
    language: Mapped[str] = mapped_column(String(16))
    is_shown: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class SearchMiss(Base):
    """What people looked for and did not find; counted for the merchant, without the person."""

    __tablename__ = "search_miss"
    __table_args__ = (UniqueConstraint("query", "language", "market_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    query: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(16))
    market_code: Mapped[str] = mapped_column(String(8))
    count: Mapped[int] = mapped_column(default=1)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

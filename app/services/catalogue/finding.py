"""Things by the code people call them by."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.kernel.errors import NotFound
from app.models.catalogue import Category, Product, Variant
from app.models.content import Page

TABLES: dict[str, Any] = {"product": Product, "category": Category, "page": Page}


def subject(kind: str, code: str) -> int:
    """The id of a product, category or page. Raises NotFound (unknown_…)."""
    table = TABLES[kind]
    found = db.session.scalar(select(table.id).where(table.code == code))
    if found is None:
        raise NotFound(f"unknown_{kind}")
    return int(found)


def product(code: str) -> int:
    """The id of a product."""
    return subject("product", code)


def category(code: str) -> int:
    """The id of a category."""
    return subject("category", code)


def variant(sku: str) -> int:
    """The id of a SKU. Raises NotFound (unknown_sku)."""
    found = db.session.scalar(select(Variant.id).where(Variant.sku == sku))
    if found is None:
        raise NotFound("unknown_sku")
    return int(found)

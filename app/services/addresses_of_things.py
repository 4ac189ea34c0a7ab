"""Slugs of products, categories and pages across languages."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from app.extensions import db
from app.kernel.text import choose
from app.models.translation import CategoryText, PageText, ProductText
from app.services import old_slugs

Texts = type[ProductText] | type[CategoryText] | type[PageText]
TEXTS: dict[str, tuple[Texts, InstrumentedAttribute[int]]] = {
    "product": (ProductText, ProductText.product_id),
    "category": (CategoryText, CategoryText.category_id),
    "page": (PageText, PageText.page_id),
}


def subject_of(kind: str, slug: str, language: str = "") -> int | None:
    """The id of the thing a slug names: in this language, in any, or once."""
    table, subject = TEXTS[kind]
    rows = db.session.execute(select(table.language, subject).where(table.slug == slug)).all()
    for row_language, subject_id in rows:
        if row_language == language:
            return int(subject_id)
    if rows:
        return int(rows[0][1])
    return old_slugs.subject_of(kind, slug, (language,))


def slugs_of(kind: str, subject_id: int) -> dict[str, str]:
    """language -> slug of a thing."""
    table, subject = TEXTS[kind]
    return dict(db.session.execute(
        select(table.language, table.slug).where(subject == subject_id)
    ).all())


def slug_in(kind: str, slug: str, language: str, chain: Sequence[str]) -> str | None:
    """The slug of the same thing in the first language of the chain that has one."""
    subject_id = subject_of(kind, slug, language)
    found = choose(slugs_of(kind, subject_id), chain) if subject_id else None
    return found[1] if found else None

"""Slugs that were in use once: what they mean today."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from app.extensions import db
from app.kernel.text import choose
from app.models.translation import OldSlug

_OLD = select(OldSlug.language, OldSlug.subject_id).where(
    OldSlug.kind == bindparam("kind"), OldSlug.slug == bindparam("slug")
).order_by(OldSlug.id)


def subject_of(kind: str, slug: str, chain: Sequence[str]) -> int | None:
    """The id of what a retired slug stood for; the reader's own language goes first.

    kind  product, category or page
    """
    rows = db.session.execute(_OLD, {"kind": kind, "slug": slug})
    found = choose({row.language: row.subject_id for row in rows}, chain)
    return found[1] if found else None

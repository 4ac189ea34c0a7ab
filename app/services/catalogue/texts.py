"""Writing the words of products: one row per product and language. Called by editing.py."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import db
from app.models.catalogue import Product
from app.models.translation import ProductText
from app.services.catalogue import slugs
from app.services.catalogue.drafts import ProductDraft, TextDraft
from app.services.catalogue.variants import assign

_COLUMNS = ("summary", "description", "care", "seo_title", "seo_description")


def write(pairs: Sequence[tuple[Product, ProductDraft]]) -> set[int]:
    """Bring the texts of products to their drafts. Returns the products that changed."""
    session = db.session()
    rows = {(row.product_id, row.language): row for row in session.scalars(
        select(ProductText).where(ProductText.product_id.in_([p.id for p, _draft in pairs]))
    )}
    drafts = {(product.id, language): text for product, whole in pairs
              for language, text in whole.texts.items()}
    granted = slugs.claim("product", [
        slugs.Wish(*place, text.slug or text.first_slug or text.name,
                   rows[place].slug if place in rows else "")
        for place, text in drafts.items() if text.slug or place not in rows
    ])
    changed: set[int] = set()
    for place, text in drafts.items():
        row = rows.get(place)
        values = _values(text, granted.get(place))
        if row is None:
            session.add(ProductText(product_id=place[0], language=place[1], **values))
            changed.add(place[0])
        elif assign(row, values):
            changed.add(place[0])
    session.flush()
    return changed


def _values(text: TextDraft, slug: str | None) -> dict[str, str]:
    values = {name: getattr(text, name) for name in _COLUMNS}
    values |= {"name": text.name.strip(), "slug": slug}
    return {name: value for name, value in values.items() if value is not None}

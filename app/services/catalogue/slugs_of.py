"""A product's address by its code, for links that editors set."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from app.extensions import db
from app.kernel.text import choose
from app.models.catalogue import Product
from app.models.translation import ProductText
from app.services.kept import Kept

_SLUGS = (
    select(ProductText.language, ProductText.slug)
    .join(Product, Product.id == ProductText.product_id)
    .where(Product.code == bindparam("code"), Product.state == "published")
)
_kept: Kept[dict[str, str]] = Kept("catalogue", size=256)


def product_slug(code: str, chain: Sequence[str]) -> str:
    """The slug in the reader's best language; '' for an unknown or unpublished product."""
    slugs = _kept.get(code, lambda: {
        row.language: row.slug for row in db.session.execute(_SLUGS, {"code": code})
    })
    found = choose(slugs, chain)
    return found[1] if found else ""

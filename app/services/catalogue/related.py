"""What is shown beside a product: what the merchant chose, then its neighbours on the shelf."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from app.extensions import db
from app.models.catalogue import Product, ProductCategory
from app.services.catalogue.detail import Sheet
from app.services.kept import Kept

MOST = 4
_FIRST = (
    select(ProductCategory.product_id)
    .join(Product, Product.id == ProductCategory.product_id)
    .where(ProductCategory.category_id == bindparam("shelf_id"), Product.state == "published")
    .order_by(Product.position, Product.published_at.desc(), Product.id)
    .limit(MOST * 2 + 1)
)
_kept: Kept[tuple[int, ...]] = Kept("catalogue")


def related(sheet: Sheet) -> list[int]:
    """Ids of products to show, more than are needed since some may not be sold here."""
    found = [id_ for id_ in sheet.related_ids if id_ != sheet.id]
    if len(found) < MOST and sheet.shelf_ids:
        found += [id_ for id_ in _first_of(sheet.shelf_ids[0])
                  if id_ != sheet.id and id_ not in found]
    return found


def _first_of(shelf_id: int) -> tuple[int, ...]:
    return _kept.get(shelf_id, lambda: tuple(db.session.scalars(_FIRST, {"shelf_id": shelf_id})))

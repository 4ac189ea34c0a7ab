"""What is shown beside a product: what the merchant chose, then its neighbours on the shelf."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from app.extensions import db
from app.models.catalogue import Product, ProductCategory
from app.services.catalogue.detail import Sheet

MOST = 4
_NEIGHBOURS = (
    select(ProductCategory.product_id)
    .join(Product, Product.id == ProductCategory.product_id)
    .where(ProductCategory.category_id == bindparam("shelf_id"), Product.state == "published",
           Product.id != bindparam("product_id"))
    .order_by(Product.position, Product.published_at.desc(), Product.id)
    .limit(MOST * 2)
)


def related(sheet: Sheet) -> list[int]:
    """Ids of products to show, more than are needed since some may not be sold here."""
    found = [id_ for id_ in sheet.related_ids if id_ != sheet.id]
    if len(found) < MOST and sheet.shelf_ids:
        neighbours = db.session.scalars(
            _NEIGHBOURS, {"shelf_id": sheet.shelf_ids[0], "product_id": sheet.id}
        )
        found += [id_ for id_ in neighbours if id_ not in found]
    return found

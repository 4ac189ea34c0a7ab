"""Products that are shown beside one another."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from app.extensions import transaction
from app.models.catalogue import ProductRelation, Variant
from app.services.outbox import log


def relate_by_sku(skus: Sequence[str]) -> int:
    """Relate the products of some SKUs to each other, beside what they have.

    returns  how many products they are; 0 when fewer than two are known
    """
    with transaction() as session:
        ids = list(session.scalars(
            select(Variant.product_id).where(Variant.sku.in_(skus)).distinct()
            .order_by(Variant.product_id)
        ))
        if len(ids) < 2:
            return 0
        rows = session.execute(
            select(ProductRelation.product_id, ProductRelation.related_id)
            .where(ProductRelation.product_id.in_(ids))
        )
        known = {(product_id, related_id) for product_id, related_id in rows}
        for product_id in ids:
            new = [other for other in ids
                   if other != product_id and (product_id, other) not in known]
            start = session.scalar(
                select(func.coalesce(func.max(ProductRelation.position), -1))
                .where(ProductRelation.product_id == product_id)
            ) or 0
            session.add_all(
                ProductRelation(product_id=product_id, related_id=other, position=start + 1 + place)
                for place, other in enumerate(new)
            )
            if new:
                log.emit("product", product_id)
        session.flush()
        return len(ids)

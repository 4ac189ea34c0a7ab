"""What a product must have before anybody sees it (S-CAT-06)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select

from app.extensions import db
from app.kernel import clock
from app.models.catalogue import Variant
from app.models.media import Media, ProductMedia
from app.models.price import Price, PriceList
from app.models.translation import ProductText

PARTS = ("title", "description", "picture", "price")


def missing_in(product_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Product id -> the PARTS it lacks; complete products are left out. Three statements.

    title, description  in at least one language
    picture             at least one that is not broken (one still to be fetched counts)
    price               a variant on sale, and for every one of them a price now on a list of its
                        own (a list without parent)
    """
    having: dict[str, set[int]] = {part: set() for part in PARTS}
    session, wanted = db.session(), list(product_ids)
    words = session.execute(
        select(ProductText.product_id, func.max(func.length(ProductText.name)),
               func.max(func.length(ProductText.description)))
        .where(ProductText.product_id.in_(wanted)).group_by(ProductText.product_id)
    )
    for product_id, title, description in words:
        having["title"] |= {product_id} if title else set()
        having["description"] |= {product_id} if description else set()
    having["picture"].update(session.scalars(
        select(ProductMedia.product_id).join(Media, Media.id == ProductMedia.media_id)
        .where(ProductMedia.product_id.in_(wanted), Media.state != "broken")
    ))
    having["price"] = _priced(wanted)
    lacking = {id_: tuple(part for part in PARTS if id_ not in having[part]) for id_ in wanted}
    return {id_: parts for id_, parts in lacking.items() if parts}


def _priced(product_ids: Sequence[int]) -> set[int]:
    now = clock.now()
    roots = select(PriceList.id).where(PriceList.parent_id.is_(None))
    counted = db.session().execute(
        select(Variant.product_id, func.count(Variant.id.distinct()),
               func.count(Price.variant_id.distinct()))
        .outerjoin(Price, and_(
            Price.variant_id == Variant.id, Price.price_list_id.in_(roots),
            Price.valid_from <= now, or_(Price.valid_until.is_(None), Price.valid_until > now),
        ))
        .where(Variant.product_id.in_(list(product_ids)), Variant.is_active)
        .group_by(Variant.product_id)
    )
    return {product_id for product_id, variants, priced in counted if variants == priced}

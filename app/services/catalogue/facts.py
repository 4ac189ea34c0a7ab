"""Writing what a product is: shelves, tags, attributes, pictures. Called by editing.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from app.extensions import db
from app.models.catalogue import (
    Product,
    ProductAttribute,
    ProductCategory,
    ProductRelation,
    ProductTag,
)
from app.models.media import ProductMedia
from app.services.catalogue import links, vocabulary
from app.services.catalogue.drafts import ProductDraft

Pairs = Sequence[tuple[Product, ProductDraft]]


def write(pairs: Pairs) -> set[int]:
    """Categories, tags, attributes, pictures, relations. Returns the products that changed."""
    return (
        _write_categories(pairs)
        | _write_attributes(pairs)
        | links.sync(ProductTag, "product_id", {
            product.id: [{"tag_id": id_} for id_ in set(draft.tags)]
            for product, draft in pairs if draft.tags is not None
        })
        | links.sync(ProductMedia, "product_id", {
            product.id: _in_order("media_id", draft.media)
            for product, draft in pairs if draft.media is not None
        })
        | _write_relations(pairs)
    )


def _write_categories(pairs: Pairs) -> set[int]:
    keeping = [product.id for product, draft in pairs
               if draft.categories and draft.keeps_other_categories]
    kept: dict[int, list[int]] = {}
    for product_id, category_id in db.session().execute(
        select(ProductCategory.product_id, ProductCategory.category_id)
        .where(ProductCategory.product_id.in_(keeping))
    ):
        kept.setdefault(product_id, []).append(category_id)
    return links.sync(ProductCategory, "product_id", {
        product.id: [
            {"category_id": id_, "is_main": place == 0} for place, id_ in
            enumerate(dict.fromkeys((*draft.categories, *kept.get(product.id, ()))))
        ]
        for product, draft in pairs if draft.categories is not None
    })


def _write_attributes(pairs: Pairs) -> set[int]:
    named = [(product.id, attribute) for product, draft in pairs
             for attribute in draft.attributes or ()]
    ids = vocabulary.attribute_ids([attribute for _id, attribute in named])
    wanted: dict[int, list[dict[str, object]]] = {
        product.id: [] for product, draft in pairs if draft.attributes is not None
    }
    for (product_id, attribute), (attribute_id, value_id) in zip(named, ids, strict=True):
        wanted[product_id].append(
            {"attribute_id": attribute_id, "value_id": value_id, "text": attribute.text}
        )
    return links.sync(ProductAttribute, "product_id", wanted)


def _write_relations(pairs: Pairs) -> set[int]:
    codes = {code for _product, draft in pairs for code in draft.related or ()}
    ids = dict(db.session().execute(
        select(Product.code, Product.id).where(Product.code.in_(codes))
    ).all()) if codes else {}
    return links.sync(ProductRelation, "product_id", {
        product.id: _in_order("related_id", [ids[code] for code in draft.related if code in ids])
        for product, draft in pairs if draft.related is not None
    })


def _in_order(column: str, ids: Iterable[int]) -> list[dict[str, int]]:
    return [{column: id_, "position": place} for place, id_ in enumerate(dict.fromkeys(ids))]

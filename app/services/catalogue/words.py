"""Variants in words and pictures: name, options, slug, in the first language that has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from app.extensions import db
from app.kernel.text import choose
from app.models.catalogue import Option, OptionValue, ProductOption, Variant, VariantOption
from app.models.media import ProductMedia, VariantMedia
from app.models.translation import ProductText
from app.services.kept import Kept
from app.services.media.flow import PictureView, picture_views

IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_VARIANTS = select(Variant.id, Variant.sku, Variant.product_id).where(Variant.id.in_(IDS))
_TEXTS = select(
    ProductText.product_id, ProductText.language, ProductText.name, ProductText.slug
).where(ProductText.product_id.in_(IDS))
_OPTIONS = (
    select(VariantOption.variant_id, Option.label, OptionValue.label.label("value"))
    .join(OptionValue, OptionValue.id == VariantOption.option_value_id)
    .join(Option, Option.id == OptionValue.option_id)
    .join(Variant, Variant.id == VariantOption.variant_id)
    .outerjoin(ProductOption, (ProductOption.option_id == Option.id)
               & (ProductOption.product_id == Variant.product_id))
    .where(VariantOption.variant_id.in_(IDS))
    .order_by(ProductOption.position, Option.id)
)
_OWN_MEDIA = select(VariantMedia.variant_id, VariantMedia.media_id).where(
    VariantMedia.variant_id.in_(IDS)
).order_by(VariantMedia.position)
_PRODUCT_MEDIA = select(ProductMedia.product_id, ProductMedia.media_id).where(
    ProductMedia.product_id.in_(IDS)
).order_by(ProductMedia.position)


@dataclass(frozen=True, slots=True)
class VariantWords:
    """How a variant is called and looks. `language` is the one the name is really in."""

    variant_id: int
    product_id: int
    sku: str
    name: str
    slug: str
    language: str
    options: str  # "Brushed steel · Large"
    picture: PictureView | None


_kept: Kept[VariantWords] = Kept("catalogue", size=4096)


def variant_words(variant_ids: Iterable[int], chain: Sequence[str]) -> dict[int, VariantWords]:
    """variant id -> its words; a handful of statements for those not asked for lately."""
    where = tuple(chain)
    found = _kept.many(
        [(id_, where) for id_ in variant_ids],
        lambda keys: {(words.variant_id, where): words for words in _read([k[0] for k in keys],
                                                                          chain)},
    )
    return {id_: words for (id_, _chain), words in found.items()}


def _read(ids: list[int], chain: Sequence[str]) -> list[VariantWords]:
    rows = db.session.execute(_VARIANTS, {"ids": ids}).all()
    product_ids = list({row.product_id for row in rows})
    names = product_names(product_ids, chain)
    options: dict[int, list[str]] = {}
    for variant_id, _label, value in db.session.execute(_OPTIONS, {"ids": ids}):
        options.setdefault(variant_id, []).append(word(value, chain))
    media = first_media(ids, product_ids, {row.id: row.product_id for row in rows})
    pictures = picture_views(set(media.values()), chain)
    return [
        VariantWords(
            row.id, row.product_id, row.sku, names[row.product_id].name,
            names[row.product_id].slug, names[row.product_id].language,
            " · ".join(options.get(row.id, ())), pictures.get(media.get(row.id, 0)),
        )
        for row in rows if row.product_id in names
    ]


@dataclass(frozen=True, slots=True)
class Named:
    """A product's name and slug, and the language they are in."""

    name: str
    slug: str
    language: str


def product_names(product_ids: Sequence[int], chain: Sequence[str]) -> dict[int, Named]:
    """product id -> its name in the first language of the chain that has one."""
    texts: dict[int, dict[str, Named]] = {}
    for row in db.session.execute(_TEXTS, {"ids": list(product_ids)}):
        texts.setdefault(row.product_id, {})[row.language] = Named(
            row.name, row.slug, row.language
        )
    return {product_id: found[1] for product_id, by_language in texts.items()
            if (found := choose(by_language, chain))}


def word(label: Mapping[str, str], chain: Sequence[str]) -> str:
    """A small label in the first language of the chain that has it; '' when none has."""
    found = choose(label, chain)
    return found[1] if found else ""


def first_media(variant_ids: Sequence[int], product_ids: Sequence[int],
                product_of: Mapping[int, int]) -> dict[int, int]:
    """variant id -> the picture it is best seen in: its own, else its product's first."""
    own: dict[int, int] = {}
    for variant_id, media_id in db.session.execute(_OWN_MEDIA, {"ids": list(variant_ids)}):
        own.setdefault(variant_id, media_id)
    shared: dict[int, int] = {}
    for product_id, media_id in db.session.execute(_PRODUCT_MEDIA, {"ids": list(product_ids)}):
        shared.setdefault(product_id, media_id)
    return {
        variant_id: own.get(variant_id) or shared[product_id]
        for variant_id, product_id in product_of.items()
        if variant_id in own or product_id in shared
    }

"""The shop's vocabulary for readers: brands, attributes, options, tags, warehouses, by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.extensions import db
from app.models.catalogue import Attribute, AttributeValue, Brand, Option, OptionValue, Tag
from app.models.stock import Warehouse
from app.services.catalogue.words import word
from app.services.kept import Kept


@dataclass(frozen=True, slots=True)
class Label:
    """A word of the vocabulary. `parent` is the attribute or option a value belongs to.

    kind    of an option: swatch or text; of an attribute: "facet" or ""
    unit    of an attribute, or ""
    colour  of an option's value: a CSS hex colour or ""
    """

    id: int
    code: str
    words: Mapping[str, str]
    parent: int = 0
    position: int = 0
    kind: str = ""
    unit: str = ""
    colour: str = ""

    def says(self, chain: Sequence[str]) -> str:
        """The word in the first language of the chain that has it, else its code."""
        return word(self.words, chain) or self.code


@dataclass(frozen=True, slots=True)
class Labels:
    """All of it, each kind by id; warehouses by code."""

    brands: Mapping[int, Label]
    attributes: Mapping[int, Label]
    attribute_values: Mapping[int, Label]
    options: Mapping[int, Label]
    option_values: Mapping[int, Label]
    tags: Mapping[int, Label]
    warehouses: Mapping[str, Label]


_kept: Kept[Labels] = Kept("catalogue", size=2)


def labels() -> Labels:
    """Read once per change of the catalogue."""
    return _kept.get("labels", _read)


def warehouse_ids(codes: Sequence[str]) -> list[int]:
    """Ids of the warehouses of these codes; unknown ones are left out."""
    known = labels().warehouses
    return [known[code].id for code in codes if code in known]


def _read() -> Labels:
    run = db.session.execute
    return Labels(
        brands={r.id: Label(r.id, r.code, {"": r.name}) for r in run(
            select(Brand.id, Brand.code, Brand.name))},
        attributes={r.id: Label(r.id, r.code, r.label, 0, r.position,
                                "facet" if r.is_facet else "", r.unit) for r in run(
            select(Attribute.__table__).order_by(Attribute.position, Attribute.id))},
        attribute_values={r.id: Label(r.id, r.code, r.label, r.attribute_id) for r in run(
            select(AttributeValue.__table__).order_by(AttributeValue.id))},
        options={r.id: Label(r.id, r.code, r.label, kind=r.kind) for r in run(
            select(Option.__table__).order_by(Option.id))},
        option_values={
            r.id: Label(r.id, r.code, r.label, r.option_id, r.position, colour=r.swatch)
            for r in run(select(OptionValue.__table__).order_by(
                OptionValue.position, OptionValue.id))
        },
        tags={r.id: Label(r.id, r.code, r.label) for r in run(select(Tag.__table__))},
        warehouses={r.code: Label(r.id, r.code, r.name) for r in run(
            select(Warehouse.id, Warehouse.code, Warehouse.name))},
    )

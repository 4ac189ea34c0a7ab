"""Brands, options and attributes: found by code or label, made when they are new.

Labels a word lacks are added to it; labels it has are never overwritten from here. Call inside
transaction().
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.kernel.text import slugify
from app.models.catalogue import Attribute, AttributeValue, Brand, Option, OptionValue
from app.services.catalogue.drafts import AttributeDraft, BrandDraft, ChoiceDraft, OptionDraft

Word = Option | Attribute | OptionValue | AttributeValue
LONGEST_CODE = 64


def code_of(label: str) -> str:
    """A code made of a label; of a label without letters (+, ½), of its bytes."""
    slug = slugify(label)[:LONGEST_CODE].strip("-")
    return slug or f"x{hashlib.sha256(label.encode()).hexdigest()[:10]}"


def brand_ids(drafts: Iterable[BrandDraft]) -> dict[BrandDraft, int]:
    """Every brand's id; a brand is known by its code, else by its name."""
    drafts = set(drafts)
    if not drafts:
        return {}
    session = db.session()
    codes = {draft: draft.code or code_of(draft.name) for draft in drafts}
    rows = {row.code: row for row in session.scalars(
        select(Brand).where(Brand.code.in_(set(codes.values())))
    )}
    for draft, code in codes.items():
        if code not in rows:
            rows[code] = Brand(code=code, name=draft.name)
            session.add(rows[code])
    session.flush()
    return {draft: rows[code].id for draft, code in codes.items()}


def option_ids(drafts: Sequence[OptionDraft]) -> list[tuple[int, list[int]]]:
    """(option id, ids of the draft's values in order) for each draft."""
    parents = _parents(Option, [
        (draft, {"kind": draft.kind}) for draft in drafts
    ])
    values = _children(OptionValue, OptionValue.option_id, [
        (parent.id, choice, {"swatch": choice.swatch})
        for parent, draft in zip(parents, drafts, strict=True) for choice in draft.values
    ])
    rest = iter(values)
    return [(parent.id, [next(rest).id for _ in draft.values])
            for parent, draft in zip(parents, drafts, strict=True)]


def attribute_ids(drafts: Sequence[AttributeDraft]) -> list[tuple[int, int | None]]:
    """(attribute id, id of the draft's value or None for free text) for each draft."""
    parents = _parents(Attribute, [
        (draft, {"unit": draft.unit, "is_facet": draft.is_facet}) for draft in drafts
    ])
    values = iter(_children(AttributeValue, AttributeValue.attribute_id, [
        (parent.id, draft.value, {}) for parent, draft in zip(parents, drafts, strict=True)
        if draft.value is not None
    ]))
    return [(parent.id, next(values).id if draft.value is not None else None)
            for parent, draft in zip(parents, drafts, strict=True)]


def _parents(model: type[Any], wanted: Sequence[tuple[Any, Mapping[str, Any]]]) -> list[Any]:
    """The option or attribute of each draft. Both tables are small and read whole."""
    if not wanted:
        return []
    session = db.session()
    shelf = _Shelf(session.scalars(select(model).order_by(model.id)))
    found = []
    for draft, extra in wanted:
        word = shelf.find(draft.code, draft.label)
        if word is None:
            word = model(code=shelf.free_code(draft.code, draft.label), label=dict(draft.label),
                         **extra)
            session.add(word)
            shelf.put(word)
        else:
            _add_labels(word, draft.label)
        found.append(word)
    session.flush()
    return found


def _children(model: type[Any], owner: Any,
              wanted: Sequence[tuple[int, ChoiceDraft, Mapping[str, Any]]]) -> list[Any]:
    if not wanted:
        return []
    session = db.session()
    shelves: dict[int, _Shelf] = {parent_id: _Shelf(()) for parent_id, _c, _e in wanted}
    for row in session.scalars(select(model).where(owner.in_(list(shelves))).order_by(model.id)):
        shelves[getattr(row, owner.key)].put(row)
    found = []
    for parent_id, choice, extra in wanted:
        shelf = shelves[parent_id]
        word = shelf.find(choice.code, choice.label)
        if word is None:
            place = {"position": len(shelf)} if hasattr(model, "position") else {}
            word = model(**{owner.key: parent_id}, code=shelf.free_code(choice.code, choice.label),
                         label=dict(choice.label), **extra, **place)
            session.add(word)
            shelf.put(word)
        else:
            _add_labels(word, choice.label)
        found.append(word)
    session.flush()
    return found


class _Shelf:
    """Words of one vocabulary, found by code or by any of their labels."""

    def __init__(self, words: Iterable[Word]) -> None:
        self._by_code: dict[str, Word] = {}
        self._by_label: dict[str, Word] = {}
        for word in words:
            self.put(word)

    def __len__(self) -> int:
        return len(self._by_code)

    def put(self, word: Word) -> None:
        self._by_code[word.code] = word
        for label in word.label.values():
            self._by_label.setdefault(_plain(label), word)

    def find(self, code: str, label: Mapping[str, str]) -> Word | None:
        if code:
            return self._by_code.get(code)
        known = (self._by_label.get(_plain(words)) for words in label.values())
        return next((word for word in known if word is not None), None)

    def free_code(self, code: str, label: Mapping[str, str]) -> str:
        """The wanted code, or one made of the label and numbered when another word has it."""
        wanted = code or code_of(next(iter(label.values()), ""))
        number, free = 2, wanted
        while free in self._by_code:
            ending = f"-{number}"
            free, number = wanted[:LONGEST_CODE - len(ending)] + ending, number + 1
        return free


def _plain(label: str) -> str:
    return " ".join(label.casefold().split())


def _add_labels(word: Word, label: Mapping[str, str]) -> None:
    missing = {language: words for language, words in label.items()
               if words and not word.label.get(language)}
    if missing:
        word.label = {**word.label, **missing}

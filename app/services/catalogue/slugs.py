"""Slugs: unique per language, and the old ones kept so that their addresses answer 301."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.extensions import db
from app.kernel import clock
from app.kernel.text import slugify, unique_slug
from app.models.translation import CategoryText, OldSlug, PageText, ProductText

Texts = type[ProductText] | type[CategoryText] | type[PageText]

SUBJECTS: dict[str, tuple[Texts, InstrumentedAttribute[int]]] = {
    "product": (ProductText, ProductText.product_id),
    "category": (CategoryText, CategoryText.category_id),
    "page": (PageText, PageText.page_id),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """The slug a text would like to have (any words do); `current` is "" for a new text."""

    subject_id: int
    language: str
    words: str
    current: str = ""


def claim(kind: str, wishes: Sequence[Wish]) -> dict[tuple[int, str], str]:
    """(subject, language) -> the slug it gets, numbered where somebody else has it.

    Slugs that are given up are kept as old ones. Call inside transaction(), texts flushed; the
    caller writes the slugs into its texts.
    """
    changing = {wish: slugify(wish.words) or "item" for wish in wishes}
    changing = {wish: slug for wish, slug in changing.items() if slug != wish.current}
    granted = {(wish.subject_id, wish.language): wish.current for wish in wishes}
    if not changing:
        return granted
    taken = _holders(kind, set(changing.values()))
    for wish, wanted in changing.items():
        slug = wanted
        if taken.get((wish.language, slug), wish.subject_id) != wish.subject_id:
            taken.update(_numbered(kind, wish.language, slug))
            others = [held for (language, held), holder in taken.items()
                      if language == wish.language and holder != wish.subject_id]
            slug = unique_slug(slug, others)
        granted[wish.subject_id, wish.language] = slug
        taken[wish.language, slug] = wish.subject_id
    moved = [(wish, granted[wish.subject_id, wish.language]) for wish in changing]
    _retire(kind, [(wish, slug) for wish, slug in moved if slug != wish.current])
    return granted


def is_free(kind: str, subject_id: int, language: str, slug: str) -> bool:
    """True when no other thing of this kind has the slug in this language."""
    return _holders(kind, {slug}).get((language, slug), subject_id) == subject_id


def forget(kind: str, subject_ids: Iterable[int]) -> None:
    """Drop the old slugs of things that are no more."""
    db.session().execute(
        delete(OldSlug).where(OldSlug.kind == kind, OldSlug.subject_id.in_(list(subject_ids)))
    )


def _holders(kind: str, slugs: set[str]) -> dict[tuple[str, str], int]:
    text, subject = SUBJECTS[kind]
    rows = db.session().execute(
        select(text.language, text.slug, subject).where(text.slug.in_(slugs))
    )
    return {(language, slug): holder for language, slug, holder in rows}


def _numbered(kind: str, language: str, slug: str) -> dict[tuple[str, str], int]:
    """Who has slug-2, slug-3, …: only asked when the plain one is taken."""
    text, subject = SUBJECTS[kind]
    rows = db.session().execute(
        select(text.slug, subject).where(
            text.language == language, text.slug.startswith(f"{slug}-", autoescape=True)
        )
    )
    return {(language, held): holder for held, holder in rows}


def _retire(kind: str, moved: Sequence[tuple[Wish, str]]) -> None:
    """Keep what is given up as old slugs; what is taken again is old no more."""
    pairs = {(wish.language, slug) for wish, slug in moved}
    left = {(wish.language, wish.current): wish for wish, _slug in moved if wish.current}
    pairs |= set(left)
    if not pairs:
        return
    session = db.session()
    for some in _chunks(sorted(pairs), 200):
        session.execute(delete(OldSlug).where(OldSlug.kind == kind, or_(
            *(and_(OldSlug.language == language, OldSlug.slug == slug) for language, slug in some)
        )))
    session.add_all(
        OldSlug(kind=kind, subject_id=wish.subject_id, language=language, slug=slug,
                retired_at=clock.now())
        for (language, slug), wish in left.items()
    )
    session.flush()


def _chunks(pairs: list[tuple[str, str]], size: int) -> Iterable[list[tuple[str, str]]]:
    return (pairs[start:start + size] for start in range(0, len(pairs), size))

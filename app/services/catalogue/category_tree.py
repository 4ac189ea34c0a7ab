"""The tree of categories: made, renamed, moved, deleted. Never deeper than three, never a ring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.extensions import db, transaction
from app.kernel.errors import Conflict, Invalid, NotFound
from app.models.catalogue import Category, ProductCategory
from app.models.content import MenuItem
from app.models.translation import CategoryText
from app.services.catalogue import slugs
from app.services.catalogue.vocabulary import LONGEST_CODE, code_of
from app.services.outbox import log

DEEPEST = 3


@dataclass(frozen=True, slots=True)
class CategoryWords:
    """A category in one language. An empty slug is made of the name, once."""

    name: str
    slug: str = ""
    intro: str = ""
    seo_title: str = ""
    seo_description: str = ""


@dataclass(frozen=True, slots=True)
class CategoryDraft:
    """A new category. An empty code is made of its first name; position None: last."""

    texts: Mapping[str, CategoryWords] = field(default_factory=dict)
    code: str = ""
    parent_id: int | None = None
    position: int | None = None
    media_id: int | None = None


def create_category(draft: CategoryDraft) -> int:
    """The new category's id.

    raises  Invalid   category_nameless, category_too_deep
            Conflict  category_exists: its code is taken
    """
    if not any(words.name.strip() for words in draft.texts.values()):
        raise Invalid("category_nameless")
    with transaction() as session:
        depth = _depth_below(draft.parent_id)
        first = next(words.name for words in draft.texts.values() if words.name.strip())
        code = draft.code or _free_code(first)
        if draft.code and session.scalar(select(Category.id).where(Category.code == code)):
            raise Conflict("category_exists", category=code)
        position = draft.position
        if position is None:
            position = _last_position(draft.parent_id) + 1
        category = Category(code=code, parent_id=draft.parent_id, depth=depth, position=position,
                            media_id=draft.media_id)
        session.add(category)
        session.flush()
        _write_texts(category.id, draft.texts)
        log.emit("category", category.id)
        return category.id


def rename_category(category_id: int, texts: Mapping[str, CategoryWords]) -> None:
    """Give new words in the languages named; others stay. A changed slug leaves an old one."""
    with transaction() as session:
        _get(session, category_id)
        _write_texts(category_id, texts)
        log.emit("category", category_id)


def move_category(category_id: int, parent_id: int | None, position: int | None = None) -> None:
    """Put a category, with all below it, under another parent (None: to the top).

    raises  Invalid  category_too_deep, category_ring (under itself or a descendant)
    """
    with transaction() as session:
        category = _get(session, category_id)
        below = _levels_below(category_id)
        if parent_id is not None and any(parent_id in level for level in below):
            raise Invalid("category_ring")
        depth = _depth_below(parent_id)
        if depth + len(below) - 1 > DEEPEST:
            raise Invalid("category_too_deep")
        category.parent_id = parent_id
        if position is not None:
            category.position = position
        session.flush()
        for step, level in enumerate(below):
            session.execute(
                update(Category).where(Category.id.in_(level)).values(depth=depth + step)
            )
            for id_ in level:
                log.emit("category", id_)


def delete_category(category_id: int, into: int | None = None) -> None:
    """Delete a category without children; its products go `into` another one.

    raises  Conflict  category_has_children, category_has_products (and no `into`)
    """
    with transaction() as session:
        category = _get(session, category_id)
        if session.scalar(select(func.count()).where(Category.parent_id == category_id)):
            raise Conflict("category_has_children")
        products = list(session.scalars(
            select(ProductCategory.product_id).where(ProductCategory.category_id == category_id)
        ))
        if products and into is None:
            raise Conflict("category_has_products", count=len(products))
        if products and into is not None:
            _move_products(session, category_id, _get(session, into).id)
        entries = list(session.scalars(select(MenuItem).where(
            MenuItem.kind == "category", MenuItem.subject_id == category_id
        )))
        for entry in entries:
            session.delete(entry)
        slugs.forget("category", [category_id])
        session.delete(category)
        session.flush()
        log.emit("category", category_id)
        if entries:
            log.emit("menu")
        for product_id in products:
            log.emit("product", product_id)


def category_ids(paths: Iterable[tuple[str, ...]], language: str) -> dict[tuple[str, ...], int]:
    """Path of names from the top -> id of its last category; what is missing is made.

    Names are compared without case in `language`, then in any other. At most DEEPEST names.
    """
    wanted = list(dict.fromkeys(path[:DEEPEST] for path in paths if path))
    if not wanted:
        return {}
    with transaction():
        children = _names(language)
        found: dict[tuple[str, ...], int] = {}
        for path in wanted:
            parent: int | None = None
            for step, name in enumerate(path):
                key = (parent, name.casefold().strip())
                if key not in children:
                    children[key] = create_category(CategoryDraft(
                        {language: CategoryWords(name.strip())}, parent_id=parent
                    ))
                parent = children[key]
                found[path[:step + 1]] = parent
        return {path: found[path] for path in wanted}


def _names(language: str) -> dict[tuple[int | None, str], int]:
    rows = db.session().execute(
        select(Category.parent_id, Category.id, CategoryText.language, CategoryText.name)
        .join(CategoryText, CategoryText.category_id == Category.id)
        .order_by(CategoryText.language != language, Category.id)
    )
    names: dict[tuple[int | None, str], int] = {}
    for parent_id, id_, _language, name in rows:
        names.setdefault((parent_id, name.casefold().strip()), id_)
    return names


def _write_texts(category_id: int, texts: Mapping[str, CategoryWords]) -> None:
    session = db.session()
    rows = {row.language: row for row in session.scalars(
        select(CategoryText).where(CategoryText.category_id == category_id)
    )}
    wishes = [
        slugs.Wish(category_id, language, words.slug or words.name,
                   rows[language].slug if language in rows else "")
        for language, words in texts.items() if words.slug or language not in rows
    ]
    granted = slugs.claim("category", wishes)
    for language, words in texts.items():
        row = rows.get(language) or CategoryText(category_id=category_id, language=language)
        row.name = words.name.strip()
        for part in ("intro", "seo_title", "seo_description"):  # a new name leaves the rest
            setattr(row, part, getattr(words, part) or getattr(row, part) or "")
        row.slug = granted.get((category_id, language), row.slug)
        session.add(row)
    session.flush()


def _levels_below(category_id: int) -> list[list[int]]:
    """The category itself, its children, their children: ids level by level."""
    levels, session = [[category_id]], db.session()
    while len(levels) <= DEEPEST:
        level = list(session.scalars(select(Category.id).where(Category.parent_id.in_(levels[-1]))))
        if not level:
            break
        levels.append(level)
    return levels


def _depth_below(parent_id: int | None) -> int:
    if parent_id is None:
        return 1
    depth = _get(db.session(), parent_id).depth + 1
    if depth > DEEPEST:
        raise Invalid("category_too_deep")
    return depth


def _last_position(parent_id: int | None) -> int:
    return db.session().scalar(
        select(func.coalesce(func.max(Category.position), 0)).where(Category.parent_id == parent_id)
    ) or 0


def _free_code(name: str) -> str:
    wanted = code_of(name)
    taken = set(db.session().scalars(
        select(Category.code).where(Category.code.startswith(wanted[:LONGEST_CODE - 6],
                                                             autoescape=True))
    ))
    number, code = 2, wanted
    while code in taken:
        code, number = f"{wanted[:LONGEST_CODE - 6]}-{number}", number + 1
    return code


def _move_products(session: Session, category_id: int, into: int) -> None:
    there = select(ProductCategory.product_id).where(ProductCategory.category_id == into)
    both = ProductCategory.product_id.in_(there.scalar_subquery())
    mains = list(session.scalars(select(ProductCategory.product_id).where(
        ProductCategory.category_id == category_id, ProductCategory.is_main, both
    )))
    session.execute(delete(ProductCategory).where(
        ProductCategory.category_id == category_id, ProductCategory.product_id.in_(
            list(session.scalars(there))
        ),
    ))
    session.execute(update(ProductCategory).where(
        ProductCategory.category_id == into, ProductCategory.product_id.in_(mains)
    ).values(is_main=True))
    session.execute(update(ProductCategory).where(
        ProductCategory.category_id == category_id
    ).values(category_id=into))


def _get(session: Session, category_id: int) -> Category:
    category = session.get(Category, category_id)
    if category is None:
        raise NotFound("unknown_category")
    return category

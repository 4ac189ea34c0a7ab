"""The tree of categories as a shopper walks it: read once per change of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app.extensions import db
from app.kernel.errors import NotFound
from app.kernel.text import choose
from app.models.catalogue import Category
from app.models.translation import CategoryText
from app.services.kept import Kept
from app.services.old_slugs import subject_of


@dataclass(frozen=True, slots=True)
class ShelfText:
    """A category's words in one language."""

    language: str
    name: str
    slug: str
    intro: str
    seo_title: str
    seo_description: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category. `below` holds its own id and those of everything under it."""

    id: int
    code: str
    parent_id: int | None
    depth: int
    position: int
    media_id: int | None
    texts: Mapping[str, ShelfText]
    below: tuple[int, ...] = ()

    def text(self, chain: Sequence[str]) -> ShelfText:
        """Its words in the first language of the chain that has them, else in any."""
        found = choose(self.texts, chain)
        return found[1] if found else ShelfText("", self.code, self.code, "", "", "")


@dataclass(frozen=True, slots=True)
class Shelves:
    """The whole tree."""

    by_id: Mapping[int, Shelf]
    by_code: Mapping[str, Shelf]
    by_slug: Mapping[str, Mapping[str, int]]  # slug -> language -> id
    children: Mapping[int | None, tuple[Shelf, ...]] = field(default_factory=dict)

    def path(self, shelf: Shelf) -> tuple[Shelf, ...]:
        """From the top level down to the shelf itself."""
        found = [shelf]
        while found[0].parent_id in self.by_id and len(found) < 8:
            found.insert(0, self.by_id[found[0].parent_id])  # type: ignore[index]
        return tuple(found)

    def codes_above(self, shelf_ids: Sequence[int]) -> frozenset[str]:
        """Codes of these shelves and of all above them (what promotions look at)."""
        return frozenset(
            step.code for id_ in shelf_ids if id_ in self.by_id
            for step in self.path(self.by_id[id_])
        )


_kept: Kept[Shelves] = Kept("catalogue", size=2)


def shelves() -> Shelves:
    """The tree as it stands."""
    return _kept.get("shelves", _read)


def find(slug: str, chain: Sequence[str]) -> tuple[Shelf, ShelfText]:
    """The category a slug means in any language, today or once, and its words for this reader.

    Where the words' slug is another one, the reader belongs there (301). Raises NotFound.
    """
    tree = shelves()
    by_language = tree.by_slug.get(slug)
    shelf_id = choose(by_language, chain)[1] if by_language else (  # type: ignore[index]
        subject_of("category", slug, chain)
    )
    shelf = tree.by_id.get(shelf_id or 0)
    if shelf is None:
        raise NotFound("not_found")
    return shelf, shelf.text(chain)


def _read() -> Shelves:
    texts: dict[int, dict[str, ShelfText]] = {}
    by_slug: dict[str, dict[str, int]] = {}
    for row in db.session.execute(select(CategoryText.__table__)):
        texts.setdefault(row.category_id, {})[row.language] = ShelfText(
            row.language, row.name, row.slug, row.intro, row.seo_title, row.seo_description
        )
        by_slug.setdefault(row.slug, {})[row.language] = row.category_id
    rows = db.session.execute(
        select(Category.__table__).order_by(Category.position, Category.id)
    ).all()
    under: dict[int | None, list[int]] = {}
    for row in rows:
        under.setdefault(row.parent_id, []).append(row.id)
    found = {
        row.id: Shelf(row.id, row.code, row.parent_id, row.depth, row.position, row.media_id,
                      texts.get(row.id, {}), tuple(_below(row.id, under)))
        for row in rows
    }
    return Shelves(
        by_id=found, by_code={shelf.code: shelf for shelf in found.values()}, by_slug=by_slug,
        children={parent: tuple(found[id_] for id_ in ids) for parent, ids in under.items()},
    )


def _below(shelf_id: int, under: Mapping[int | None, Sequence[int]]) -> list[int]:
    found = [shelf_id]
    for id_ in found:
        found += [child for child in under.get(id_, ()) if child not in found]
    return found

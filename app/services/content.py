"""Pages, the blocks of the home page, the menu and the footer, as readers see them.

Fields of a block's `content`; a text is {language: text}, a target is {"kind": "category" | "page"
| "product", "code": …}, media are ids:

hero        title, text, media, tag_title, tag_text, actions [{label, to}] (the first buys)
promise     items [{title, text}]
products    title, link {label, to}, query "new" | "offers" | "category" | "codes", category, codes,
            limit
categories  title, codes (empty: the top level)
story       title, text, media, link {label, to}
journal     title, items [{title, text, media, to}]
text        title, body (Markdown)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.text import choose
from app.models.content import MENU_LIMIT, Block, MenuItem, Page
from app.models.translation import PageText
from app.services.catalogue.shelves import shelves
from app.services.kept import Kept
from app.services.old_slugs import subject_of
from app.services.outbox import log

HOME = "home"
GROUPS = ("shop", "help", "legal")


@dataclass(frozen=True, slots=True)
class PageWords:
    """A page's words in one language; `body` is Markdown."""

    language: str
    title: str
    slug: str
    body: str
    seo_title: str
    seo_description: str


@dataclass(frozen=True, slots=True)
class PageView:
    """A published page with its words in every language."""

    id: int
    code: str
    group: str
    texts: Mapping[str, PageWords]
    updated_at: datetime

    def text(self, chain: Sequence[str]) -> PageWords:
        """Its words in the first language of the chain that has them, else in any."""
        found = choose(self.texts, chain)
        return found[1] if found else PageWords("", self.code, self.code, "", "", "")


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block as it stands: its kind names a template, its content see above."""

    id: int
    kind: str
    content: Mapping[str, Any]
    markets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A place of the menu or the footer. group: of the footer (shop, help, legal), else ''."""

    label: str
    kind: str
    slug: str
    code: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class _Site:
    pages: Mapping[int, PageView]
    by_code: Mapping[str, PageView]
    by_slug: Mapping[str, Mapping[str, int]]
    menu: tuple[tuple[str, int, Mapping[str, str]], ...]


_site: Kept[_Site] = Kept("content", size=2)
_blocks: Kept[tuple[BlockView, ...]] = Kept("content", size=64)


def menu(chain: Sequence[str]) -> tuple[Entry, ...]:
    """The main menu, at most seven entries; what they stand for is there and published."""
    site, tree = _kept_site(), shelves()
    found = []
    for kind, subject_id, label in site.menu:
        subject = (tree.by_id if kind == "category" else site.pages).get(subject_id)
        if subject is not None:
            text = subject.text(chain)
            own = choose(label, chain)
            name = text.title if isinstance(text, PageWords) else text.name
            found.append(Entry(own[1] if own else name, kind, text.slug, subject.code))
    return tuple(found)


def footer(chain: Sequence[str]) -> tuple[Entry, ...]:
    """Links of the footer in their groups' and pages' order."""
    pages = [page for page in _kept_site().pages.values() if page.group in GROUPS]
    pages.sort(key=lambda page: GROUPS.index(page.group))  # stable: positions are kept
    return tuple(
        Entry(text.title, "page", text.slug, page.code, page.group)
        for page in pages for text in [page.text(chain)]
    )


def page_by_slug(slug: str, chain: Sequence[str]) -> tuple[PageView, PageWords]:
    """The page a slug means in any language, today or once, and its words for this reader.

    Where the words' slug is another one, the reader belongs there (301). Raises NotFound.
    """
    site = _kept_site()
    by_language = site.by_slug.get(slug)
    found = choose(by_language, chain) if by_language else None
    page = site.pages.get(found[1] if found else subject_of("page", slug, chain) or 0)
    if page is None:
        raise NotFound("not_found")
    return page, page.text(chain)


def page_by_code(code: str, chain: Sequence[str]) -> tuple[PageView, PageWords]:
    """One of the pages the shop itself links to. Raises NotFound where the merchant has none."""
    page = _kept_site().by_code.get(code)
    if page is None:
        raise NotFound("not_found")
    return page, page.text(chain)


def pages_by_ids(ids: Sequence[int]) -> list[PageView]:
    """Published pages of these ids, in this order."""
    pages = _kept_site().pages
    return [pages[id_] for id_ in ids if id_ in pages]


def blocks(code: str, market_code: str) -> tuple[BlockView, ...]:
    """The blocks of a published page for a market, in their order; none for an unknown page."""
    page = _kept_site().by_code.get(code)
    if page is None:
        return ()
    held = _blocks.get(page.id, lambda: _read_blocks(page.id))
    return tuple(block for block in held if not block.markets or market_code in block.markets)


def add_to_menu(kind: str, subject_id: int, label: Mapping[str, str] | None = None) -> int:
    """Give a category or page the next place of the main menu; returns the place.

    raises  Conflict("menu_full")  when all seven are taken
            Invalid                for another kind
    """
    if kind not in {"category", "page"}:
        raise Invalid(fields={"kind": "unknown_kind"})
    with transaction() as session:
        taken = set(session.scalars(select(MenuItem.position).with_for_update()))
        free = [place for place in range(1, MENU_LIMIT + 1) if place not in taken]
        if not free:
            raise Conflict("menu_full", limit=MENU_LIMIT)
        place = max(taken) + 1 if taken and max(taken) < MENU_LIMIT else free[0]
        session.add(MenuItem(position=place, kind=kind, subject_id=subject_id,
                             label=dict(label or {})))
        session.flush()
        log.emit("menu", place)
    return place


def _kept_site() -> _Site:
    return _site.get("site", _read_site)


def _read_site() -> _Site:
    texts: dict[int, dict[str, PageWords]] = {}
    by_slug: dict[str, dict[str, int]] = {}
    for row in db.session.execute(
        select(PageText.__table__).join(Page, Page.id == PageText.page_id).where(Page.is_published)
    ):
        texts.setdefault(row.page_id, {})[row.language] = PageWords(
            row.language, row.title, row.slug, row.body, row.seo_title, row.seo_description
        )
        by_slug.setdefault(row.slug, {})[row.language] = row.page_id
    pages = {
        row.id: PageView(row.id, row.code, row.in_footer, texts.get(row.id, {}), row.updated_at)
        for row in db.session.execute(
            select(Page.__table__).where(Page.is_published).order_by(Page.position, Page.id)
        )
    }
    places = db.session.execute(select(MenuItem.__table__).order_by(MenuItem.position))
    return _Site(
        pages, {page.code: page for page in pages.values()}, by_slug,
        tuple((row.kind, row.subject_id, row.label or {}) for row in places),
    )


def _read_blocks(page_id: int) -> tuple[BlockView, ...]:
    rows = db.session.execute(
        select(Block.__table__).where(Block.page_id == page_id).order_by(Block.position, Block.id)
    )
    return tuple(
        BlockView(row.id, row.kind, row.content or {}, tuple(row.markets or ())) for row in rows
    )

"""Every public thing with its addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from sqlalchemy import func, literal, select, union_all

from app.extensions import db
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.text import choose
from app.models.catalogue import Category, Product
from app.models.content import Page
from app.services import markets
from app.services.addresses_of_things import slugs_of

PATHS = {"product": "p/", "category": "c/", "page": ""}


@dataclass(frozen=True, slots=True)
class Address:
    """One path, with the hreflang it serves."""

    hreflang: str
    path: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing: its distinct addresses, and all alternates of each."""

    addresses: tuple[Address, ...]
    alternates: tuple[Address, ...]
    changed_on: date


_THINGS = union_all(
    select(literal(0).label("rank"), literal("home").label("kind"), literal(0).label("id"),
           literal(None).label("changed")),
    select(literal(1), literal("category"), Category.id, literal(None)),
    select(literal(2), literal("page"), Page.id, Page.updated_at)
    .where(Page.is_published, Page.code != "home"),
    select(literal(3), literal("product"), Product.id, Product.updated_at)
    .where(Product.state == "published"),
).subquery()


def count() -> int:
    """How many things there are."""
    return db.session.scalar(select(func.count()).select_from(_THINGS)) or 0


def entries(hreflangs: Sequence[tuple[str, str]], *, offset: int, limit: int) -> list[Entry]:
    """Things from `offset` on, with their addresses under every (hreflang, prefix)."""
    rows = db.session.execute(
        select(_THINGS.c.kind, _THINGS.c.id).order_by(_THINGS.c.rank, _THINGS.c.id)
        .offset(offset).limit(limit)
    ).all()
    return [entry for kind, id_ in rows if (entry := _entry(kind, id_, hreflangs))]


def _entry(kind: str, subject_id: int, hreflangs: Sequence[tuple[str, str]]) -> Entry | None:
    slugs = slugs_of(kind, subject_id) if kind != "home" else {}
    alternates = []
    for hreflang, prefix in hreflangs:
        tail = _tail(kind, slugs, prefix)
        if tail is not None:
            alternates.append(Address(hreflang, f"/{prefix}/{tail}"))
    distinct = tuple({address.path: address for address in alternates}.values())
    return Entry(distinct, tuple(alternates), clock.now().date()) if distinct else None


def _tail(kind: str, slugs: dict[str, str], prefix: str) -> str | None:
    if kind == "home":
        return ""
    language, _sep, code = prefix.rpartition("-")
    try:
        market = markets.find(code)
    except NotFound:
        return None
    found = choose(slugs, market.chain(markets.BY_LOWER[language]))
    return f"{PATHS[kind]}{quote(found[1])}" if found else None

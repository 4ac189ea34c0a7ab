"""Every public thing with its addresses."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from sqlalchemy import func, literal, select, union_all

from app.extensions import db
from app.kernel.errors import NotFound
from app.kernel.text import choose
from app.models.catalogue import Category, Product
from app.models.content import Page
from app.services import markets
from app.services.addresses_of_things import slugs_of

PATHS = {"product": "p/", "category": "c/", "page": ""}


_THINGS = union_all(
    select(literal(0).label("rank"), literal("home").label("kind"), literal(0).label("id")),
    select(literal(1), literal("category"), Category.id),
    select(literal(2), literal("page"), Page.id).where(Page.is_published, Page.code != "home"),
    select(literal(3), literal("product"), Product.id).where(Product.state == "published"),
).subquery()


def count() -> int:
    """How many things there are."""
    return db.session.scalar(select(func.count()).select_from(_THINGS)) or 0


def paths(prefixes: Iterable[str], *, offset: int, limit: int) -> list[str]:
    """Paths of the things from `offset` on, under every prefix; alternates are in the pages."""
    rows = db.session.execute(
        select(_THINGS.c.kind, _THINGS.c.id).order_by(_THINGS.c.rank, _THINGS.c.id)
        .offset(offset).limit(limit)
    ).all()
    each = tuple(dict.fromkeys(prefixes))
    found = []
    for kind, subject_id in rows:
        slugs = slugs_of(kind, subject_id) if kind != "home" else {}
        found += [f"/{prefix}/{tail}" for prefix in each
                  if (tail := _tail(kind, slugs, prefix)) is not None]
    return list(dict.fromkeys(found))


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

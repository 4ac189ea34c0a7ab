"""The same page under another prefix: what a language or market switch leads to."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from app.kernel.errors import NotFound
from app.services import addresses_of_things
from app.web import locale

KINDS = {"p": "product", "c": "category"}


def same_page_in(path: str, prefix: str) -> str:
    """A local path under another prefix; a thing keeps its own slug in the other language.

    A page that has no counterpart there leads to the other shop's home.
    """
    parts = urlsplit(path)
    pieces = parts.path.strip("/").split("/")
    try:
        was, _market = locale.parse_prefix(pieces[0])
        language, market = locale.parse_prefix(prefix)
    except NotFound:
        return f"/{prefix}/"
    rest = pieces[1:]
    query = f"?{parts.query}" if parts.query else ""
    if not rest or rest == [""]:
        return f"/{prefix}/{query}"
    if len(rest) == 2 and rest[0] in KINDS:
        slug = addresses_of_things.slug_in(KINDS[rest[0]], unquote(rest[1]), was,
                                           market.chain(language))
        return f"/{prefix}/{rest[0]}/{quote(slug)}{query}" if slug else f"/{prefix}/"
    if len(rest) == 1 and rest[0] not in OWN_PLACES:
        slug = addresses_of_things.slug_in("page", unquote(rest[0]), was, market.chain(language))
        return f"/{prefix}/{quote(slug)}" if slug else f"/{prefix}/"
    return f"/{prefix}/{'/'.join(rest)}{query}"


OWN_PLACES = frozenset({"cart", "checkout", "search", "locale", "consent", "withdrawal",
                        "styleguide"})

"""The same thing under another prefix, for hreflang."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from urllib.parse import quote as quoted

from app.kernel.errors import NotFound
from app.web.locale import parse_prefix

quote = lru_cache(maxsize=20_000)(quoted)  # the same slugs for every prefix of a page


def in_prefix(pattern: str, slugs: Mapping[str, str],
              query: str = "") -> Callable[[str], str | None]:
    """A function prefix -> path, or None where the thing has no words in that language.

    pattern  "/p/{}"; slugs: language -> slug
    """
    @cache
    def at(prefix: str) -> str | None:
        try:
            language, market = parse_prefix(prefix)
        except NotFound:
            return None
        slug = slugs.get(f"{language}-{market.country}") or slugs.get(language)
        return f"/{prefix}{pattern.format(quote(slug))}{query}" if slug else None

    return at

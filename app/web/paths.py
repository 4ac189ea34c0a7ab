"""Addresses of things by slug, built once: a list of 24 cards names seventy of them."""

from __future__ import annotations

from functools import lru_cache

from flask import url_for

from app.web import locale


def path_to(endpoint: str, slug: str) -> str:
    """url_for() of an endpoint with nothing but a slug, under the current prefix."""
    return _built(endpoint, locale.current().prefix, slug)


@lru_cache(maxsize=20_000)
def _built(endpoint: str, prefix: str, slug: str) -> str:
    return url_for(endpoint, prefix=prefix, slug=slug)

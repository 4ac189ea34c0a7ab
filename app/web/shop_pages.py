"""Addresses of the pages the shop itself links to (terms, returns, contact)."""

from __future__ import annotations

from flask import url_for

from app.kernel.errors import NotFound
from app.services import content
from app.web import locale


def shop_page(code: str) -> tuple[str, str] | None:
    """(title, address) of the merchant's page of this code; None where there is none."""
    try:
        _page, words = content.page_by_code(code, locale.current().chain)
    except NotFound:
        return None
    return words.title, url_for("pages.show", slug=words.slug)


def legal_pages(*codes: str) -> list[tuple[str, str]]:
    """(title, address) of those of the pages that there are."""
    return [found for code in codes if (found := shop_page(code))]

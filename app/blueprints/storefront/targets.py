"""Words and links of blocks: a text in the reader's language, the address of what is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup

from app.kernel.errors import NotFound
from app.kernel.text import choose
from app.services import content
from app.services.catalogue.shelves import shelves
from app.services.catalogue.slugs_of import product_slug
from app.web.foreign import direction_of, is_foreign, said
from app.web.locale import Locale


def spoken(words: Mapping[str, str] | None, chain: Sequence[str],
           make: Callable[[str], str] | None = None) -> str | Markup:
    """{language: text} in the first language of the chain; another than the page's says so.

    make  turns the text into clean HTML first
    """
    found = choose(words or {}, chain)
    if found is None:
        return ""
    language, text = found
    if make is None:
        return said(text, language)
    html = Markup(make(text))  # noqa: S704 - `make` gives clean HTML
    if not is_foreign(language):
        return html
    return Markup('<div lang="{}" dir="{}">{}</div>').format(language, direction_of(language), html)


def link_of(link: Mapping[str, Any], here: Locale) -> tuple[str | Markup, str] | None:
    """(label, address) of {label, to}; None where either is missing."""
    label, url = spoken(link.get("label"), here.chain), target_url(link.get("to") or {}, here)
    return (label, url) if label and url else None


def target_url(target: Mapping[str, str], here: Locale) -> str:
    """The address of {kind, code}; '' for what is not there."""
    kind, code = target.get("kind", ""), target.get("code", "")
    if kind == "category":
        shelf = shelves().by_code.get(code)
        return url_for("storefront.category", slug=shelf.text(here.chain).slug) if shelf else ""
    if kind == "page":
        try:
            _page, text = content.page_by_code(code, here.chain)
        except NotFound:
            return ""
        return url_for("pages.show", slug=text.slug)
    if kind == "product":
        slug = product_slug(code, here.chain)
        return url_for("storefront.product", slug=slug) if slug else ""
    return ""

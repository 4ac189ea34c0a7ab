"""A page at its slug: the last of all addresses under a prefix."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, current_app, make_response, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from app.kernel.errors import NotFound
from app.services import content
from app.services.content import PageView, PageWords
from app.services.markdown import html_of
from app.web import locale
from app.web.caching import public
from app.web.foreign import direction_of, lang_of, note_of, said
from app.web.gettext import gettext as _
from app.web.page import Page

bp = locale.localised(Blueprint("pages", __name__))


@bp.get("/<slug>")
def show(slug: str) -> AnyResponse:
    """The page; a slug of another language or of old answers 301."""
    here = locale.current()
    view, text = content.page_by_slug(slug, here.chain)
    if view.code == content.HOME:
        return redirect(url_for("storefront.home"), 301)
    if text.slug != slug:
        return redirect(url_for("pages.show", slug=text.slug), 301)
    return public(make_response(render_template("pages/show.html", **_context(view, text))))


def _context(view: PageView, text: PageWords) -> dict[str, Any]:
    title = said(text.title, text.language)
    crumbs = [(_("Home"), url_for("storefront.home")), (title, None)]
    page = Page(
        title=text.seo_title or text.title, description=text.seo_description, section=view.code,
        breadcrumb=[(str(label), url or "") for label, url in crumbs],
        at=_at({language: words.slug for language, words in view.texts.items()}),
        jsonld=[_breadcrumb(text, crumbs[0])],
    )
    return {
        "page": page, "crumbs": crumbs, "heading": title, "note": note_of(text.language),
        "lang": lang_of(text.language), "dir": direction_of(text.language),
        "body": Markup(html_of(text.body)),  # noqa: S704 - cleaned by nh3
    }


def _breadcrumb(text: PageWords, home: tuple[str, str | None]) -> dict[str, Any]:
    base = current_app.config["BASE_URL"]
    return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": [
        {"@type": "ListItem", "position": 1, "name": home[0], "item": f"{base}{home[1]}"},
        {"@type": "ListItem", "position": 2, "name": text.title},
    ]}


def _at(slugs: dict[str, str]) -> Any:
    """prefix -> path, or None where the page has no words in that language."""
    def at(prefix: str) -> str | None:
        try:
            language, market = locale.parse_prefix(prefix)
        except NotFound:
            return None
        slug = slugs.get(f"{language}-{market.country}") or slugs.get(language)
        return f"/{prefix}/{quote(slug)}" if slug else None

    return at

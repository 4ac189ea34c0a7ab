"""Search: the page, and to htmx the suggestions."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.blueprints.search.found import results_of
from app.blueprints.search.proposals import groups_of
from app.services.search import flow
from app.web import locale
from app.web.caching import is_prefetch, private
from app.web.gettext import gettext as _
from app.web.page import Page
from app.web.render import render, wants_fragment

bp = locale.localised(Blueprint("search", __name__))


@bp.get("/search")
def results() -> Response:
    """Finds with count, scopes and pages; a miss is counted for the merchant."""
    text = " ".join(request.args.get("q", "").split())[:200]
    if wants_fragment() and request.headers.get("X-Part") != "results":
        groups, all_url = groups_of(text)
        return private(render("search/results.html", "search/_suggestions.html", groups=groups,
                              query=text, all_url=all_url))
    found = results_of(text, request.args)
    if text and not found.total and not found.pages and not is_prefetch():
        here = locale.current()
        flow.note_miss(text, here.language, here.market)
    page = Page(title=_("Search: %(query)s", query=text) if text else _("Search"),
                robots="noindex, follow", extra={"query": text})
    page.query = text
    return private(render("search/results.html", "search/_results.html", page=page, query=text,
                          found=found))

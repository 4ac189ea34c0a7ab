"""The bare address: a 302 to the visitor's own shop."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.kernel.errors import NotFound
from app.services import markets
from app.web import locale, visitor
from app.web.negotiation import best_language, market_of_languages

bp = Blueprint("entrance", __name__)


@bp.get("/")
def enter() -> Response:
    """Explicit choice, then country, then Accept-Language, then the default market."""
    answer = redirect(f"/{chosen_prefix() or negotiated_prefix()}/", 302)
    answer.vary.update(["Accept-Language", "Cookie", visitor.country_header()])
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def chosen_prefix() -> str | None:
    """What the visitor chose before, if it is still there."""
    prefix = request.cookies.get(locale.PREFIX_COOKIE, "")
    try:
        locale.parse_prefix(prefix)
    except NotFound:
        return None
    return prefix


def negotiated_prefix() -> str:
    """Market by country, language by the browser within all the shop has."""
    country = visitor.country_of_address()
    found = markets.of_country(country) if country else None
    wanted = [tag for tag, _quality in request.accept_languages]
    market = found or market_of_languages(wanted) or markets.default()
    if found is None and country:
        market = markets.find("row")
    return locale.prefix_of(best_language(wanted) or market.languages[0], market.code)

"""What crawlers read: robots.txt and the sitemap."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.kernel.errors import NotFound
from app.services import sitemap
from app.web.page import hreflangs

bp = Blueprint("crawlers", __name__)
PER_FILE = 400  # things; some forty addresses each stay below the 50,000 a file may have


@bp.get("/robots.txt")
def robots() -> Response:
    """Public pages are open; carts, checkouts, orders and the API are not for crawlers."""
    text = render_template("crawlers/robots.txt", base=current_app.config["BASE_URL"])
    return Response(text, mimetype="text/plain")


@bp.get("/sitemap.xml")
def index() -> BaseResponse:
    """The list of sitemap files."""
    files = range((sitemap.count() + PER_FILE - 1) // PER_FILE)
    return xml("crawlers/sitemap_index.xml", files=files)


@bp.get("/sitemap-<int:part>.xml")
def part(part: int) -> BaseResponse:
    """Things with their addresses in every market's own languages."""
    prefixes = [prefix for _tag, prefix in hreflangs()]
    paths = sitemap.paths(prefixes, offset=part * PER_FILE, limit=PER_FILE)
    if not paths:
        raise NotFound
    return xml("crawlers/sitemap.xml", paths=paths)


def xml(template: str, **context: object) -> BaseResponse:
    """An XML answer that may be kept for an hour."""
    text = render_template(template, base=current_app.config["BASE_URL"], **context)
    response = Response(text, mimetype="application/xml")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.add_etag()
    return response.make_conditional(request)

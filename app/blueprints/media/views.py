"""/media/<key>: the bytes of a picture, or the way to them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect
from werkzeug.wrappers import Response as AnyResponse

from app.extensions import providers
from app.services.media.pictures import mime_of
from app.services.media.port import is_safe

bp = Blueprint("media", __name__)


@bp.get("/media/<path:key>")
def show(key: str) -> AnyResponse:
    """The picture under a key. What lies under a key never changes, so caches may keep it."""
    store = providers().media
    if not is_safe(key):
        abort(404)
    elsewhere = store.url(key)
    if elsewhere is not None:
        response = redirect(elsewhere, 302)
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response
    content = store.get(key)
    mime = mime_of(content) if content else None
    if content is None or mime is None:
        abort(404)
    return _picture(content, mime)


def _picture(content: bytes, mime: str) -> Response:
    response = Response(content, mimetype=mime)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # mails and feeds show it too
    return response

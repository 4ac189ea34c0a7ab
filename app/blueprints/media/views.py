"""/media/<key>: the bytes of a picture, or the way to them."""

from __future__ import annotations

from flask import Blueprint, Response, redirect
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
        return _nothing()
    elsewhere = store.url(key)
    if elsewhere is not None:
        response = redirect(elsewhere, 302)
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response
    content = store.get(key)
    mime = mime_of(content) if content else None
    if content is None or mime is None:
        return _nothing()
    return _picture(content, mime)


def _picture(content: bytes, mime: str) -> Response:
    response = Response(content, mimetype=mime)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # mails and feeds show it too
    return response


def _nothing() -> Response:
    """No page: whoever asked wants a picture. Not kept, it may still be fetched."""
    return Response(status=404, mimetype="text/plain", headers={"Cache-Control": "no-store"})

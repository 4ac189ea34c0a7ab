"""Page or fragment: the same address answers both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse


def wants_fragment() -> bool:
    """True for an htmx swap into part of a page; False for navigation, boost and Back."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Request-Type", "partial") == "partial"
        and "HX-Boosted" not in headers
        and "HX-History-Restore-Request" not in headers
    )


def render(page: str, fragment: str, /, *, also: Sequence[str] = (), status: int = 200,
           **context: Any) -> Response:
    """The whole page, or only the fragment with the out-of-band parts `also`.

    The answer always varies by HX-Request. Fragments get `oob=False`, the riders `oob=True`.
    """
    if wants_fragment():
        parts = [render_template(fragment, oob=False, **context)]
        parts += [render_template(name, oob=True, **context) for name in also]
        response = make_response("\n".join(parts), status)
    else:
        response = make_response(render_template(page, oob=False, **context), status)
    response.vary.update(["HX-Request", "HX-Request-Type"])
    return response


def leave(url: str) -> BaseResponse:
    """Go to another page, also when htmx asked: a swap must not swallow a whole page."""
    if wants_fragment():
        response = Response(status=204)
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, 303)

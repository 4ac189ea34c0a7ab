"""Saying how an answer may be kept: public pages by us and by proxies, everything else not."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request

from app.web import locale

UNTIL = "X-Tradewind-Until"  # taken off again by the page cache in front of Flask


def public(response: Response, until: datetime | None = None) -> Response:
    """This page is the same for everybody of this address and currency, until then (UTC).

    It leaves as `public` only for requests without a choice of currency or country of their own;
    the page cache keeps it either way. Never call it on a page that shows a cart or an order.
    """
    own_choice = locale.CURRENCY_COOKIE in request.cookies
    response.headers["Cache-Control"] = (
        "private, no-cache" if own_choice
        else "public, max-age=0, s-maxage=60, stale-while-revalidate=600"
    )
    response.headers[UNTIL] = until.isoformat() if until else "-"
    response.vary.update(["HX-Request", "HX-Request-Type", "Cookie", "Accept-Encoding"])
    return response


def private(response: Response) -> Response:
    """This page is one person's; nobody keeps it."""
    response.headers["Cache-Control"] = "private, no-store"
    return response

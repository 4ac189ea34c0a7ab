"""Saying how an answer may be kept: public pages by us and by proxies, everything else not.

Also what a prefetch may ask for: only pages that change nothing by being looked at.
"""

from __future__ import annotations

from datetime import datetime

from flask import Flask, Response, request

from app.services.kept import rests_until
from app.web import locale

MARK = "tradewind.public"  # in the WSGI environment: (until or None, endpoint), for pagecache.py
SHARED_S, LATE_S = 60, 600
PREFETCHED = frozenset({"storefront.home", "storefront.category", "storefront.product",
                        "pages.show", "search.results", "static_file", "media.show"})


def install(app: Flask) -> None:
    """Refuse to prefetch pages whose mere sight changes something; the browser asks again."""

    @app.before_request
    def _refuse_prefetch() -> Response | None:
        if is_prefetch() and request.endpoint not in PREFETCHED:
            return Response(status=503, headers={"Cache-Control": "no-store"})
        return None


def is_prefetch() -> bool:
    """The page is fetched in case it is wanted: nothing may be counted or changed."""
    purpose = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    return "prefetch" in purpose


def public(response: Response, until: datetime | None = None) -> Response:
    """This page is the same for everybody of this address and currency, until then (UTC).

    It leaves as `public` only for requests without a currency of their own; the page cache keeps
    it either way. Never call it on a page that shows a cart or an order.
    """
    own_choice = locale.CURRENCY_COOKIE in request.cookies
    response.headers["Cache-Control"] = policy(None, is_shared=not own_choice)
    request.environ[MARK] = (_earlier(until, rests_until()), request.endpoint or "unknown")
    response.vary.update(["HX-Request", "HX-Request-Type", "Cookie", "Accept-Encoding"])
    return response


def private(response: Response) -> Response:
    """This page is one person's; nobody keeps it."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


def policy(seconds_left: float | None, *, is_shared: bool) -> str:
    """Cache-Control of a public page that holds for so many seconds more (None: for long).

    A proxy never shows it after that: what it may keep, and keep while it asks again, both end
    then.
    """
    if not is_shared:
        return "private, no-cache"
    if seconds_left is None:
        return f"public, max-age=0, s-maxage={SHARED_S}, stale-while-revalidate={LATE_S}"
    kept = max(min(int(seconds_left), SHARED_S), 0)
    late = max(min(int(seconds_left) - kept, LATE_S), 0)
    return f"public, max-age=0, s-maxage={kept}" + (
        f", stale-while-revalidate={late}" if late else ""
    )


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)

"""Cross-site refusal, the Content-Security-Policy and the other security headers."""

from __future__ import annotations

from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, request

from app.config import Settings
from app.kernel.errors import Forbidden

log = structlog.get_logger()
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
WITHOUT_COOKIES = ("/api/", "/webhooks/")
CSP = "; ".join((  # noqa: FLY002 - a directive reads best on its own
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
    "font-src 'self'", "connect-src 'self'", "manifest-src 'self'", "form-action 'self'{pay}",
    "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'",
))


def install(app: Flask, settings: Settings) -> None:
    """Refuse cross-site writes; put the headers on every answer."""
    pay = " https://checkout.stripe.com" if settings.stripe_secret_key else ""
    if settings.stripe_api_base:
        parts = urlsplit(settings.stripe_api_base)
        pay += f" {parts.scheme}://{parts.netloc}"
    policy = CSP.format(pay=pay)

    @app.before_request
    def _refuse_cross_site() -> None:
        if request.method in UNSAFE and not request.path.startswith(WITHOUT_COOKIES):
            check_same_site(settings)

    @app.after_request
    def _harden(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"
        )
        headers.setdefault("Cache-Control", "private, no-cache")
        headers["X-Request-Id"] = g.get("request_id", "")
        if settings.is_https:
            headers.setdefault(
                "Strict-Transport-Security", "max-age=63072000; includeSubDomains"
            )
        return response


def check_same_site(settings: Settings) -> None:
    """Raise Forbidden for an unsafe request another site has made a browser send.

    A request with neither header is not a browser's and is let through.
    source  Fetch Metadata (W3C), OWASP cross-site request forgery cheat sheet
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site in {"cross-site", "same-site"}:
        raise Forbidden("cross_site")
    if origin is not None and not _is_own(origin, settings):
        raise Forbidden("cross_site")


def _is_own(origin: str, settings: Settings) -> bool:
    if origin == "null":
        return False
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(host) and host in {request.host, settings.host}

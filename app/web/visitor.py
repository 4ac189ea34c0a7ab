"""Who is asking: the cart's cookie, the checkout's own session, the country of the address."""

from __future__ import annotations

import re

from flask import Flask, current_app, request
from flask import session as web_session
from werkzeug.wrappers import Response

from app.extensions import providers
from app.web.sessions import ServerSession

CART_DAYS = 30
CART_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")


def cart_cookie(app: Flask | None = None) -> str:
    """The cookie's name; __Host- over https."""
    https = (app or current_app).config["IS_HTTPS"]
    return "__Host-cart" if https else "cart"


def cart_token() -> str:
    """The cart's public id from the cookie, or ''."""
    token = request.cookies.get(cart_cookie(), "")
    return token if CART_TOKEN.fullmatch(token) else ""


def remember_cart(response: Response, public_id: str) -> Response:
    """Set the cart's cookie for another 30 days; only ever on the answer to a POST."""
    response.set_cookie(
        cart_cookie(), public_id, max_age=CART_DAYS * 86400, path="/", httponly=True,
        secure=current_app.config["IS_HTTPS"], samesite="Lax",
    )
    return response


def private_session() -> ServerSession:
    """The server-side session, loaded. Never call it on a public page."""
    return web_session._get_current_object().load()  # type: ignore[attr-defined]  # noqa: SLF001


def country_header() -> str:
    """The header in which the edge tells the country."""
    return str(providers().settings.country_header)


def country_of_address() -> str | None:
    """The visitor's likely country: the edge's header, else the bundled table by IP address.

    A guess that only preselects and suggests, never decides.
    """
    settings = providers().settings
    header = request.headers.get(settings.country_header, "").upper()
    if len(header) == 2 and header.isalpha() and header not in {"XX", "T1"}:
        return header
    return providers().country_of(request.remote_addr or "")

"""No text of the shop holds U+0000: PostgreSQL cannot keep it, and no person types it."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.exceptions import BadRequest

from app.kernel.errors import NotFound
from app.web.headers import UNSAFE, WITHOUT_COOKIES

NUL = "\x00"


def install(app: Flask) -> None:
    """Refuse it in addresses (404), queries and forms (400); the API reads its JSON itself."""

    @app.before_request
    def _refuse_nul() -> None:
        if NUL in request.path:
            raise NotFound
        if request.path.startswith(WITHOUT_COOKIES):
            return
        texts = list(request.args.items(multi=True)) if b"%00" in request.query_string else []
        if request.method in UNSAFE:
            texts += request.form.items(multi=True)
        if any(NUL in name or NUL in value for name, value in texts):
            raise BadRequest

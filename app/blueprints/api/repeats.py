"""Idempotency-Key: the same request twice acts once and is answered the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, current_app, g, request

from app.blueprints.api.entry import problem
from app.kernel.errors import Conflict, Invalid
from app.services import idempotency

HEADER = "Idempotency-Key"
View = Callable[..., Response]


def once(view: View) -> View:
    """For every POST: honour the key where one is given. The body has been validated before.

    Kept are answers after the act (2xx, and a declined payment); a refusal before it, a provider
    that cannot be reached and a bug free the key.
    """
    @wraps(view)
    def run(**values: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return view(**values)
        _check(key)
        scope, content = _scope(), json.dumps(request.get_json(), sort_keys=True)
        try:
            kept = idempotency.begin(key, scope, content)
        except Conflict as error:
            return _later(error)
        if kept is not None:
            return _again(kept)
        g.request_mark = _digest(key + content)
        return _act(lambda: view(**values), key, scope)

    return run


def mark() -> str:
    """What names this very request to the services beneath; '' without a key."""
    return str(g.get("request_mark", ""))


def _act(view: Callable[[], Response], key: str, scope: str) -> Response:
    is_kept = False
    try:
        response = view()
        if response.status_code < 500:  # a 5xx: the same key may try again
            idempotency.keep(key, scope, response.status_code, {
                "text": response.get_data(as_text=True), "type": response.content_type,
                "location": response.headers.get("Location", ""),
            })
            is_kept = True
        return response
    finally:
        if not is_kept:
            idempotency.abandon(key, scope)


def _again(kept: idempotency.Kept) -> Response:
    response = current_app.response_class(kept.answer["text"], kept.status,
                                          content_type=kept.answer["type"])
    if kept.answer["location"]:
        response.headers["Location"] = kept.answer["location"]
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _later(error: Conflict) -> Response:
    response = problem(error)
    response.headers["Retry-After"] = "1"
    return response


def _check(key: str) -> None:
    if not (0 < len(key) <= idempotency.LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid("invalid", fields={HEADER: "field_too_long" if key else "field_required"})


def _scope() -> str:
    """The route with its ids. A new cart's id is a secret: there the caller's address counts too,
    so that nobody gets another's cart by guessing a poor key."""
    parts = [request.method, request.path]
    if not request.view_args:
        parts.append(request.remote_addr or "")
    return f"{request.endpoint} {_digest(' '.join(parts))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

"""Any failure as page, fragment or problem document."""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from app.kernel.errors import ShopError, TooMany
from app.web.messages import sentence
from app.web.page import error_page
from app.web.render import wants_fragment

log = structlog.get_logger()
CODES = {400: "bad_request", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
         413: "too_large", 415: "unsupported_media_type", 429: "too_many", 500: "broken",
         503: "unavailable"}


def install(app: Flask) -> None:
    """Register the handlers: ours, HTTP's, a database that does not answer, and bugs."""
    app.register_error_handler(ShopError, _shop_error)
    app.register_error_handler(HTTPException, _http_error)
    for kind in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(kind, _no_database)
    app.register_error_handler(Exception, _bug)


def answer(status: int, code: str, message: str, *, fields: dict[str, str] | None = None,
           reference: str = "") -> Response:
    """The failure in the shape this request can read."""
    if request.path.startswith(("/api/", "/webhooks/")):
        response = _problem(status, code, message, fields, reference)
    elif wants_fragment():
        response = make_response(render_template("errors/_error.html", message=message,
                                                 reference=reference))
        response.headers.update({"HX-Retarget": "#notice", "HX-Reswap": "outerHTML"})
        response.vary.update(["HX-Request", "HX-Request-Type"])
    else:
        response = make_response(error_page(status, message, reference))
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _problem(status: int, code: str, message: str, fields: dict[str, str] | None,
             reference: str) -> Response:
    body: dict[str, object] = {
        "type": f"/errors/{code}", "title": message, "status": status, "code": code,
    }
    if fields:
        body["fields"] = fields
    if reference:
        body["reference"] = reference
    response = jsonify(body)
    response.content_type = "application/problem+json"
    return response


def _shop_error(error: ShopError) -> Response:
    log.info("refused", code=error.code, status=error.status)
    fields = {name: sentence(code) for name, code in error.fields.items()}
    response = answer(error.status, error.code, sentence(error.code, **error.params), fields=fields)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.params.get("retry_after", 60))
    return response


def _http_error(error: HTTPException) -> Response:
    if error.response is not None or (error.code and error.code < 400):
        return error.get_response()  # type: ignore[return-value] # redirects of the router
    status = error.code or 500
    code = CODES.get(status, "bad_request" if status < 500 else "broken")
    response = answer(status, code, sentence(code))
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _no_database(error: Exception) -> Response:
    """The database is away, locked or its disk is full: come back soon, nothing was done."""
    reference = secrets.token_hex(4)
    log.error("database_unavailable", reference=reference, exc_info=error,
              request_id=g.get("request_id", ""))
    response = answer(503, "unavailable", sentence("unavailable"), reference=reference)
    response.headers["Retry-After"] = "5"
    return response


def _bug(error: Exception) -> Response:
    """A bug of ours: the reference is in the log and on the page, nothing else."""
    reference = secrets.token_hex(4)
    log.error("bug", reference=reference, exc_info=error, request_id=g.get("request_id", ""))
    return answer(500, "broken", sentence("broken"), reference=reference)



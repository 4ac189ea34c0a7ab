"""Reading what callers send: strict JSON, and one kind of refusal for whatever does not fit."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask import request
from pydantic import ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from app.kernel.errors import Invalid

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
CODES = {"missing": "field_required", "extra_forbidden": "field_unknown",
         "string_too_long": "field_too_long", "string_too_short": "field_required"}


def check_body() -> None:
    """Before a view: the body is one JSON object, or the request is refused.

    raises  UnsupportedMediaType (415) for another kind of content; BadRequest (400) for what is
            not JSON by RFC 8259, names a member twice or is nested beyond measure; Invalid for
            JSON that is no object. A body of more than 1 MB is 413 by the server's own limit.
    """
    if request.method not in WITH_BODY:
        return
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        content = json.loads(request.get_data(), object_pairs_hook=_members,
                             parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadRequest from None
    if not isinstance(content, dict):
        raise Invalid("invalid", fields={"body": "field_wrong_type"})


def refuse(error: ValidationError) -> NoReturn:
    """Say which fields do not fit and why. Raises Invalid."""
    fields: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        name = ".".join(str(part) for part in problem["loc"]) or "body"
        fields.setdefault(name[:100], _code(name, problem["type"]))
    raise Invalid("invalid", fields=fields)


def _code(name: str, kind: str) -> str:
    if kind in CODES:
        return CODES[kind]
    return "quantity_invalid" if name == "quantity" else "field_wrong_type"


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two members of one name mean different things to different readers."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is named twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")

"""The OpenAPI 3.1 document, made of the calls themselves, and a page to read it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, current_app, render_template, url_for
from flask_openapi3.models import APISpec
from flask_openapi3.models.components import Components
from flask_openapi3.models.info import Info
from flask_openapi3.models.schema import Schema
from flask_openapi3.models.server import Server

from app.blueprints.api.answers import Problem
from app.blueprints.api.entry import bp as calls
from app.blueprints.api.repeats import HEADER
from app.services.idempotency import LONGEST_KEY

VERSION = "1.0.0"
SCRIPT = ("templates", "scalar", "js", "scalar.standalone.js")
# The reader's script writes styles into the page; nothing it does leaves this host.
READER_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
READER = {  # nothing that calls another host
    "withDefaultFonts": False, "telemetry": False, "hideClientButton": True,
    "showDeveloperTools": "never", "agent": {"disabled": True},
    "mcp": {"disabled": True},
}
KEY = {
    "name": HEADER, "in": "header", "required": False,
    "description": "The same key and body within 24 hours get the same answer; the key with"
                   " another body is refused (422).",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}

bp = Blueprint("api_docs", __name__, url_prefix="/api/v1")


@bp.get("/openapi.json")
def read_document() -> Response:
    """The whole document."""
    return public(Response(current_app.json.dumps(document()), mimetype="application/json"))


@bp.get("/docs")
def read_docs() -> Response:
    """The document as a page."""
    response = Response(render_template(
        "api/docs.html", document=url_for("api_docs.read_document"),
        script=url_for("api_docs.read_script"), reader=READER,
    ))
    response.headers["Content-Security-Policy"] = READER_CSP
    return public(response)


@bp.get("/docs/reader.js")
def read_script() -> Response:
    """The page's one script, from this host."""
    return public(Response(script(), mimetype="text/javascript"))


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1; every call of the blueprint is in it because it is made of them."""
    schemas = {**calls.components_schemas, "Problem": Schema(**Problem.model_json_schema())}
    spec = APISpec(
        openapi="3.1.0", info=Info(
            title="Shop API", version=VERSION,
            description="Amounts are whole minor units with their currency; times are RFC 3339"
                        " in UTC; errors are RFC 9457 problem documents.",
        ),
        servers=[Server(url="/")], paths=calls.paths, tags=calls.tags,
        components=Components(schemas=schemas),
    ).model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)
    for path in spec["paths"].values():
        for method, call in path.items():
            parameters = [_plain(one) for one in call.get("parameters", ())]
            call["parameters"] = [*parameters, KEY] if method == "post" else parameters
    return spec


def _plain(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out is not null in an address: it is only not there."""
    schema = parameter["schema"]
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if not kinds:
        return parameter
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    return {**parameter, "schema": {**kinds[0], **rest}}


@cache
def script() -> bytes:
    """The reader's script out of its package."""
    return files("flask_openapi3_scalar").joinpath(*SCRIPT).read_bytes()


def public(response: Response) -> Response:
    """The same for everybody until the shop is updated."""
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response

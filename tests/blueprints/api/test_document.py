"""Routes, OpenAPI document and docs/api.md are the same list."""

from __future__ import annotations

import json
import re

from flask import Flask
from flask.testing import FlaskClient

from app.blueprints.api import asked
from app.config import ROOT
from tests.blueprints.api.calls import BASE

API_MD = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
ABOUT_THE_API = {f"{BASE}/openapi.json", f"{BASE}/docs", f"{BASE}/docs/reader.js"}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, re.sub(r"<(?:[^<:]+:)?([^>]+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules() if rule.rule.startswith(f"{BASE}/")
        for method in (rule.methods or set()) & METHODS
    }


def test_the_document_is_the_routes(shop: Flask, client: FlaskClient) -> None:
    document = client.get(f"{BASE}/openapi.json").json
    told = {(method.upper(), path) for path, calls in document["paths"].items()
            for method in calls}
    assert document["openapi"] == "3.1.0"
    assert told == {(m, path) for m, path in routes(shop) if path not in ABOUT_THE_API}
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            assert call["summary"].endswith("."), path
            names = [one["name"] for one in call.get("parameters", ())]
            assert ("Idempotency-Key" in names) == (method == "post"), path


def test_every_reference_of_the_document_leads_somewhere(client: FlaskClient) -> None:
    document = client.get(f"{BASE}/openapi.json").json
    wanted = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert wanted <= document["components"]["schemas"].keys()


def test_the_page_is_the_routes(shop: Flask) -> None:
    told = set(re.findall(r"^### `([A-Z]+) (\S+)`$", API_MD, flags=re.MULTILINE))
    assert told == {(m, path) for m, path in routes(shop) if path not in ABOUT_THE_API}


EXAMPLES = [
    ("POST /api/v1/carts", asked.NewCart), ("POST /api/v1/carts/{id}/lines", asked.NewLine),
    ("PATCH /api/v1/carts/{id}/lines/{line}", asked.LineChange),
    ("POST /api/v1/carts/{id}/coupons", asked.CouponBody),
    ("PUT /api/v1/carts/{id}/address", asked.AddressBody),
    ("PUT /api/v1/carts/{id}/shipping-option", asked.DeliveryChoice),
    ("PUT /api/v1/carts/{id}/payment-method", asked.MethodChoice),
    ("POST /api/v1/carts/{id}/orders", asked.NewOrder),
    ("POST /api/v1/orders/{token}/payments", asked.MethodChoice),
]


def test_examples_of_bodies_are_taken() -> None:
    for heading, body in EXAMPLES:
        section = API_MD.split(f"### `{heading}`\n")[1]
        example = re.search(r"```json\n(.*?)```", section, flags=re.DOTALL)
        assert example is not None, heading
        body.model_validate(json.loads(example[1]))


def test_every_example_is_json() -> None:
    for example in re.findall(r"```json\n(.*?)```", API_MD, flags=re.DOTALL):
        json.loads(example)


def test_the_docs_page_asks_no_other_host(client: FlaskClient) -> None:
    page = client.get(f"{BASE}/docs")
    assert page.status_code == 200 and "unsafe-eval" not in page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page.text)
    script = client.get(re.search(r'<script src="([^"]+)"', page.text)[1])
    assert script.status_code == 200 and len(script.data) > 1_000_000

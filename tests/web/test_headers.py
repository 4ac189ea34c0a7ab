"""Headers every answer has, and requests another site has made a browser send."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from tests.conftest import settings_for

PAGES = ("/en-de/", "/en-de/p/tea", "/en-de/cart", "/en-de/nothing-here", "/healthz",
         "/api/v1/markets", "/robots.txt")


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_hardened(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]
    assert headers["X-Request-Id"]
    assert headers["Cache-Control"]
    assert "Strict-Transport-Security" not in headers


def test_https_brings_hsts(shop: Flask, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'home' / 'shop.db'}"
    app = create_app(settings_for(tmp_path / "home", database_url=url,
                                  base_url="https://shop.example"))

    assert "max-age=63072000" in app.test_client().get("/healthz").headers[
        "Strict-Transport-Security"]


@pytest.mark.parametrize(("headers", "status"), [
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "http://["}, 403),
    ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 303),
    ({}, 303),
])
def test_writes_of_other_sites_are_refused(
    client: FlaskClient, headers: dict[str, str], status: int,
) -> None:
    answer = client.post("/en-de/cart/lines", data={"sku": "TEA", "quantity": "1"},
                         headers=headers)

    assert answer.status_code == status


def test_the_api_and_webhooks_use_no_cookies_and_are_open(client: FlaskClient) -> None:
    answer = client.post("/api/v1/carts", json={"market": "de", "language": "en"},
                         headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 201
    assert "Set-Cookie" not in answer.headers


def test_public_pages_set_no_cookie_and_private_ones_are_not_stored(client: FlaskClient) -> None:
    for path in ("/en-de/", "/en-de/p/tea", "/en-de/c/table"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"].startswith("public")
        assert answer.headers["ETag"].startswith('W/"')
    for path in ("/en-de/cart", "/en-de/search?q=tea"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store"

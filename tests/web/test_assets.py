"""Static files: hashed names, kept for ever, compressed; hints for what to fetch early."""

from __future__ import annotations

import gzip
import json
import re

import brotli
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from app.web.assets import FOREVER, mime_of
from app.web.preloads import _picture


def test_every_file_a_page_names_is_there_and_kept_for_ever(client: FlaskClient) -> None:
    page = client.get("/en-de/").text

    names = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert names
    for name in names:
        answer = client.get(name)
        assert answer.status_code == 200, name
        assert answer.headers["Cache-Control"] == FOREVER
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", name)


def test_the_stylesheet_comes_in_brotli_or_gzip(client: FlaskClient, app: Flask) -> None:
    url = app.extensions["assets"].url("shop.css")
    plain = client.get(url)
    in_brotli = client.get(url, headers={"Accept-Encoding": "gzip, deflate, br"})
    in_gzip = client.get(url, headers={"Accept-Encoding": "gzip"})

    assert brotli.decompress(in_brotli.data) == gzip.decompress(in_gzip.data) == plain.data
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_an_address_without_its_hash_is_no_file(client: FlaskClient) -> None:
    assert client.get("/static/shop.css").status_code == 404


def test_styles_and_script_stay_small(app: Flask) -> None:
    """The budgets of frontend.md P2."""
    assets = app.extensions["assets"]
    weight = {name: len(gzip.compress(body, 9)) for name, body in assets.files.items()}

    css = weight[assets.url("shop.css").removeprefix("/static/")]
    scripts = sum(size for name, size in weight.items()
                  if name.endswith(".js") and not name.startswith("styleguide"))
    assert css <= 20 * 1024
    assert scripts <= 30 * 1024


def test_speculation_rules_are_a_file_of_their_own_type(client: FlaskClient) -> None:
    header = client.get("/en-de/").headers["Speculation-Rules"]
    answer = client.get(header.strip('"'))

    assert answer.content_type == "application/speculationrules+json"
    rule = json.loads(answer.data)["prefetch"][0]
    assert rule["eagerness"] == "moderate"
    assert mime_of("shop.0123456789ab.css") == "text/css"


@pytest.mark.parametrize("path", ["/en-de/cart", "/en-de/checkout", "/en-de/withdrawal"])
def test_a_prefetch_never_reaches_pages_that_change_something(
    client: FlaskClient, path: str,
) -> None:
    answer = client.get(path, headers={"Sec-Purpose": "prefetch"})

    assert answer.status_code == 503
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_prefetch_gets_public_pages(client: FlaskClient) -> None:
    for path in ("/en-de/", "/en-de/p/tea", "/en-de/c/table"):
        assert client.get(path, headers={"Sec-Purpose": "prefetch;anonymous-client-ip"}
                          ).status_code == 200


def test_pages_preload_their_stylesheet_and_fragments_nothing(client: FlaskClient) -> None:
    page = client.get("/en-de/p/tea")
    fragment = client.get("/en-de/p/tea", headers={"HX-Request": "true"})

    assert "rel=preload; as=style" in page.headers["Link"]
    assert "Link" not in fragment.headers


def test_the_largest_picture_is_preloaded_as_the_page_asks_for_it() -> None:
    page = """<picture><source type="image/webp" srcset="/media/low.webp 96w" sizes="80px">
        <img src="/media/low.jpg" loading="lazy"></picture>
        <picture class="hero">
        <source type="image/avif" srcset="/media/a.avif 480w, /media/b.avif 960w" sizes="50vw">
        <source type="image/webp" srcset="/media/a.webp 480w" sizes="100vw">
        <img src="/media/a.jpg" alt="" width="4" height="3" fetchpriority="high"></picture>"""

    assert _picture(Response(page)) == (
        '</media/a.jpg>; rel=preload; as=image; fetchpriority=high; type="image/avif"; '
        'imagesrcset="/media/a.avif 480w, /media/b.avif 960w"; '
        'imagesizes="50vw"'
    )
    assert _picture(Response("<p>no picture</p>")) == ""


def test_a_header_is_never_made_of_anything_odd() -> None:
    page = '<picture><img src="/media/a;b.jpg" alt="" fetchpriority="high"></picture>'

    assert _picture(Response(page)) == ""

"""Every public page as text: language, one heading, its kin, budgets, nothing inline."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.extensions import db
from tests.page_reading import Reading

PREFIXES = ("en-us", "de-de", "fr-fr", "es-es", "ja-jp", "zh-hans-sg", "ar-ae")
PAGES = ("/", "/p/cup", "/p/tea", "/search?q=cup", "/search?q=qqxxzz", "/cart", "/locale",
         "/consent", "/withdrawal", "/no-such-page")
HTML_BYTES, CSS_BYTES, SCRIPT_BYTES, FONT_BYTES = 15 * 1024, 20 * 1024, 30 * 1024, 100 * 1024
QUERIES = 6  # of a public page that is not in any cache, whatever it shows


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_page_says_its_language_has_one_heading_and_nothing_inline(
    client: FlaskClient, prefix: str
) -> None:
    for path in (*PAGES, category_of(client, prefix)):
        page = Reading(client.get(f"/{prefix}{path}", follow_redirects=True).text)
        html = page.root

        assert html.get("lang", "").lower().startswith(prefix.rpartition("-")[0]), path
        assert html.get("dir") == ("rtl" if prefix.startswith("ar") else "ltr"), path
        assert len(page.all("h1")) == 1, path
        assert not page.inline, path
        assert not page.bare_pictures, path
        assert len(gzip.compress(page.html.encode())) <= HTML_BYTES, path


def test_kin_in_other_languages_name_each_other_and_themselves(client: FlaskClient) -> None:
    for path in ("/", "/p/cup", category_of(client, "en-de")):
        here = Reading(client.get(f"/en-de{path}").text)
        kin = here.alternates

        assert "x-default" in kin and here.canonical in kin.values(), path
        for tag in sorted(kin)[::17]:
            other = Reading(client.get(urlsplit(kin[tag]).path).text)
            assert other.canonical == kin[tag]
            assert other.alternates == kin, (path, tag)


def test_pages_that_are_nobody_elses_business_have_no_kin(client: FlaskClient) -> None:
    for path in ("/cart", "/no-such-page"):
        page = Reading(client.get(f"/en-de{path}").text)

        assert not page.alternates, path
        robots = [meta.get("content", "") for meta in page.all("meta")
                  if meta.get("name") == "robots"]
        assert robots and "noindex" in robots[0], path


def test_styles_scripts_and_fonts_keep_their_budgets(client: FlaskClient) -> None:
    page = Reading(client.get("/en-de/").text)
    css = sent(client, *[link.get("href", "") for link in page.all("link")
                         if link.get("rel") == "stylesheet"])
    scripts = [script.get("src", "") for script in page.all("script") if script.get("src")]
    fonts = [link.get("href", "") for link in page.all("link") if link.get("as") == "font"]

    assert css <= CSS_BYTES
    assert sent(client, *scripts) <= SCRIPT_BYTES
    assert len(fonts) <= 2 and sent(client, *fonts) <= FONT_BYTES
    assert all("defer" in script.keys() or script.get("type") == "module"  # noqa: SIM118 - Element
               for script in page.all("script") if script.get("src"))
    assert all(url.startswith("/") for url in scripts + fonts)


@pytest.mark.parametrize("prefix", ["ja-jp", "zh-hans-sg"])
def test_east_asian_pages_load_no_font(client: FlaskClient, prefix: str) -> None:
    page = Reading(client.get(f"/{prefix}/").text)

    assert not [link for link in page.all("link") if link.get("as") == "font"]


def test_a_public_page_asks_the_database_a_handful_of_times(shop: Flask) -> None:
    client = shop.test_client()
    for path in ("/", "/p/cup", "/search?q=cup", category_of(client, "en-de")):
        client.get(f"/en-de{path}")
        with counted() as asked:
            assert client.get(f"/en-de{path}").status_code == 200
        assert len(asked) <= QUERIES, (path, asked)


def category_of(client: FlaskClient, prefix: str) -> str:
    """The path of the first category a product page links to, without its prefix."""
    product = client.get(f"/{prefix}/p/cup", follow_redirects=True).text
    paths = sorted(Reading(product).paths)
    found = next(path for path in paths if "/c/" in path)
    return found.removeprefix(f"/{prefix}")


def sent(client: FlaskClient, *urls: str) -> int:
    """Bytes of these files as they travel: compressed where that helps."""
    return sum(len(client.get(url, headers={"Accept-Encoding": "gzip"}).data) for url in urls)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)

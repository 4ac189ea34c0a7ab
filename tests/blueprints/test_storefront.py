"""Home, category, product, slip and pages over HTTP, as a shopper and a crawler see them."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.extensions import db, transaction
from app.models.catalogue import Product
from app.models.content import Block, MenuItem, Page
from app.models.translation import OldSlug, PageText
from app.services import markets
from app.services.catalogue import editing
from app.services.outbox import log
from app.services.prices import setting
from tests import world
from tests.services.test_catalogue_reading import counted, mug
from tests.world import BOOK, CAST, LAMP, TEA

HTMX = {"HX-Request": "true"}


def read(client: FlaskClient, path: str, **headers: str) -> str:
    """The body of a page that is there, parsed strictly."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, (path, answer.status)
    if not headers:
        html5lib.HTMLParser(strict=True).parse(answer.text)
    return answer.text


def schemas(html: str) -> dict[str, Any]:
    """JSON-LD of a page by type."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return {one["@type"]: one for one in map(json.loads, found)}


@pytest.fixture
def mugs(shop: Flask) -> None:
    """A mug of two options, in English only."""
    editing.publish_all([editing.upsert_product(mug()).product_id])


@pytest.fixture
def pages(shop: Flask) -> None:
    """A page in two languages, and a home page of three blocks."""
    with transaction() as session:
        about, home = Page(code="about", in_footer="shop"), Page(code="home")
        session.add_all([about, home])
        session.flush()
        session.add_all([
            PageText(page_id=about.id, language="en", title="About", slug="about-us", body="# Hi"),
            PageText(page_id=about.id, language="de", title="Über uns", slug="über-uns",
                     body="Ja."),
            OldSlug(kind="page", subject_id=about.id, language="en", slug="who-we-are"),
            Block(page_id=home.id, position=1, kind="hero", content={
                "title": {"en": "Good things travel"},
                "actions": [{"label": {"en": "Shop"}, "to": {"kind": "category", "code": "table"}}],
            }, markets=[]),
            Block(page_id=home.id, position=2, kind="products", content={
                "title": {"en": "For the table"}, "query": "category", "category": "table",
            }, markets=[]),
            Block(page_id=home.id, position=3, kind="products", content={
                "title": {"en": "Lower for now"}, "query": "offers"}, markets=[]),
            MenuItem(position=1, kind="category", subject_id=1, label={}),
        ])
        log.emit("page", about.id)
        log.emit("menu")


# Home

def test_home_is_made_of_blocks_and_leaves_empty_ones_out(client: FlaskClient, pages: None) -> None:
    html = read(client, "/en-de/")

    assert html.count("<h1") == 1
    assert "Good things travel" in html
    assert "For the table" in html
    assert html.count('class="card') >= 4
    assert "Lower for now" not in html  # nothing is reduced


def test_home_says_who_we_are_and_how_to_search(client: FlaskClient, pages: None) -> None:
    found = schemas(read(client, "/en-de/"))

    assert found["Organization"]["url"] == "http://localhost/en-de/"
    assert "q={search_term_string}" in found["WebSite"]["potentialAction"]["target"]["urlTemplate"]


def test_a_text_in_another_language_says_so(client: FlaskClient, pages: None) -> None:
    html = read(client, "/fr-fr/")

    assert '<html lang="fr-FR"' in html
    assert '<span lang="en" dir="ltr">Good things travel</span>' in html


# Category

def test_a_category_counts_lists_and_prices(client: FlaskClient) -> None:
    html = read(client, "/en-de/c/table")

    assert re.search(rf'role="status">\s*{len(CAST)} products', html)
    assert html.count("<article") == len(CAST)
    assert 'value="1999" data-currency="EUR"' in html
    assert "All prices incl. VAT, plus delivery" in html
    assert schemas(html)["ItemList"]["numberOfItems"] == len(CAST)


def test_a_filtered_list_has_chips_and_is_not_indexed(client: FlaskClient, mugs: None) -> None:
    html = read(client, "/en-de/c/table?colour=red")

    assert '<meta name="robots" content="noindex, follow">' in html
    assert "Colour: Red" in html
    assert 'href="/en-de/c/table" ' not in html.split("chips")[0]
    assert 'rel="canonical" href="http://localhost/en-de/c/table"' in html


def test_a_choice_of_filters_swaps_the_list_and_tidies_the_address(
    client: FlaskClient, mugs: None,
) -> None:
    answer = client.get("/en-de/c/table?colour=red&price_min=1&price_max=9999", headers=HTMX)

    assert answer.headers["HX-Push-Url"] == "/en-de/c/table?colour=red"
    assert answer.text.lstrip().startswith('<div class="listing" id="listing">')
    assert "HX-Request" in answer.headers["Vary"]


def test_the_fragment_is_the_page_s_own_list(client: FlaskClient) -> None:
    fragment = client.get("/en-de/c/table", headers=HTMX).text

    assert fragment.strip() in read(client, "/en-de/c/table")


def test_load_more_brings_the_next_cards(client: FlaskClient, shop: Flask) -> None:
    drafts = [mug(f"mug{number}") for number in range(24)]
    editing.publish_all([one.product_id for one in editing.upsert_products(drafts)])

    first = read(client, "/en-de/c/table")
    more = client.get("/en-de/c/table?page=2", headers=HTMX).text

    assert first.count("<article") == 24
    assert 'href="/en-de/c/table?page=2"' in first
    assert more.count("<article") == len(CAST)
    assert "<html" not in more
    assert "Load more" not in more


def test_page_two_is_canonical_to_itself_and_the_one_behind_the_last_is_missing(
    client: FlaskClient, shop: Flask,
) -> None:
    drafts = [mug(f"mug{number}") for number in range(24)]
    editing.publish_all([one.product_id for one in editing.upsert_products(drafts)])

    html = read(client, "/en-de/c/table?page=2")

    assert 'rel="canonical" href="http://localhost/en-de/c/table?page=2"' in html
    assert client.get("/en-de/c/table?page=3").status_code == 404


def test_load_more_leaves_an_address_that_shows_as_many_again(
    client: FlaskClient, shop: Flask,
) -> None:
    drafts = [mug(f"mug{number}") for number in range(24)]
    editing.publish_all([one.product_id for one in editing.upsert_products(drafts)])

    first = read(client, "/en-de/c/table")
    more = client.get("/en-de/c/table?page=2&since=1", headers=HTMX)
    again = read(client, "/en-de/c/table?page=2&since=1")

    assert 'data-hx-get="/en-de/c/table?page=2&amp;since=1"' in first
    assert more.headers["HX-Replace-Url"] == "/en-de/c/table?page=2&since=1"
    assert "HX-Push-Url" not in more.headers
    assert more.text.count("<article") + first.count("<article") == again.count("<article")
    assert '<meta name="robots" content="noindex, follow">' in again


@pytest.mark.parametrize(("path", "to"), [
    ("/de-de/c/table", "/de-de/c/tisch"), ("/de-de/p/tea?sku=TEA", "/de-de/p/tee?sku=TEA"),
    ("/en-us/p/tee", "/en-us/p/tea"),
])
def test_a_slug_of_another_language_leads_to_the_reader_s_own(
    client: FlaskClient, path: str, to: str,
) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.location) == (301, to)


@pytest.mark.parametrize("path", ["/en-de/c/nothing", "/en-de/p/nothing", "/en-de/nothing"])
def test_what_is_not_there_is_404(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_hreflang_names_every_market_s_language_both_ways(client: FlaskClient) -> None:
    english, german = read(client, "/en-us/p/tea"), read(client, "/de-de/p/tee")

    for html in (english, german):
        assert 'hreflang="de-DE" href="http://localhost/de-de/p/tee"' in html
        assert 'hreflang="en-US" href="http://localhost/en-us/p/tea"' in html
        assert 'hreflang="x-default" href="http://localhost/en-row/p/tea"' in html
        assert 'hreflang="fr-FR"' not in html  # has no French words


# Product

@pytest.mark.parametrize(("path", "words"), [
    ("/en-de/p/tea", "incl. 7 % VAT"), ("/en-us/p/tea", "Sales tax calculated at checkout"),
    ("/en-jp/p/tea", "tax included"),
])
def test_a_price_says_its_tax_as_the_market_wants_it(
    client: FlaskClient, path: str, words: str,
) -> None:
    html = read(client, path).replace("\N{NO-BREAK SPACE}", " ")

    assert words in html


def test_structured_data_says_what_the_page_says(client: FlaskClient) -> None:
    html = read(client, "/en-de/p/tea")
    product = schemas(html)["Product"]

    assert product["offers"]["price"] == "19.99"
    assert product["offers"]["priceCurrency"] == "EUR"
    assert product["offers"]["availability"].endswith("/InStock")
    assert product["sku"] == "TEA"
    assert 'value="1999" data-currency="EUR"' in html


def test_choosing_a_variant_changes_price_sku_and_address(client: FlaskClient, mugs: None) -> None:
    answer = client.get("/en-de/p/mug?sku=MUG-RED-S&colour=red&size=l", headers=HTMX)

    assert answer.headers["HX-Push-Url"] == "/en-de/p/mug?sku=MUG-RED-L"
    assert 'name="sku" value="MUG-RED-L"' in answer.text
    assert 'value="1200" data-currency="EUR"' in answer.text
    assert "<html" not in answer.text


def test_variants_are_chosen_by_a_plain_form_too(client: FlaskClient, mugs: None) -> None:
    html = read(client, "/en-de/p/mug")

    assert '<form id="choices" method="get" action="/en-de/p/mug"' in html
    assert "Colour: <b>Red</b>" in html
    assert "<small>Sold out</small>" in html
    assert "This text is shown in" not in html


def test_a_sold_out_article_cannot_be_bought_and_says_so(client: FlaskClient) -> None:
    html = read(client, f"/en-de/p/{LAMP.code}")

    assert "Sold out" in html
    assert 'id="buy" method="post"' not in html
    assert schemas(html)["Product"]["offers"]["availability"].endswith("/OutOfStock")


def test_the_last_piece_is_a_true_number(client: FlaskClient) -> None:
    assert "only 1 left" in read(client, "/en-de/p/vase")


def test_a_reduction_is_struck_from_the_30_day_low(client: FlaskClient, shop: Flask) -> None:
    setting.set_price(world.variant_id(TEA), "base", "EUR", 1500, 3000, author="test")

    html = read(client, "/en-de/p/tea")

    assert '<s><data value="1999"' in html
    assert "Struck price: the lowest of the last 30 days" in html
    assert 'value="3000"' not in html


def test_the_page_in_a_language_without_words_says_which_it_shows(client: FlaskClient) -> None:
    html = read(client, "/ja-jp/p/tea")

    assert '<span lang="en" dir="ltr">Tea</span>' in html
    assert "English" in html


# Slip

def test_the_slip_shows_goods_delivery_tax_and_total(client: FlaskClient) -> None:
    html = read(client, "/en-de/p/book")

    assert f'value="{BOOK.cents}" data-currency="EUR" data-quote="goods"' in html
    assert 'data-quote="tax-included"' in html
    assert "At your door, about" in html
    assert '<time datetime="' in html


def test_the_slip_of_another_country_is_a_fragment_or_a_plain_page(client: FlaskClient) -> None:
    fragment = client.get("/en-de/p/book/slip?sku=BOOK&to=US", headers=HTMX)
    page = read(client, "/en-de/p/book?to=US")
    plain = client.get("/en-de/p/book/slip?sku=BOOK&to=US")

    assert fragment.text.lstrip().startswith("<section")
    assert "One piece to United States" in fragment.text
    assert "One piece to United States" in page
    assert (plain.status_code, plain.location) == (303, "/en-de/p/book?sku=BOOK&to=US")


def test_the_slip_adds_up(client: FlaskClient) -> None:
    html = client.get("/en-us/p/cup/slip?sku=CUP&to=US", headers=HTMX).text
    rows = {key: Decimal(value) for value, key in re.findall(
        r'<data value="(-?\d+)" data-currency="USD" data-quote="([a-z-]+)"', html)}
    total = rows.pop("total", None) or rows.pop("landed")

    assert sum(rows.values()) == total


# Pages

def test_a_page_is_shown_in_its_language_with_the_way_back(
    client: FlaskClient, pages: None,
) -> None:
    html = read(client, "/en-de/about-us")

    assert "<h1>About</h1>" in html
    assert "<h2>Hi</h2>" in html
    assert schemas(html)["BreadcrumbList"]["itemListElement"][1]["name"] == "About"
    assert client.get("/en-de/who-we-are").location == "/en-de/about-us"
    assert client.get("/en-de/%C3%BCber-uns").location == "/en-de/about-us"


# Caches

@pytest.mark.parametrize("path", ["/en-de/", "/en-de/c/table", "/en-de/p/tea", "/en-de/about-us"])
def test_public_pages_are_public_and_set_no_cookie(
    client: FlaskClient, pages: None, path: str,
) -> None:
    client.set_cookie("cart", "x" * 43)
    answer = client.get(path)

    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"].startswith("public")


@pytest.mark.parametrize("path", ["/en-de/", "/en-de/c/table", "/en-de/p/tea", "/en-us/p/tea"])
def test_a_page_takes_at_most_six_statements(
    client: FlaskClient, pages: None, path: str,
) -> None:
    read(client, path)
    read(client, f"{path}?warm=1")
    with counted() as seen:
        read(client, f"{path}?counted=1")

    assert len(seen) <= 6, "\n".join(seen)


def test_a_product_hidden_in_a_market_is_not_shown_there(client: FlaskClient, shop: Flask) -> None:
    german = markets.find("de")
    code = db.session.scalars(select(Product.code).where(Product.code == TEA.code)).one()

    assert code not in german.hidden_products
    with transaction() as session:
        row = session.get(markets.Market, "de")
        assert row is not None
        row.hidden_products = [code]
        log.emit("market", "de")

    assert client.get("/en-de/p/tea").status_code == 404
    assert "/en-de/p/tea" not in read(client, "/en-de/c/table")
    assert client.get("/en-us/p/tea").status_code == 200

"""The page cache: what is kept, for whom, until when, and what comes back when nothing works."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from app import create_app
from app.extensions import db, transaction
from app.kernel import clock
from app.services.outbox import log
from app.services.rates import book
from app.web import pagecache, pagekeys
from app.web.caching import public
from app.web.pagestore import Doorkeeper, Entry, Store
from tests.conftest import settings_for

TEA = "/en-de/p/tea"


@pytest.fixture
def kept(shop: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The world's shop with its page cache on, and two pages that count how often they are made."""
    url = f"sqlite:///{tmp_path / 'home' / 'shop.db'}"
    app = create_app(settings_for(tmp_path / "home", database_url=url, cache_megabytes=4))
    made: dict[str, int] = {"page": 0}
    app.extensions["made"] = made

    @app.get("/<prefix>/made/<slug>")
    def page(prefix: str, slug: str) -> Response:
        made["page"] += 1
        if made.get("broken"):
            raise OperationalError("SELECT 1", {}, Exception("gone"))
        if "wait" in made:
            app.extensions["gate"].wait(5)
        text = f"<p>{slug} {made['page']}</p>" + "x" * 2000
        return public(Response(text, mimetype="text/html"), app.extensions.get("until"))

    @app.get("/<prefix>/mine/own")
    def own(prefix: str) -> Response:
        made["page"] += 1
        return Response("<p>mine</p>" + "y" * 2000, mimetype="text/html")

    with app.app_context():
        book.forget()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def ask(kept: Flask) -> FlaskClient:
    """A client of the shop whose page cache is on."""
    return kept.test_client()


def test_a_public_page_is_made_once_and_then_comes_from_the_store(ask: FlaskClient) -> None:
    first, second = ask.get(TEA), ask.get(TEA)

    assert first.headers["X-Cache"] == "miss"
    assert second.headers["X-Cache"] == "hit"
    assert second.data == first.data
    assert second.headers["Age"] == "0"
    assert second.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert "X-Tradewind-Until" not in second.headers
    assert {"Cookie", "HX-Request", "HX-Request-Type", "Accept-Encoding"} <= set(
        second.headers["Vary"].split(", "))


def test_what_is_kept_names_the_same_security_headers(ask: FlaskClient) -> None:
    first, second = ask.get(TEA), ask.get(TEA)

    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert second.headers["Cache-Control"] == first.headers["Cache-Control"]


def test_a_change_anywhere_on_this_host_is_seen_at_once(kept: Flask, ask: FlaskClient) -> None:
    ask.get("/en-de/made/a")
    with transaction():
        log.emit("price", 1)

    assert ask.get("/en-de/made/a").headers["X-Cache"] == "miss"
    assert ask.get("/en-de/made/a").headers["X-Cache"] == "hit"
    assert kept.extensions["made"]["page"] == 2


def test_a_page_ends_with_its_schedule_and_proxies_are_told(
    kept: Flask, ask: FlaskClient,
) -> None:
    kept.extensions["until"] = clock.now() + timedelta(seconds=30)
    first = ask.get("/en-de/made/a")
    kept.extensions["until"] = clock.now() - timedelta(seconds=1)
    over = ask.get("/en-de/made/b")

    assert "s-maxage=29" in first.headers["Cache-Control"]
    assert "stale-while-revalidate" not in first.headers["Cache-Control"]
    assert "s-maxage=0" in over.headers["Cache-Control"]
    assert ask.get("/en-de/made/b").headers["X-Cache"] == "miss"


def test_each_encoding_says_the_same(ask: FlaskClient) -> None:
    plain = ask.get(TEA).data
    in_brotli = ask.get(TEA, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    in_gzip = ask.get(TEA, headers={"Accept-Encoding": "gzip"})
    refused = ask.get(TEA, headers={"Accept-Encoding": "br;q=0, identity"})

    assert in_brotli.headers["Content-Encoding"] == "br"
    assert brotli.decompress(in_brotli.data) == plain
    assert gzip.decompress(in_gzip.data) == plain
    assert refused.data == plain
    assert in_brotli.headers["ETag"] == in_gzip.headers["ETag"]


def test_who_has_the_page_gets_304(ask: FlaskClient) -> None:
    etag = ask.get(TEA).headers["ETag"]

    again = ask.get(TEA, headers={"If-None-Match": f'"other", {etag}'})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == etag
    assert ask.get(TEA, headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_has_the_headers_of_get_and_no_body(ask: FlaskClient) -> None:
    for state in ("miss", "hit"):
        head = ask.head(TEA)
        assert (head.headers["X-Cache"], head.data) == (state, b"")
    assert head.headers["Content-Length"] == ask.get(TEA).headers["Content-Length"]


def test_currencies_have_pages_of_their_own(ask: FlaskClient) -> None:
    euro = ask.get(TEA).text
    ask.set_cookie("currency", "USD")
    dollar = ask.get(TEA)

    assert dollar.headers["X-Cache"] == "miss"
    assert dollar.text != euro
    assert dollar.headers["Cache-Control"] == "private, no-cache"
    assert ask.get(TEA).text == dollar.text
    ask.delete_cookie("currency")
    again = ask.get(TEA)
    assert (again.headers["X-Cache"], again.text) == ("hit", euro)
    assert again.headers["Cache-Control"].startswith("public")


def test_invented_currencies_share_one_page(kept: Flask, ask: FlaskClient) -> None:
    for code in ("XXA", "XXB", "XXC"):
        ask.set_cookie("currency", code)
        ask.get(TEA)

    assert len(kept.extensions["page_cache"].store) == 1


def test_no_choice_of_country_shows_on_a_shared_page(ask: FlaskClient) -> None:
    ask.set_cookie("country", "FR")
    shown = ask.get("/en-eu/p/tea").text
    ask.delete_cookie("country")

    again = ask.get("/en-eu/p/tea")
    assert (again.headers["X-Cache"], again.text) == ("hit", shown)


def test_fragments_and_pages_are_told_apart(ask: FlaskClient) -> None:
    page = ask.get(TEA).text
    fragment = ask.get(TEA, headers={"HX-Request": "true"}).text
    boosted = ask.get(TEA, headers={"HX-Request": "true", "HX-Boosted": "true"})

    assert "<html" in page and "<html" not in fragment
    assert (boosted.text, boosted.headers["X-Cache"]) == (page, "hit")


def test_campaigns_meet_the_kept_page_and_leave_no_trace_in_it(ask: FlaskClient) -> None:
    first = ask.get(f"{TEA}?utm_source=mail&mc_eid=person17&gclid=x")
    second = ask.get(f"{TEA}?fbclid=other")

    assert "person17" not in first.text
    assert second.headers["X-Cache"] == "hit"


def test_the_order_of_parameters_does_not_matter(ask: FlaskClient) -> None:
    for _ in range(2):
        ask.get(f"{TEA}?to=FR&sku=TEA")

    assert ask.get(f"{TEA}?sku=TEA&to=FR").headers["X-Cache"] == "hit"


def test_a_query_is_kept_from_the_second_time_on(kept: Flask, ask: FlaskClient) -> None:
    for number in range(20):
        ask.get(f"/en-de/made/a?x={number}")
    assert len(kept.extensions["page_cache"].store) == 0

    states = [ask.get("/en-de/made/a?x=1").headers["X-Cache"] for _ in range(2)]
    assert states == ["miss", "hit"]


def test_an_endless_address_is_not_kept(kept: Flask, ask: FlaskClient) -> None:
    for _ in range(3):
        assert ask.get(f"/en-de/made/a?x={'1' * 2000}").status_code == 200
    assert len(kept.extensions["page_cache"].store) == 0


def test_private_pages_and_writes_pass_compressed(kept: Flask, ask: FlaskClient) -> None:
    for _ in range(2):
        answer = ask.get("/en-de/mine/own", headers={"Accept-Encoding": "gzip"})
        assert "X-Cache" not in answer.headers
    assert gzip.decompress(answer.data).startswith(b"<p>mine</p>")
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert kept.extensions["made"]["page"] == 2


def test_a_page_that_sets_a_cookie_is_never_kept(kept: Flask, ask: FlaskClient) -> None:
    @kept.after_request
    def _set(response: Response) -> Response:
        response.set_cookie("x", "1")
        return response

    for _ in range(2):
        assert "X-Cache" not in ask.get("/en-de/made/a").headers
    assert len(kept.extensions["page_cache"].store) == 0


def test_without_its_database_the_shop_shows_what_it_had(kept: Flask, ask: FlaskClient) -> None:
    good = ask.get("/en-de/made/a")
    kept.extensions["made"]["broken"] = 1
    with transaction():
        log.emit("price", 1)

    old, never_seen = ask.get("/en-de/made/a"), ask.get("/en-de/made/b")

    assert (old.status_code, old.data, old.headers["X-Cache"]) == (200, good.data, "stale")
    assert never_seen.status_code == 503
    assert int(never_seen.headers["Retry-After"]) > 0
    made = kept.extensions["made"]["page"]
    assert ask.get("/en-de/made/a").headers["X-Cache"] == "stale"
    assert kept.extensions["made"]["page"] == made, "the database is left in peace for a while"


def test_one_makes_the_page_and_the_others_wait(kept: Flask, ask: FlaskClient) -> None:
    ask.get("/en-de/made/other")  # this sort of page is known to be public now
    kept.extensions["made"]["wait"] = 1
    kept.extensions["gate"] = gate = threading.Event()
    made, found = kept.extensions["made"]["page"], []

    def look() -> None:
        found.append(kept.test_client().get("/en-de/made/hot").headers["X-Cache"])

    threads = [threading.Thread(target=look) for _ in range(5)]
    for thread in threads:
        thread.start()
    threading.Timer(0.3, gate.set).start()
    for thread in threads:
        thread.join()

    assert kept.extensions["made"]["page"] == made + 1
    assert sorted(found) == ["miss"] + ["waited"] * 4


def test_a_slow_page_is_shown_as_it_was_a_moment_ago(
    kept: Flask, ask: FlaskClient, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pagecache, "WAIT_S", 0.05)
    before = ask.get("/en-de/made/hot").data
    kept.extensions["made"]["wait"] = 1
    kept.extensions["gate"] = gate = threading.Event()
    with transaction():
        log.emit("price", 1)
    maker = threading.Thread(target=lambda: kept.test_client().get("/en-de/made/hot"))
    maker.start()
    while kept.extensions["made"]["page"] < 2:
        pass

    shown = ask.get("/en-de/made/hot")
    gate.set()
    maker.join()

    assert (shown.headers["X-Cache"], shown.data) == ("waited", before)


def test_hits_are_counted_and_have_a_request_id(ask: FlaskClient) -> None:
    ask.get(TEA)
    hit = ask.get(TEA, headers={"X-Request-Id": "abc123"})

    assert hit.headers["X-Request-Id"] == "abc123"
    assert ask.get(TEA, headers={"X-Request-Id": "a b"}).headers["X-Request-Id"] != "a b"
    assert 'tradewind_page_cache_total{state="hit"}' in ask.get("/metrics").text


def test_the_store_is_bounded_in_bytes() -> None:
    store = Store(50_000)
    for number in range(100):
        store.put(("", str(number), "", "", ""), _entry(b"x" * 1000))
    store.put(("", "huge", "", "", ""), _entry(b"x" * 2_000_000))

    assert store.size <= 50_000
    assert 0 < len(store) < 10
    assert store.get(("", "99", "", "", "")) is not None
    assert store.get(("", "0", "", "", "")) is None


def test_the_doorkeeper_forgets() -> None:
    door = Doorkeeper(size=10)
    keys: list[Any] = [("", str(number), "", "", "") for number in range(100)]

    assert not any(door.knows(key) for key in keys)
    assert door.knows(keys[-1])
    assert not door.knows(keys[0])


@pytest.mark.parametrize(("given", "tidy"), [
    ("", ""), ("a=1", "a=1"), ("utm_source=x", ""), ("utm%5Fsource=x&b=2", "b=2"),
    ("b=2&a=1&b=1", "a=1&b=2&b=1"), ("gclid=1&&page=2", "page=2"), ("fbclid", ""),
    ("identity=1", "identity=1"),
])
def test_queries_are_made_tidy(given: str, tidy: str) -> None:
    assert pagekeys.tidy_query(given) == tidy


def _entry(body: bytes) -> Entry:
    return Entry(stamp=b"", until=0, headers=[], endpoint="", etag="", seen_fresh=0,
                 is_shared=True, bodies={"br": body})

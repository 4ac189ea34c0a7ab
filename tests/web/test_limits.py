"""Rate limits: who guesses or floods is told to wait; nobody else is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from app import create_app
from app.extensions import db
from app.services.rates import book
from app.web import limits
from tests.conftest import settings_for

HERE = {"REMOTE_ADDR": "203.0.113.7"}
THERE = {"REMOTE_ADDR": "203.0.113.8"}


def _shop(tmp_path: Path, **changes: object) -> Flask:
    url = f"sqlite:///{tmp_path / 'home' / 'shop.db'}"
    return create_app(settings_for(tmp_path / "home", database_url=url, **changes))


@pytest.fixture
def strict(shop: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The world's shop with its rate limits on."""
    app = _shop(tmp_path, rate_limits=True)
    with app.app_context():
        book.forget()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def ask(strict: Flask) -> FlaskClient:
    """A client of the strict shop."""
    return strict.test_client()


def _guess(ask: FlaskClient, times: int, environ: dict[str, str] = HERE, **more: object) -> int:
    status = 0
    for number in range(times):
        status = ask.post("/en-de/cart/coupons", data={"code": f"GUESS{number}"},
                          environ_base=environ, **more).status_code
    return status


def test_guessing_coupons_ends_with_429_for_this_caller_only(ask: FlaskClient) -> None:
    assert _guess(ask, 10) != 429
    assert _guess(ask, 1) == 429
    assert _guess(ask, 1, THERE) != 429


def test_the_answer_says_how_long_to_wait_as_page_and_fragment(ask: FlaskClient) -> None:
    _guess(ask, 10)
    page = ask.post("/en-de/cart/coupons", data={"code": "X"}, environ_base=HERE)
    fragment = ask.post("/en-de/cart/coupons", data={"code": "X"}, environ_base=HERE,
                        headers={"HX-Request": "true"})

    assert page.status_code == fragment.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 60
    assert "<html" in page.text
    assert fragment.headers["HX-Retarget"] == "#notice"


def test_the_api_answers_with_a_problem_document(ask: FlaskClient) -> None:
    for _ in range(11):
        answer = ask.post("/api/v1/carts/nobody/coupons", json={"code": "X"}, environ_base=HERE)

    assert answer.status_code == 429
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None and answer.json["code"] == "too_many"
    assert int(answer.headers["Retry-After"]) > 0


def test_an_order_is_not_opened_by_trying_addresses_from_many_lines(ask: FlaskClient) -> None:
    found = [
        ask.post("/en-de/orders/sometoken/access", data={"email": "a@b.example"},
                 environ_base={"REMOTE_ADDR": f"203.0.113.{number}"}).status_code
        for number in range(21)
    ]

    assert 429 not in found[:20]
    assert found[20] == 429


def test_one_line_is_one_caller_whatever_its_ipv6_address(ask: FlaskClient) -> None:
    for number in range(10):
        _guess(ask, 1, {"REMOTE_ADDR": f"2001:db8:1:2::{number:x}"})

    assert _guess(ask, 1, {"REMOTE_ADDR": "2001:db8:1:2:ffff::1"}) == 429
    assert _guess(ask, 1, {"REMOTE_ADDR": "2001:db8:1:3::1"}) != 429


def test_this_machine_may_do_more(ask: FlaskClient) -> None:
    assert _guess(ask, 15, {"REMOTE_ADDR": "127.0.0.1"}) != 429


def test_looking_is_not_limited_like_guessing(ask: FlaskClient) -> None:
    for _ in range(30):
        assert ask.get("/en-de/search?q=tea", environ_base=HERE).status_code == 200


def test_every_limit_names_endpoints_that_exist(strict: Flask) -> None:
    known = {rule.endpoint for rule in strict.url_map.iter_rules()}
    known |= {f"{endpoint.partition('.')[0]}.*" for endpoint in known}

    for limit in limits.LIMITS:
        assert limit.endpoints <= known, limit.name


def test_it_can_be_turned_off(shop: Flask) -> None:
    assert _guess(shop.test_client(), 12) != 429


@pytest.mark.parametrize(("proxies", "told", "believed"), [
    (0, "198.51.100.1", "203.0.113.7"),
    (1, "198.51.100.1", "198.51.100.1"),
    (1, "198.51.100.66, 198.51.100.1", "198.51.100.1"),
    (2, "198.51.100.66, 198.51.100.1, 192.0.2.9", "198.51.100.1"),
])
def test_only_trusted_proxies_say_who_is_asking(
    shop: Flask, tmp_path: Path, proxies: int, told: str, believed: str,
) -> None:
    app = _shop(tmp_path, trusted_proxies=proxies)

    @app.get("/who")
    def who() -> str:
        return f"{request.remote_addr} {request.host} {request.scheme}"

    answer = app.test_client().get("/who", environ_base=HERE, headers={
        "X-Forwarded-For": told, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "ftp",
    })

    assert answer.text == f"{believed} localhost http"

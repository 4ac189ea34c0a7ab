"""No input is trusted (reliability invariants 25, 26, 30): tampered, odd and hostile requests."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from werkzeug.http import dump_cookie

from app import create_app
from app.extensions import db
from app.models.order import Order
from app.services.cart import carts
from app.services.outbox import jobs
from app.web.mails import message_of
from tests.blueprints.abuse import (
    ELSEWHERE,
    EN,
    LONG,
    MARKUP,
    ODD,
    SECRET_FIELDS,
    Visit,
    addresses,
    at,
    kept,
    place,
    review,
    sessions,
    visit,
)
from tests.blueprints.api.calls import ADDRESS, BASE, EMAIL, ready, start
from tests.blueprints.test_cart_pages import figure
from tests.conftest import settings_for
from tests.world import ADA, HIRO

CHANGES = {f"{EN}/cart/lines", f"{EN}/locale"}  # what an odd key or a switch of market may change
PAGES = ("/en-de/", "/en-de/c/table", "/en-de/p/tea", "/en-de/search?q=tea", "/en-de/cart",
         "/en-de/checkout", "/en-de/locale", "/en-de/consent", "/en-de/visitor",
         "/en-de/withdrawal", "/en-de/nothing", "/", "/api/v1/markets",
         "/api/v1/openapi.json", "/healthz", "/robots.txt", "/sitemap.xml", "/xx-yy/",
         "/en-de/orders/" + "x" * 43)
STRICT = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'",
          "frame-ancestors 'none'", "object-src 'none'", "form-action 'self'")


@pytest.fixture
def somebody(either_shop: Flask) -> Visit:
    """A visitor of the shop on either database."""
    return visit(either_shop.test_client())


class TestOdd:
    """Odd values are refused, never break the shop, never change a cart or begin a payment."""

    def test_in_every_field_of_every_form(self, somebody: Visit) -> None:
        before, broken, changed = kept(), [], []
        for path, name, value, fields in somebody.tampered():
            answer = somebody.client.post(path, data=fields)
            if answer.status_code >= 500:
                broken.append((path, name, value[:12], answer.status_code))
            if (after := kept()) != before:
                if not (path in CHANGES and name == "key") and (name, value) != ("quantity", "0"):
                    changed.append((path, name, value[:12], answer.status_code))
                before = after
        assert not broken
        assert not changed

    def test_in_every_parameter_of_every_address(self, somebody: Visit) -> None:
        before = kept()
        broken = [(pattern, value[:12]) for pattern in addresses(somebody) for value in somebody.odd
                  if somebody.client.get(at(pattern, value)).status_code >= 500]
        broken += [value[:12] for value in ODD if somebody.client.post(
            at(f"{EN}/cart/lines/{{}}", value), data={"quantity": "2"}).status_code not in {
                303, 404, 405, 422, 400}]
        assert not broken
        assert kept() == before

    def test_in_every_cookie_and_header(self, somebody: Visit, either_shop: Flask) -> None:
        stranger, broken = either_shop.test_client(use_cookies=False), []
        for name in ("cart", "session", "currency", "country", "shop", "consent"):
            for value in ("-1", "٣", LONG[:2000], "\x00" * 30, "'; DROP", "//[", "ÀÀ", "zz"):
                cookie = dump_cookie(name, value).split(";", maxsplit=1)[0]
                broken += [(path, cookie[:20]) for path in ("/", f"{EN}/cart", f"{EN}/visitor")
                           if stranger.get(path, headers={"Cookie": cookie}).status_code >= 500]
        for name in ("Accept-Language", "CF-IPCountry", "X-Request-Id", "If-None-Match",
                     "X-Validate", "HX-Request", "Range", "X-Forwarded-For", "Sec-Purpose"):
            broken += [(name, value[:12]) for value in (*ODD[:7], *ODD[11:])
                       if somebody.client.get(f"{EN}/visitor", headers={
                           name: value.encode().decode("latin-1")}).status_code >= 500]
        assert not broken


class TestTampered:
    """Price, currency, market, state and the like cannot be told from outside."""

    def test_unknown_fields_of_forms_are_ignored(self, somebody: Visit) -> None:
        client = somebody.client
        honest = figure(client.get(f"{EN}/checkout").text, "total")
        for path, fields in somebody.forms().items():
            if path not in {f"{EN}/checkout/orders", f"{EN}/locale", f"{EN}/cart/lines"}:
                client.post(path, data={**SECRET_FIELDS, **fields})
        assert figure(client.get(f"{EN}/checkout").text, "total") == honest
        place(client, "", **SECRET_FIELDS, seen_total=honest)
        order = db.session.scalars(select(Order).order_by(Order.id.desc())).first()
        assert (order.total_minor, order.currency, order.market_code, order.state) == (
            int(honest), "EUR", "de", "awaiting_payment")

    def test_what_was_not_offered_is_refused(self, somebody: Visit) -> None:
        client, before = somebody.client, kept()
        for path, fields in (
            (f"{EN}/checkout/delivery", {"option": "free"}),
            (f"{EN}/checkout/payment", {"method": "card"}),
            (f"{EN}/checkout/payment", {"method": "stripe"}),
            (f"{EN}/checkout/coupons", {"code": "HUNDRED"}),
            (f"{EN}/checkout/orders", {"seen_total": "1"}),
            (f"{EN}/checkout/orders", {"seen_total": "-1"}),
            (f"{EN}/checkout/orders", {"seen_total": ""}),
            (f"{somebody.order}/payments", {"method": "transfer"}),
        ):
            assert client.post(path, data=fields).status_code in {404, 409, 422}, (path, fields)
        assert kept() == before

    def test_more_than_was_bought_cannot_be_withdrawn_from(self, somebody: Visit) -> None:
        for text in ("3", "0", "0001999", "00011", "-1", "2.0", "٢"):
            answer = somebody.client.post(f"{somebody.order}/withdrawal", data={
                f"line-{somebody.sold}": text, "name": "Ada Lovelace", "confirmed": "1"})
            assert answer.status_code == 422, text

    def test_unknown_members_of_the_api_are_refused(self, client: FlaskClient) -> None:
        cart = ready(client)
        calls = {
            ("POST", "/carts"): {"market": "de", "language": "en"},
            ("POST", f"/carts/{cart}/lines"): {"sku": "CUP", "quantity": 1},
            ("PUT", f"/carts/{cart}/address"): ADDRESS,
            ("PUT", f"/carts/{cart}/shipping-option"): {"id": "standard"},
            ("PUT", f"/carts/{cart}/payment-method"): {"payment_method": "test"},
            ("POST", f"/carts/{cart}/coupons"): {"code": "TEN"},
            ("POST", f"/carts/{cart}/orders"): {"email": EMAIL, "payment_method": "test"},
        }
        before = kept()
        for (method, path), body in calls.items():
            for name in set(SECRET_FIELDS) - set(body):
                answer = client.open(BASE + path, method=method, json={**body, name: 1})
                assert answer.status_code == 422 and name in answer.json["fields"], (path, name)
        assert kept() == before


class TestElsewhere:
    """Unknown things are 404 in the shopper's language; nobody is sent to another host."""

    @pytest.mark.parametrize(("prefix", "words"), [
        ("de-de", "nichts"), ("en-us", "nothing"), ("fr-fr", "rien")])
    def test_unknown_things_are_not_found_in_words(self, client: FlaskClient, prefix: str,
                                                   words: str) -> None:
        for path in ("p/never-sold", "c/never-there", "never-written"):
            page = client.get(f"/{prefix}/{path}")
            assert page.status_code == 404 and words in page.text, path
            assert f'lang="{prefix[:2]}' in page.text
        assert client.get("/xx-yy/").status_code == 404
        assert client.get(f"/{prefix}/orders/{'x' * 43}").status_code == 404
        answer = client.post(f"/{prefix}/cart/lines", data={"sku": "NIE", "quantity": "1"})
        assert answer.status_code == 404 and f'lang="{prefix[:2]}' in answer.text

    @pytest.mark.parametrize("path", ["locale", "consent", "suggestion"])
    def test_no_open_redirect(self, client: FlaskClient, path: str) -> None:
        for there in ELSEWHERE:
            answer = client.post(f"{EN}/{path}", data={"choice": "no", "next": there})
            if answer.status_code == 400:
                continue
            assert answer.status_code == 303
            where = answer.headers["Location"]
            assert re.fullmatch(r"/[a-z][\w./?=&%-]*", where), (there, where)
            page = client.get(f"{EN}/{'consent' if path == 'suggestion' else path}",
                              query_string={"next": there}).text
            assert not re.search(r'(?:href|value|action)="(?!/[a-z])[^"]*evil', page), there

    def test_no_header_is_injected(self, client: FlaskClient) -> None:
        client.post(f"{EN}/cart/lines", data={"sku": "CUP", "quantity": "2"})
        evil = "Ada\r\nBcc: all@evil.example\r\n\r\nHello"
        for name in ("email", "name", "line1", "city"):
            client.post(f"{EN}/checkout/address", data={**ADA, name: evil})
        client.post(f"{EN}/checkout/address", data={**ADA, "name": evil})
        review(client, {**ADA, "name": evil})
        order = order_of(place(client, ""))
        assert "\n" not in order.address["name"] and "\n" not in order.email
        message = message_of({"order": order.id, "kind": "paid"})
        assert message is not None and "\n" not in message.subject + message.recipient


class TestCrossSite:
    """A write that another site has made a browser send is refused and changes nothing."""

    @pytest.mark.parametrize("headers", [
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"},
        {"Origin": "https://evil.example"}, {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:81"}, {"Origin": ""},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ])
    def test_refused(self, shop: Flask, headers: dict[str, str]) -> None:
        somebody = visit(shop.test_client())
        before, rows = kept(), sessions()
        for path, fields in somebody.forms().items():
            answer = somebody.client.post(path, data=fields, headers=headers)
            assert answer.status_code == 403, path
            assert not answer.headers.getlist("Set-Cookie"), path
        assert (kept(), sessions()) == (before, rows)

    @pytest.mark.parametrize("headers", [
        {}, {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"},
    ])
    def test_our_own_is_fine(self, client: FlaskClient, headers: dict[str, str]) -> None:
        answer = client.post(f"{EN}/cart/lines", data={"sku": "CUP"}, headers=headers)
        assert answer.status_code == 303


class TestHostileText:
    """Markup in texts is text: on pages, in mails, in the API's words."""

    def test_on_pages_and_in_mails(self, client: FlaskClient) -> None:
        who = {**ADA, "name": MARKUP[:100], "company": MARKUP[:100], "line1": MARKUP[:100],
               "line2": MARKUP[:100], "city": MARKUP[:100]}
        client.post(f"{EN}/cart/lines", data={"sku": "CUP", "quantity": "2"})
        pages = [client.get(f"{EN}/search", query_string={"q": MARKUP}).text,
                 client.get(f"{EN}/search", query_string={"q": MARKUP},
                            headers={"HX-Request": "true"}).text,
                 client.post(f"{EN}/cart/coupons", data={"code": MARKUP}).text,
                 client.post(f"{EN}/withdrawal", data={"number": MARKUP, "email": MARKUP}).text,
                 client.post(f"{EN}/checkout/address", data={**who, "email": MARKUP}).text]
        review(client, who)
        pages.append(client.get(f"{EN}/checkout").text)
        paying = place(client, "")
        order = order_of(paying)
        pages.append(client.get(paying.headers["Location"]).text)
        pages.append(client.get(f"{EN}/orders/{order.token}").text)
        client.post(paying.headers["Location"], data={"outcome": "paid"})
        client.get(f"{EN}/orders/{order.token}/return")
        pages.append(client.get(f"{EN}/orders/{order.token}").text)
        pages.append(client.get(f"{EN}/orders/{order.token}/withdrawal").text)
        message = message_of({"order": order.id, "kind": "paid"})
        assert message is not None
        pages.append(message.html)
        for number, html in enumerate(pages):
            assert "<script>alert" not in html and "<img src=x" not in html, number
            assert "49" not in re.findall(r">\s*(\d+)\s*<", html), number
        assert "&lt;script&gt;" in pages[-1] and "{{7*7}}" in message.text

    def test_in_problem_documents(self, client: FlaskClient) -> None:
        answer = client.post(f"{BASE}/carts/{start(client)}/coupons", json={"code": MARKUP[:40]})
        assert answer.content_type == "application/problem+json"
        assert "<script>" not in json.dumps(answer.json)


class TestHeaders:
    """What every answer says to the browser, and what no public page sets."""

    def test_every_page_type_is_hardened(self, shop: Flask) -> None:
        somebody = visit(shop.test_client())
        for path in (*PAGES, somebody.order, f"{somebody.order}/withdrawal",
                     f"/pay/test/{somebody.reference}"):
            headers = somebody.client.get(path).headers
            policy = headers["Content-Security-Policy"]
            assert all(part in policy for part in STRICT), path
            assert "unsafe" not in policy and "*" not in policy, path
            assert headers["X-Content-Type-Options"] == "nosniff", path
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
            assert headers["Referrer-Policy"] in {"same-origin",
                                                  "strict-origin-when-cross-origin"}, path
            assert headers["X-Request-Id"] and "Server" not in headers, path

    def test_the_reader_of_the_api_may_style_itself_and_no_more(self, client: FlaskClient) -> None:
        policy = client.get("/api/v1/docs").headers["Content-Security-Policy"]
        assert policy.count("unsafe") == 1 and "style-src 'self' 'unsafe-inline'" in policy
        assert "script-src 'self';" in policy and "default-src 'none'" in policy

    def test_pages_have_no_inline_code(self, shop: Flask) -> None:
        somebody = visit(shop.test_client())
        for path in (*PAGES[:11], somebody.order, f"/pay/test/{somebody.reference}"):
            html = somebody.client.get(path).text
            assert not re.search(r"<[^>]+\s(?:style|on[a-z]+)=", html), path
            scripts = re.findall(r"<script([^>]*)>", html)
            assert all("src=" in tag or "application/ld+json" in tag for tag in scripts), path
            assert "<style" not in html, path

    def test_public_pages_set_no_cookie_and_keep_no_session(self, client: FlaskClient) -> None:
        before = sessions()
        for path in PAGES:
            assert not client.get(path).headers.getlist("Set-Cookie"), path
        assert sessions() == before

    def test_cookies_are_bound_to_this_shop(self, shop: Flask, tmp_path) -> None:
        home = tmp_path / "home"
        secure = create_app(settings_for(home, base_url="https://shop.example",
                                         database_url=f"sqlite:///{home / 'shop.db'}"))
        client = secure.test_client()
        where = {"base_url": "https://shop.example"}
        answers = [client.post(f"{EN}/cart/lines", data={"sku": "CUP", "quantity": "2"}, **where),
                   client.post(f"{EN}/locale", data={"country": "JP", "currency": "USD"}, **where),
                   client.post(f"{EN}/consent", data={"choice": "no"}, **where)]
        cookies = [line for answer in answers for line in answer.headers.getlist("Set-Cookie")]
        assert len(cookies) >= 4 and cookies[0].startswith("__Host-cart=")
        for line in (line for line in cookies if "Max-Age=0" not in line):
            assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(line.split("; ")), line
            assert "Domain" not in line


class TestFailures:
    """A failure carries a reference and no word of how it came about."""

    @pytest.mark.parametrize(("error", "status"), [
        (RuntimeError("secret plan"), 500),
        (OperationalError("SELECT secret", {"plan": "b"}, Exception("secret")), 503),
    ])
    def test_errors_name_a_reference_and_nothing_else(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int,
    ) -> None:
        def fail(*_args: object) -> None:
            raise error

        cart = start(client)
        monkeypatch.setattr(carts, "find", fail)
        client.set_cookie("cart", cart)
        for path, headers in ((f"{EN}/checkout", {}), (f"{EN}/checkout", {"HX-Request": "true"}),
                              (f"{BASE}/carts/{cart}", {})):
            with capture_logs() as logged:
                answer = client.get(path, headers=headers)
            assert answer.status_code == status
            references = [line["reference"] for line in logged if "reference" in line]
            assert len(references) == 1 and references[0] in answer.text, path
            for word in ("Traceback", "secret", "File ", "RuntimeError", "SELECT", "sqlalchemy"):
                assert word not in answer.text, (path, word)
            assert answer.headers["X-Request-Id"]


def order_of(paying) -> Order:
    """The order whose payment page this answer leads to."""
    assert paying.status_code == 303
    db.session.rollback()
    order = db.session.scalars(select(Order).order_by(Order.id.desc())).first()
    assert order is not None
    return order


def test_a_mail_has_one_recipient_and_one_subject(client: FlaskClient) -> None:
    client.post("/ja-jp/cart/lines", data={"sku": "CUP", "quantity": "2"})
    for hostile in ("a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example",
                    "a@b.example\x00", '"a\r\nBcc: x"@b.example', "<a@b.example>"):
        answer = client.post("/ja-jp/checkout/address", data={**HIRO, "email": hostile})
        assert answer.status_code in {400, 422}, hostile
    assert not [kind for _id, kind, _payload, _attempt in jobs.claim() if kind == "mail"]

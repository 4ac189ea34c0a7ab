"""What a hostile caller sends, and to which fields of which forms and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.extensions import db
from app.models.cart import CartLine
from app.models.order import Order
from app.models.outbox import WebSession
from app.models.payment import Payment
from tests.world import ADA

EN = "/en-de"
TALL, LONG = "9" * 10_000, "x" * 10_000
ODD = ("0", "-1", "1e3", "NaN", "100000000000000000000", "٣", "'; DROP TABLE cart; --", "\x00",
       "", LONG, TALL, "//[", "\u202e{{7*7}}")
TOO_MUCH = ("\x00", "100000000000000000000", LONG)
MARKUP = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>{{7*7}}"""
ELSEWHERE = ("//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
             "\t//evil.example", "https://evil.example", "https:evil.example", "///evil.example",
             "javascript:alert(1)", "http://localhost@evil.example", "//[", "\x00//evil.example",
             " //evil.example", "/\r\nLocation: //evil.example", "data:text/html,x")
SECRET_FIELDS = {"price": "1", "unit_price": "1", "unit_minor": "1", "total": "1", "amount": "1",
                 "currency": "JPY", "market": "us", "language": "ja", "variant": "1",
                 "variant_id": "1", "discount": "9999", "tax": "0", "shipping": "0",
                 "state": "paid", "status": "paid", "order_id": "1", "cart": "1",
                 "total_minor": "1", "coupons": "TEN", "is_paid": "1", "email_verified": "1"}


@dataclass(frozen=True)
class Visit:
    """Somebody at the review of the checkout who has also placed and paid an order."""

    client: FlaskClient
    line: str
    option: str
    order: str
    sold: str
    reference: str

    def forms(self) -> dict[str, Mapping[str, str]]:
        """Address -> the fields its form sends when nobody tampers."""
        whole = {**ADA, "company": "", "line2": "", "region": "", "phone": "", "tax_id": ""}
        return {
            f"{EN}/cart/lines": {"sku": "BOOK", "quantity": "1", "key": "one"},
            f"{EN}/cart/lines/{self.line}": {"quantity": "2", "step": "", "in": "cart"},
            f"{EN}/cart/destination": {"country": "DE", "region": "", "postal_code": "10115"},
            f"{EN}/cart/coupons": {"code": "NONE"},
            f"{EN}/cart/coupons/removal": {"code": "TEN"},
            f"{EN}/checkout/address": whole,
            f"{EN}/checkout/validation": {**whole, "field": "email"},
            f"{EN}/checkout/delivery": {"option": self.option, "dap_accepted": "1", "phone": ""},
            f"{EN}/checkout/payment": {"method": "test"},
            f"{EN}/checkout/coupons": {"code": "NONE"},
            f"{EN}/checkout/coupons/removal": {"code": "TEN"},
            f"{EN}/checkout/orders": {"seen_total": "1"},
            f"{EN}/locale": {"country": "DE", "language": "en", "currency": "EUR", "next": "/"},
            f"{EN}/consent": {"choice": "no", "next": "/"},
            f"{EN}/suggestion": {"next": "/"},
            f"{EN}/withdrawal": {"number": "PN-1", "email": ADA["email"]},
            f"{self.order}/access": {"email": ADA["email"]},
            f"{self.order}/payments": {"method": "test"},
            f"{self.order}/withdrawal": {f"line-{self.sold}": "1", "name": "Ada Lovelace"},
            f"/pay/test/{self.reference}": {"outcome": "nothing"},
        }

    @property
    def odd(self) -> tuple[str, ...]:
        """All odd values; on PostgreSQL those that only a database could mind."""
        return ODD if db.engine.dialect.name == "sqlite" else TOO_MUCH

    def tampered(self) -> Iterator[tuple[str, str, str, dict[str, str]]]:
        """(address, field, odd value, all fields) for every field and value."""
        for path, fields in self.forms().items():
            for name in fields:
                for value in self.odd:
                    yield path, name, value, {**fields, name: value}


def visit(client: FlaskClient) -> Visit:
    """Buy two cups, come back for two more and stop right before the order button."""
    first = place(client, review(client))
    reference = first.headers["Location"].rsplit("/", 1)[1]
    back = client.post(f"/pay/test/{reference}", data={"outcome": "paid"})
    order = client.get(back.headers["Location"]).headers["Location"].split("?")[0]
    sold = re.findall(r'name="line-(\d+)"', client.get(f"{order}/withdrawal").text)[0]
    option = review(client)
    line = db.session.scalars(select(CartLine.id).order_by(CartLine.id.desc())).first()
    return Visit(client, str(line), option, order, sold, reference)


def review(client: FlaskClient, who: Mapping[str, str] = ADA) -> str:
    """Fill a cart with two cups and walk to the review; the delivery option chosen."""
    client.post(f"{EN}/cart/lines", data={"sku": "CUP", "quantity": "2"})
    assert client.post(f"{EN}/checkout/address", data=dict(who)).status_code == 303
    option = re.findall(r'name="option" value="([^"]+)"', client.get(f"{EN}/checkout").text)[0]
    client.post(f"{EN}/checkout/delivery", data={"option": option})
    client.post(f"{EN}/checkout/payment", data={"method": "test"})
    return option


def place(client: FlaskClient, _option: str, **more: str):
    """Press the order button; leads to the payment page."""
    answer = client.post(f"{EN}/checkout/orders", data=more)
    assert answer.status_code == 303, answer.text
    return answer


def addresses(visit: Visit) -> list[str]:
    """Every address with a parameter, `{}` in the parameter's place."""
    return [
        "/{}/", "/{}/cart", f"{EN}/{{}}", f"{EN}/c/{{}}", f"{EN}/p/{{}}", f"{EN}/p/{{}}/slip",
        f"{EN}/orders/{{}}", f"{EN}/orders/{{}}/return", f"{EN}/orders/{{}}/withdrawal",
        f"{EN}/orders/{{}}/withdrawal/1", f"{visit.order}/withdrawal/{{}}", "/media/{}",
        "/pay/test/{}", "/static/{}", "/sitemap-{}.xml", "/webhooks/{}",
        f"{EN}/search?q={{}}", f"{EN}/search?q=cup&page={{}}", f"{EN}/search?q=cup&in={{}}",
        f"{EN}/c/table?page={{}}", f"{EN}/c/table?sort={{}}", f"{EN}/c/table?price_min={{}}",
        f"{EN}/c/table?color={{}}", f"{EN}/c/table?{{}}=1", f"{EN}/p/cup?sku={{}}",
        f"{EN}/p/cup?to={{}}", f"{EN}/p/cup?to=US&postcode={{}}", f"{EN}/p/cup?{{}}=1",
        f"{EN}/locale?next={{}}", f"{EN}/consent?next={{}}", f"{EN}/visitor?next={{}}",
        f"{EN}/checkout?step={{}}", f"{EN}/checkout?country={{}}", f"{visit.order}?notice={{}}",
        "/api/v1/carts/{}", "/api/v1/orders/{}", "/api/v1/products/{}",
        "/api/v1/products?q={}", "/api/v1/products?market={}", "/api/v1/products?cursor={}",
        "/api/v1/products?category={}", "/api/v1/products?limit={}",
    ]


def at(pattern: str, value: str) -> str:
    """The address with a value in it, escaped as a browser would."""
    return pattern.format(quote(value, safe=""))


def kept() -> tuple[object, ...]:
    """What no refused request may change: lines of carts, orders, payments."""
    db.session.rollback()
    lines = db.session.execute(select(CartLine.cart_id, CartLine.variant_id, CartLine.quantity)
                               .order_by(CartLine.id)).all()
    return (lines, db.session.scalar(select(func.count(Order.id))),
            db.session.scalar(select(func.count(Payment.id))))


def sessions() -> int:
    """Rows of browser sessions."""
    db.session.rollback()
    return db.session.scalar(select(func.count(WebSession.id))) or 0

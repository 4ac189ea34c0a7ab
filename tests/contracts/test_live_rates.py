"""Live rates against a double of the provider on this machine: answers, delays, failures."""

from __future__ import annotations

import json
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.extensions import db, providers, transaction
from app.kernel import clock
from app.kernel.address import Destination
from app.kernel.errors import ProviderRejected, ProviderUnavailable
from app.kernel.money import Money
from app.models.carrier import LiveRate
from app.models.cart import Cart
from app.models.shipping import ShippingService
from app.services.cart.view import ask_live, view
from app.services.circuit import Circuits
from app.services.outbox import log
from app.services.shipping import easypost
from app.services.shipping.easypost import EasyPost
from app.services.shipping.port import Box, LiveQuote
from tests import shoppers
from tests.world import TEA

LISBON, BERLIN = Destination("PT", "", "1800-222", "Lisboa"), Destination("DE", "", "10115", "")
PARCEL = Box(1000, 254, 254, 127)
GROUND = {"carrier": "UPS", "service": "Ground", "rate": "7.77", "currency": "EUR",
          "delivery_days": 2}


@dataclass
class Double:
    """What the provider answers next, and what it has been asked."""

    status: int = 200
    body: Any = field(default_factory=lambda: {"rates": [GROUND]})
    delay: float = 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def double() -> Iterator[Double]:
    """A provider on this machine."""
    held = Double()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            held.asked.append(json.loads(content)["shipment"])
            held.keys.append(self.headers["Authorization"])
            time.sleep(held.delay)
            body = held.body if isinstance(held.body, bytes) else json.dumps(held.body).encode()
            self.send_response(held.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError):  # who waited has gone
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    held.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield held
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_parcel_is_asked_about_in_the_vendors_units(double: Double) -> None:
    found = EasyPost("secret", double.url).rates(LISBON, BERLIN, (PARCEL,))

    assert found == (LiveQuote("UPS/Ground", Money(777, "EUR"), 2),)
    assert double.asked[0]["parcel"] == {"length": "10.0", "width": "10.0", "height": "5.0",
                                         "weight": "35.3"}  # 35.27 oz, never less
    assert double.asked[0]["to_address"] == {"country": "DE", "state": "", "zip": "10115",
                                             "city": ""}
    assert double.keys == [f"Basic {b64encode(b'secret:').decode()}"]


def test_a_service_is_summed_over_boxes_and_left_out_where_it_does_not_take_one(
    double: Double,
) -> None:
    odd = [{**GROUND, "service": "Free", "rate": "0.00"}, {**GROUND, "currency": "XXX?"},
           {**GROUND, "service": "Air", "rate": "many"}]
    double.body = {"rates": [GROUND, {**GROUND, "service": "Slow", "delivery_days": None}, *odd]}
    found = EasyPost("k", double.url).rates(LISBON, BERLIN, (PARCEL, PARCEL))

    assert sorted((one.service, one.amount.minor, one.days) for one in found) == [
        ("UPS/Ground", 1554, 2), ("UPS/Slow", 1554, None)]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, {}, ProviderUnavailable), (429, {}, ProviderUnavailable),
        (401, {}, ProviderRejected), (422, {}, ProviderRejected), (302, {}, ProviderUnavailable),
        (200, b"<html>", ProviderUnavailable), (200, {"other": 1}, ProviderUnavailable),
        (200, {"rates": None}, ProviderUnavailable), (200, {"rates": [1]}, ProviderUnavailable),
    ],
)
def test_failures_are_of_two_kinds(double: Double, status: int, body: Any, error: type) -> None:
    double.status, double.body = status, body
    with pytest.raises(error):
        EasyPost("k", double.url).rates(LISBON, BERLIN, (PARCEL,))


def test_a_late_answer_is_none(double: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(easypost, "TIME_OUTS", (0.2, 0.2))
    double.delay = 0.6
    with pytest.raises(ProviderUnavailable):
        EasyPost("k", double.url).rates(LISBON, BERLIN, (PARCEL,))


@pytest.fixture
def live_cart(either_shop: Flask, double: Double) -> Cart:
    """A cart to Berlin in a shop whose standard service has a live rate."""
    with transaction() as session:
        session.execute(update(ShippingService).where(ShippingService.code == "lis-standard")
                        .values(live_code="UPS/Ground"))
        log.emit("rates")
    providers().live_rates = EasyPost("k", double.url)
    providers().circuits = Circuits()
    return shoppers.ready("de-de", (TEA, 1))


def standard(cart: Cart) -> tuple[int, bool]:
    """The price of the standard service, and whether it is the carrier's own."""
    shown = view(cart)
    assert shown.quote is not None
    row = next(one for one in shown.quote.comparison if one.service == "lis-standard")
    assert row.cost is not None
    return row.cost.minor, row.is_live


def test_a_live_answer_is_kept_and_read_by_every_quote(live_cart: Cart, double: Double) -> None:
    before = len(double.asked)
    ask_live(live_cart)
    asked = len(double.asked)
    ask_live(live_cart)

    assert standard(live_cart) == (777, True)
    assert (before, asked, len(double.asked)) == (0, 1, 1)  # what is known is not asked again
    with transaction() as session:
        session.execute(update(LiveRate).values(until=clock.now() - timedelta(seconds=1)))
    card, is_live = standard(live_cart)
    assert not is_live
    assert card != 777


def test_without_an_answer_the_card_holds_and_the_provider_is_left_alone(
    live_cart: Cart, double: Double
) -> None:
    with transaction() as session:
        for row in session.scalars(select(LiveRate)):
            session.delete(row)
    double.status = 503
    before = len(double.asked)
    for _ in range(8):
        ask_live(live_cart)
    assert len(double.asked) - before == 5
    assert not standard(live_cart)[1]
    assert db.session.scalar(select(LiveRate.id)) is None


def test_without_a_key_nobody_is_asked(shop: Flask) -> None:
    assert providers().live_rates is None
    cart = shoppers.ready("de-de", (TEA, 1))
    ask_live(cart)
    assert not standard(cart)[1]

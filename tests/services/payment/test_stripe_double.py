"""The double is as strict and as unreliable as the real one."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.kernel.errors import ProviderRejected, ProviderUnavailable
from app.services.payment.stripe import StripeProvider
from tests.services.payment.charges import a_charge
from tests.stripe_double import StripeDouble


class Inbox(ThreadingHTTPServer):
    """A webhook address: keeps what came; answers `status`."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Reader)
        self.events: list[dict] = []
        self.signed: list[tuple[bytes, str]] = []


class Reader(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.events.append(json.loads(body))
        self.server.signed.append((body, self.headers["Stripe-Signature"]))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def inbox(double: StripeDouble) -> Iterator[Inbox]:
    server = Inbox()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    double.post.url = f"http://127.0.0.1:{server.server_port}/webhooks/stripe"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_webhooks_are_signed_for_the_real_library(stripe, double, inbox) -> None:
    double.pay(stripe.start(a_charge()).reference)
    assert {status for _, status in double.deliver()} == {200}
    for body, signature in inbox.signed:
        assert stripe.read_callback(body, {"Stripe-Signature": signature})


def test_webhooks_can_be_lost_doubled_and_reordered(stripe, double, inbox) -> None:
    double.pay(stripe.start(a_charge()).reference)
    names = [event["type"] for event in double.post.waiting]
    double.deliver(order="backward", times=2, lose=["charge.succeeded"])
    kept = [name for name in names if name != "charge.succeeded"]
    assert [event["type"] for event in inbox.events] == (kept * 2)[::-1]
    assert double.post.waiting == []


def test_a_refused_webhook_is_sent_again(stripe, double, inbox) -> None:
    double.pay(stripe.start(a_charge()).reference)
    inbox.status = 500
    failed = double.deliver(only=["checkout.session.completed"])
    inbox.status = 200
    assert failed == [("checkout.session.completed", 500)]
    assert ("checkout.session.completed", 200) in double.deliver()


def test_a_500_is_kept_under_its_key(stripe, double) -> None:
    double.fault("error", "POST", when="before")
    charge = a_charge()  # the very same one: another second in it would be another request
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            stripe.start(charge)
    assert stripe.start(a_charge(key="order-1-2")).reference


def test_a_500_after_the_deed_has_done_it(stripe, double) -> None:
    double.fault("error", "POST", when="after")
    with pytest.raises(ProviderUnavailable):
        stripe.start(a_charge())
    assert len(double.books.all("checkout.session")) == 1


def test_a_browser_can_pay_on_the_page(stripe, double) -> None:
    charge = a_charge()
    session = stripe.start(charge)
    assert "Pay 1999 eur" in visit(session.redirect_url)
    assert "declined: insufficient_funds" in visit(session.redirect_url, "declined")
    assert "Complete authentication" in visit(session.redirect_url, "challenge")
    opener = urllib.request.build_opener(Stay())
    answer = opener.open(session.redirect_url, data=b"outcome=passed")
    assert answer.headers["Location"] == f"{charge.return_url}&session={session.reference}"
    assert stripe.look_up(session.reference).is_paid


def test_a_step_can_be_taken_from_another_process(stripe, double) -> None:
    session = stripe.start(a_charge())
    control(double, "pay", {"session_id": session.reference})
    assert control(double, "summary", {})["eur"]["paid"] == 1999
    control(double, "fault", {"kind": "rate_limit", "times": 2})
    with pytest.raises(ProviderUnavailable):
        stripe.look_up(session.reference)


def test_a_paid_session_cannot_be_paid_again_or_expired(stripe, double) -> None:
    session = stripe.start(a_charge())
    double.pay(session.reference)
    assert stripe.expire(session.reference).is_paid
    assert double.summary()["eur"]["payments"] == 1


def test_time_limits_are_stripe_s(double, stripe: StripeProvider) -> None:
    double.advance(10 * 60)
    with pytest.raises(ProviderRejected):
        stripe.start(a_charge())


class Stay(urllib.request.HTTPRedirectHandler):
    """Does not follow."""

    def http_error_303(self, req, fp, code, msg, headers):
        return fp


def visit(url: str, outcome: str = "") -> str:
    data = f"outcome={outcome}".encode() if outcome else None
    with urllib.request.urlopen(url, data=data) as answer:
        return answer.read().decode()


def control(double: StripeDouble, verb: str, words: dict) -> dict:
    request = urllib.request.Request(f"{double.url}/_control/{verb}",
                                     data=json.dumps(words).encode())
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)

"""A visitor sees and changes nobody else's things, and no log names a person (invariant 28)."""

from __future__ import annotations

import io
import logging
import math
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import ProviderRejected, ProviderUnavailable
from app.models.cart import Cart
from app.models.order import Order
from app.services import markets
from app.services.cart import carts
from app.services.checkout import steps
from app.services.mail.port import Message
from app.services.mail.smtp import SmtpMailer
from app.services.outbox import jobs
from app.services.payment import flow
from app.web.mails import mail_job
from tests.blueprints.abuse import EN, Visit, kept, visit
from tests.blueprints.api.calls import ADDRESS, BASE, add, done, ready, start
from tests.blueprints.api.calls import order as place_by_api
from tests.crashes.running import free_port
from tests.world import ADA, BO

ASKED = "the e-mail address it was made with"
OF_ADA = ("Lovelace", "Torstra", "10115")


@pytest.fixture
def ada(shop: Flask) -> Visit:
    """Ada, who has bought, paid and filled another cart."""
    return visit(shop.test_client())


@pytest.fixture
def bo(shop: Flask) -> FlaskClient:
    """Somebody else, with a cart and an order of his own."""
    return visit(shop.test_client()).client


class TestOrders:
    """The link of an order opens it only for who placed it or knows its e-mail address."""

    @pytest.mark.parametrize("path", ["", "/return", "/return?attempt=1", "/withdrawal",
                                      "/withdrawal/1", "/return?session=", "/return?session=x"])
    def test_reading(self, ada: Visit, bo: FlaskClient, path: str) -> None:
        ada.client.post(f"{ada.order}/withdrawal", data={
            f"line-{ada.sold}": "1", "name": "Ada Lovelace", "confirmed": "1"})
        answer = bo.get(ada.order + path, follow_redirects=True)
        assert answer.status_code == 404 or ASKED in answer.text
        assert not any(word in answer.text for word in OF_ADA), "not even after coming back"
        assert "Lovelace" in ada.client.get(f"{ada.order}/withdrawal").text

    @pytest.mark.parametrize(("path", "form"), [
        ("/payments", {"method": "test"}), ("/access", {"email": BO["email"]}),
        ("/withdrawal", {"name": "Bo Diddley", "confirmed": "1", "line-1": "1"}),
    ])
    def test_changing(self, ada: Visit, bo: FlaskClient, path: str, form: dict[str, str]) -> None:
        before = kept()
        answer = bo.post(ada.order + path, data=form)
        assert answer.status_code in {200, 404, 422} and not any(w in answer.text for w in OF_ADA)
        assert kept() == before
        assert ASKED in bo.get(ada.order).text

    def test_the_e_mail_address_opens_it(self, ada: Visit, bo: FlaskClient) -> None:
        answer = bo.post(f"{ada.order}/access", data={"email": ADA["email"].upper()})
        assert answer.status_code == 303
        assert "Lovelace" in bo.get(ada.order).text

    def test_the_payment_page_knows_the_payment(self, ada: Visit, bo: FlaskClient) -> None:
        order = db.session.scalars(select(Order).order_by(Order.id)).first()
        assert order is not None
        reference = flow.latest(order).reference
        bo.get(f"{ada.order}/return?attempt=1&session={reference}")
        assert "Lovelace" in bo.get(ada.order).text

    def test_another_orders_withdrawal_is_not_found(self, ada: Visit, shop: Flask) -> None:
        other = visit(shop.test_client())
        other.client.post(f"{other.order}/withdrawal", data={
            f"line-{other.sold}": "1", "name": "Bo Diddley", "confirmed": "1"})
        assert other.client.get(f"{other.order}/withdrawal/1").status_code == 200
        assert ada.client.get(f"{ada.order}/withdrawal/1").status_code == 404
        taken = ada.client.post(f"{ada.order}/withdrawal", data={
            f"line-{other.sold}": "1", "name": "Ada Lovelace", "confirmed": "1"})
        assert taken.status_code == 422, "another order's line"

    def test_links_are_long_end_and_tell_nobody(self, ada: Visit) -> None:
        order = db.session.scalars(select(Order).order_by(Order.id)).first()
        assert order is not None
        assert len(order.token) * math.log2(64) >= 128 and order.token in ada.order
        answer = ada.client.get(ada.order)
        assert answer.headers["Referrer-Policy"] in {"no-referrer", "same-origin"}
        assert answer.headers["Cache-Control"] == "private, no-store"
        with transaction():
            order.token_until = clock.now() - timedelta(seconds=1)
            db.session.add(order)
        for path in ("", "/return", "/withdrawal"):
            assert ada.client.get(ada.order + path).status_code == 404, path
        assert ada.client.get(f"{BASE}/orders/{order.token}").status_code == 404


class TestCarts:
    """A cart belongs to who knows its id; a line to its cart."""

    def test_a_line_of_another_cart_is_not_there(self, ada: Visit, bo: FlaskClient) -> None:
        before = kept()
        for form in ({"quantity": "9"}, {"remove": "1"}, {"quantity": "0"}):
            assert bo.post(f"{EN}/cart/lines/{ada.line}", data=form).status_code in {404, 422}
        assert kept() == before

    def test_by_the_api(self, client: FlaskClient) -> None:
        mine, other = start(client), start(client)
        line = add(client, other)["lines"][0]["id"]
        add(client, mine)
        before = kept()
        for method, body in (("PATCH", {"quantity": 9}), ("DELETE", None)):
            answer = client.open(f"{BASE}/carts/{mine}/lines/{line}", method=method, json=body)
            assert answer.status_code == 404
        for guess in (other[:-1], other.swapcase(), "1", other + "x", other[::-1]):
            for path in ("", "/quote", "/shipping-options", "/payment-methods"):
                assert client.get(f"{BASE}/carts/{guess}{path}").status_code == 404
        assert kept() == before
        assert len(mine) * math.log2(64) >= 128 and mine != other

    def test_the_carts_cookie_of_an_order_opens_nothing(self, shop: Flask, ada: Visit) -> None:
        cart = db.session.scalars(select(Cart).order_by(Cart.id)).first()
        assert cart is not None and cart.state == "ordered"
        thief = shop.test_client()
        thief.set_cookie("cart", cart.public_id)
        assert thief.get(f"{EN}/checkout").status_code == 303
        assert not any(word in thief.get(f"{EN}/cart").text for word in OF_ADA)

    def test_the_api_names_nobody_by_an_orders_token(self, client: FlaskClient) -> None:
        token = done(place_by_api(client, ready(client)))["order"]["token"]
        text = client.get(f"{BASE}/orders/{token}").text
        assert not any(word in text for word in (*OF_ADA, ADA["email"], ADDRESS["line1"]))


class TestLogs:
    """What the shop logs of a whole journey names no person and no secret."""

    @pytest.fixture
    def logged(self) -> Iterator[io.StringIO]:
        """Every line of every logger, as it would stand on standard error; asked for after the
        shop, which sets its own logging up."""
        kept_config, sink = structlog.get_config(), io.StringIO()
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sink),
                            wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
        handler = logging.StreamHandler(sink)
        root = logging.getLogger()
        level = root.level
        logging.getLogger("mail.log").propagate = False  # the test's own mail server
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        yield sink
        root.removeHandler(handler)
        root.setLevel(level)
        structlog.configure(**kept_config)

    def test_of_a_whole_journey(self, shop: Flask, logged: io.StringIO) -> None:
        ada = visit(shop.test_client())
        ada.client.post(f"{EN}/checkout/address", data={**ADA, "postal_code": "x"})
        ada.client.post(f"{EN}/withdrawal", data={"number": "PN-9", "email": ADA["email"]})
        shop.test_client().get(f"{ada.order}/return")
        done(place_by_api(shop.test_client(), ready(shop.test_client())))
        for leased in jobs.claim(20):
            jobs.run(*leased, {"mail": mail_job, "renditions": lambda payload: None})
        said = logged.getvalue()
        assert '"request"' in said and '"checkout.place"' in said
        assert secrets_in(said, ada.reference) == []

    def test_of_a_database_that_fails(self, shop: Flask, logged: io.StringIO,
                                      monkeypatch: pytest.MonkeyPatch) -> None:
        client = shop.test_client()
        client.post(f"{EN}/cart/lines", data={"sku": "CUP", "quantity": "2"})
        with transaction() as session:
            session.connection().exec_driver_sql(
                "CREATE TRIGGER full BEFORE UPDATE OF email ON cart BEGIN"
                " SELECT RAISE(ABORT, 'disk full'); END")
        answer = client.post(f"{EN}/checkout/address", data=ADA)
        assert answer.status_code >= 500 and "Lovelace" not in answer.text
        assert "disk full" in logged.getvalue()
        assert secrets_in(logged.getvalue()) == []

    def test_of_a_row_the_database_refuses(self, either_shop: Flask, logged: io.StringIO) -> None:
        with transaction():
            cart = carts.start(markets.find("de"), "de", "EUR")
            steps.set_address(cart, ADA)
        try:
            with transaction() as session:
                session.execute(update(Cart).where(Cart.id == cart.id).values(state="stolen"))
        except IntegrityError:
            structlog.get_logger().exception("bug")
        assert "IntegrityError" in logged.getvalue()
        assert secrets_in(logged.getvalue()) == []

    def test_of_a_mail_server_that_refuses(self, shop: Flask, logged: io.StringIO) -> None:
        message = Message("k", ADA["email"], "shop@nordlys.example", "Thanks", "t", "<p>t", "en")
        for code, kind in ((550, ProviderRejected), (451, ProviderUnavailable)):
            with refusing(code) as port:
                mailer = SmtpMailer(urlsplit(f"smtp://127.0.0.1:{port}"))
                with transaction():
                    jobs.add("refused", f"refused:{code}", {})
                (leased,) = [one for one in jobs.claim() if one[1] == "refused"]
                jobs.run(*leased, {"refused": lambda payload, m=mailer: m.send(message)})
            assert kind.__name__ in logged.getvalue()
        assert secrets_in(logged.getvalue()) == []


def secrets_in(said: str, reference: str = "nothing") -> list[str]:
    """Personal data and secrets of Ada's that are in a log."""
    db.session.rollback()
    secrets = [*OF_ADA, ADA["email"], "nordlys.example", reference]
    try:
        secrets += db.session.scalars(select(Order.token)).all()
        secrets += db.session.scalars(select(Cart.public_id)).all()
    except SQLAlchemyError:
        db.session.rollback()
    return [re.sub(r"(?<=^.{4}).*", "…", secret) for secret in secrets if secret in said]


class refusing:  # noqa: N801 - reads as a context
    """A mail server that refuses every recipient with this code."""

    def __init__(self, code: int) -> None:
        self.code = code

    def __enter__(self) -> int:
        from aiosmtpd.controller import Controller  # noqa: PLC0415 - for this test only

        code = self.code

        class Refuse:
            async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
                return f"{code} <{address}> not taken"

        self.controller = Controller(Refuse(), hostname="127.0.0.1", port=free_port())
        self.controller.start()
        return int(self.controller.port)

    def __exit__(self, *problem: object) -> None:
        self.controller.stop()

"""What every payment provider must hold, whoever is behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import stripe as sdk

from app.kernel import clock
from app.kernel.errors import Forbidden, Invalid, ProviderRejected
from app.kernel.money import Money
from app.services.payment import test_gateway
from app.services.payment.port import PaymentProvider, PaymentState, RefundState, Session
from app.services.payment.stripe import StripeProvider
from app.services.payment.transfer import BankAccount, Transfer
from tests.services.payment.charges import a_charge
from tests.stripe_double import StripeDouble


@dataclass
class Way:
    """A provider, and how a shopper pays or fails there (None: the provider never knows)."""

    provider: PaymentProvider
    pay: Callable[[str], object] | None = None
    fail: Callable[[str], object] | None = None


def stripe_way() -> Iterator[Way]:
    with StripeDouble() as double:
        provider = StripeProvider("sk_test_x", "whsec_double", double.url)
        yield Way(provider, double.pay, double.decline)


def gateway_way() -> Iterator[Way]:
    gateway = test_gateway.TestGateway(test_gateway.MemoryStore(), "http://s/{reference}", "s")
    yield Way(gateway, lambda name: gateway.choose(name, test_gateway.Outcome.PAID),
              lambda name: gateway.choose(name, test_gateway.Outcome.DECLINED))


def transfer_way() -> Iterator[Way]:
    account = BankAccount("Nordlys", "DE89370400440532013000", "COBADEFFXXX")
    yield Way(Transfer(lambda: account, currencies=None))


WAYS = {"stripe": stripe_way, "test": gateway_way, "transfer": transfer_way}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Way]:
    monkeypatch.setattr(sdk.HTTPClient, "INITIAL_DELAY", 0.01)
    yield from WAYS[request.param]()


@pytest.fixture
def knowing(way: Way) -> Way:
    if way.pay is None:
        pytest.skip("only the bank statement knows")
    return way


def paid(way: Way, minor: int = 1999, currency: str = "EUR") -> str:
    session = way.provider.start(a_charge(minor, currency))
    way.pay(session.reference)
    return way.provider.look_up(session.reference).charge_reference


def test_it_has_a_name_and_currencies(way: Way) -> None:
    assert way.provider.code in WAYS
    assert way.provider.currencies is None or "EUR" in way.provider.currencies
    assert way.provider.speaks("en")


def test_a_start_tells_the_shopper_what_to_do(way: Way) -> None:
    session = way.provider.start(a_charge())
    assert 0 < len(session.reference) <= 200
    assert (session.redirect_url is None) != (session.instructions is None)
    assert session.state in (PaymentState.STARTED, PaymentState.PENDING)


def test_one_key_is_one_payment(way: Way) -> None:
    charge = a_charge()
    first: Session = way.provider.start(charge)
    assert way.provider.start(charge) == first


def test_nothing_is_paid_before_somebody_pays(way: Way) -> None:
    session = way.provider.start(a_charge())
    receipt = way.provider.look_up(session.reference)
    assert receipt.state == session.state
    assert (receipt.reference, receipt.order_number) == (session.reference, "TW-1001")
    assert (receipt.amount, receipt.charge_reference, receipt.fee) == (None, "", None)


@pytest.mark.parametrize(("minor", "currency"), [(1999, "EUR"), (1999, "JPY"), (12350, "KWD")])
def test_what_is_paid_is_what_was_asked(knowing: Way, minor: int, currency: str) -> None:
    money = paid(knowing, minor, currency)
    receipt = knowing.provider.look_up(money)
    assert receipt.is_paid
    assert receipt.amount == Money(minor, currency)
    assert receipt.order_number == "TW-1001"
    assert receipt.charge_reference == money


def test_a_refused_payment_is_not_paid(knowing: Way) -> None:
    session = knowing.provider.start(a_charge())
    knowing.fail(session.reference)
    receipt = knowing.provider.look_up(session.reference)
    assert receipt.state in (PaymentState.STARTED, PaymentState.FAILED)
    assert receipt.amount is None
    assert receipt.reason


def test_expiry_closes_what_is_open(way: Way) -> None:
    session = way.provider.start(a_charge())
    assert way.provider.expire(session.reference).state == PaymentState.EXPIRED
    assert way.provider.expire(session.reference).state == PaymentState.EXPIRED


def test_expiry_says_that_it_was_paid(knowing: Way) -> None:
    money = paid(knowing)
    reference = knowing.provider.look_up(money).reference
    assert knowing.provider.expire(reference).is_paid
    assert knowing.provider.look_up(reference).is_paid


def test_one_key_is_one_refund(way: Way) -> None:
    money = paid(way) if way.pay else way.provider.start(a_charge()).reference
    first = way.provider.refund(money, Money(500, "EUR"), "refund-1")
    assert way.provider.refund(money, Money(500, "EUR"), "refund-1") == first
    assert (first.amount, first.key, first.charge_reference) == (
        Money(500, "EUR"), "refund-1", money)
    assert first.state in (RefundState.DONE, RefundState.PENDING)
    assert way.provider.refunds(money) in ((first,), ())


def test_no_more_is_refunded_than_was_paid(knowing: Way) -> None:
    money = paid(knowing)
    knowing.provider.refund(money, Money(1500, "EUR"), "refund-1")
    with pytest.raises(ProviderRejected):
        knowing.provider.refund(money, Money(500, "EUR"), "refund-2")
    knowing.provider.refund(money, Money(499, "EUR"), "refund-3")
    assert knowing.provider.look_up(money).refunded == Money(1999, "EUR")
    assert [refund.key for refund in knowing.provider.refunds(money)] == ["refund-1", "refund-3"]


def test_recent_payments_are_found_without_any_message(knowing: Way) -> None:
    money = paid(knowing)
    day = timedelta(days=1)
    assert list(knowing.provider.recent(clock.now() - day)) == [knowing.provider.look_up(money)]
    assert list(knowing.provider.recent(clock.now() + day)) == []


def test_a_strange_reference_is_our_mistake(way: Way) -> None:
    with pytest.raises(ProviderRejected) as refused:
        way.provider.look_up("nothing-of-the-kind")
    assert refused.value.params["reason"] == "resource_missing"
    with pytest.raises(ProviderRejected):
        way.provider.expire("nothing-of-the-kind")


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff" * 10, b"{" * 2_000_000])
def test_an_unsigned_message_has_no_effect(way: Way, body: bytes) -> None:
    try:
        event = way.provider.read_callback(body, {"Stripe-Signature": "t=1,v1=00"})
    except (Forbidden, Invalid):
        event = None
    assert event is None


def test_disputes_are_none_as_a_rule(way: Way) -> None:
    money = paid(way) if way.pay else way.provider.start(a_charge()).reference
    assert way.provider.disputes(money) == ()

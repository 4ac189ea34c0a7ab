"""The embedded gateway: every outcome by name."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.kernel import clock
from app.kernel.errors import ProviderRejected
from app.services.payment import test_gateway
from app.services.payment.port import PaymentState
from app.services.payment.test_gateway import Outcome
from tests.services.payment.charges import a_charge


@pytest.fixture
def store() -> test_gateway.MemoryStore:
    return test_gateway.MemoryStore()


@pytest.fixture
def gateway(store) -> test_gateway.TestGateway:
    return test_gateway.TestGateway(store, "https://shop.example/{language}/pay/{reference}", "s")


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    moment: datetime = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.parametrize(("outcomes", "state"), [
    ([Outcome.PAID], PaymentState.PAID),
    ([Outcome.DECLINED], PaymentState.FAILED),
    ([Outcome.CHALLENGE], PaymentState.STARTED),
    ([Outcome.CHALLENGE, Outcome.CHALLENGE_PASSED], PaymentState.PAID),
    ([Outcome.CHALLENGE, Outcome.CHALLENGE_FAILED], PaymentState.FAILED),
    ([Outcome.CHALLENGE_PASSED], PaymentState.STARTED),
    ([Outcome.LATE_FAILURE], PaymentState.PENDING),
    ([Outcome.TIMEOUT], PaymentState.STARTED),
    ([Outcome.PAID, Outcome.DECLINED], PaymentState.PAID),
    ([Outcome.DECLINED, Outcome.PAID], PaymentState.FAILED),
    ([Outcome.TIMEOUT, Outcome.PAID], PaymentState.STARTED),
])
def test_the_outcome_is_the_one_chosen_first(gateway, outcomes, state) -> None:
    reference = gateway.start(a_charge()).reference
    for outcome in outcomes:
        gateway.choose(reference, outcome)
    assert gateway.look_up(reference).state == state


def test_a_challenge_leads_to_our_page_again_and_then_to_the_shop(gateway) -> None:
    charge = a_charge()
    session = gateway.start(charge)
    assert session.redirect_url == f"https://shop.example/de/pay/{session.reference}"
    assert gateway.page(session.reference).choices == test_gateway.AT_FIRST
    assert gateway.choose(session.reference, Outcome.CHALLENGE) == session.redirect_url
    assert gateway.page(session.reference).choices == test_gateway.IN_CHALLENGE
    back = gateway.choose(session.reference, Outcome.CHALLENGE_PASSED)
    assert back == f"{charge.return_url}&session={session.reference}"
    assert gateway.page(session.reference).choices == ()


def test_a_late_failure_fails_late(gateway, monkeypatch) -> None:
    reference = gateway.start(a_charge()).reference
    gateway.choose(reference, Outcome.LATE_FAILURE)
    later(monkeypatch, timedelta(seconds=59))
    assert gateway.expire(reference).state == PaymentState.PENDING
    later(monkeypatch, timedelta(seconds=61))
    assert gateway.look_up(reference).state == PaymentState.FAILED


@pytest.mark.parametrize("outcome", [None, Outcome.TIMEOUT, Outcome.CHALLENGE])
def test_what_nobody_finishes_expires(gateway, monkeypatch, outcome) -> None:
    reference = gateway.start(a_charge()).reference
    if outcome:
        gateway.choose(reference, outcome)
    later(monkeypatch, timedelta(minutes=32))
    assert gateway.look_up(reference).state == PaymentState.EXPIRED
    gateway.choose(reference, Outcome.PAID)
    assert gateway.look_up(reference).state == PaymentState.EXPIRED


def test_references_cannot_be_guessed_from_the_key(store) -> None:
    one = test_gateway.TestGateway(store, "u/{reference}", "one").start(a_charge())
    two = test_gateway.TestGateway(store, "u/{reference}", "two").start(a_charge())
    assert one.reference != two.reference
    assert len(one.reference) == len("test-") + 32


def test_web_and_worker_share_the_store(gateway, store) -> None:
    reference = gateway.start(a_charge()).reference
    gateway.choose(reference, Outcome.PAID)
    worker = test_gateway.TestGateway(store, "u/{reference}", "s")
    assert worker.look_up(reference).is_paid
    with pytest.raises(ProviderRejected):
        worker.page("test-nobody")

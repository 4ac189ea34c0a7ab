"""Payments through the real library against the double."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from app.kernel import clock
from app.kernel.errors import PaymentDeclined, ProviderRejected, ProviderUnavailable
from app.kernel.money import Money
from app.services.payment import stripe as module
from app.services.payment.port import ChargeLine, DisputeState, PaymentState, RefundState
from app.services.payment.stripe import StripeProvider
from tests.services.payment.charges import a_charge
from tests.stripe_double import StripeDouble


def posts(double: StripeDouble) -> list[tuple[str, str]]:
    return [(call.path, call.key) for call in double.api.calls if call.method == "POST"]


def sent(double: StripeDouble) -> dict:
    return double.api.calls[0].params


def test_the_session_says_what_is_bought_and_for_whom(stripe, double) -> None:
    charge = a_charge(2499, lines=(ChargeLine("Tee", Money(1999, "EUR")),
                                   ChargeLine("Versand", Money(500, "EUR"))))

    session = stripe.start(charge)

    asked = sent(double)
    assert session.redirect_url == f"{double.url}/c/pay/{session.reference}"
    assert [line["price_data"]["unit_amount"] for line in asked["line_items"]] == ["1999", "500"]
    assert asked["locale"] == "de"
    assert asked["client_reference_id"] == "TW-1001"
    assert asked["metadata"] == asked["payment_intent_data"]["metadata"]
    assert asked["customer_email"] == "ada@nordlys.example"
    assert asked["success_url"].endswith("return?o=1&session={CHECKOUT_SESSION_ID}")
    assert asked["expires_at"] == str(int(charge.expires_at.timestamp()))
    assert asked["adaptive_pricing"] == {"enabled": "false"}


@pytest.mark.parametrize("lines", [
    (),
    (ChargeLine("Tee", Money(1000, "EUR")),),
    (ChargeLine("Tee", Money(2500, "EUR")), ChargeLine("Rabatt", Money(-501, "EUR"))),
    (ChargeLine("Tea", Money(1999, "USD")),),
    tuple(ChargeLine(f"Tee {n}", Money(19, "EUR")) for n in range(101)),
])
def test_lines_that_stripe_cannot_show_become_one_with_the_total(stripe, double, lines) -> None:
    stripe.start(a_charge(1999, lines=lines))
    [line] = sent(double)["line_items"]
    assert line["price_data"]["unit_amount"] == "1999"
    assert line["price_data"]["product_data"]["name"] == "Bestellung TW-1001"


@pytest.mark.parametrize(("language", "locale"), [
    ("en", "en"), ("fr", "fr"), ("es", "es"), ("ja", "ja"), ("zh-Hans", "zh"), ("ar", "en")])
def test_languages_become_locales(stripe, double, language: str, locale: str) -> None:
    stripe.start(a_charge(language=language))
    assert sent(double)["locale"] == locale
    assert stripe.speaks(language) is (language != "ar")


@pytest.mark.parametrize("money", [Money(1999, "JPY"), Money(12350, "KWD"), Money(2990, "ISK")])
def test_other_exponents_are_paid_to_the_unit(stripe, double, money: Money) -> None:
    session = stripe.start(a_charge(money.minor, money.currency))
    double.pay(session.reference)
    assert stripe.look_up(session.reference).amount == money


def test_a_paid_receipt_has_amount_fee_and_order(stripe, double) -> None:
    session = stripe.start(a_charge())
    double.pay(session.reference)

    receipt = stripe.look_up(session.reference)

    assert receipt.is_paid
    assert receipt.amount == Money(1999, "EUR")
    assert receipt.fee == Money(57, "EUR")
    assert receipt.refunded == Money(0, "EUR")
    assert receipt.order_number == "TW-1001"
    assert stripe.look_up(receipt.charge_reference) == receipt


def test_a_declined_card_leaves_the_session_open(stripe, double) -> None:
    session = stripe.start(a_charge())
    double.decline(session.reference)
    receipt = stripe.look_up(session.reference)
    assert (receipt.state, receipt.reason) == (PaymentState.STARTED, "insufficient_funds")


def test_a_challenge_is_not_paid_until_it_is_passed(stripe, double) -> None:
    session = stripe.start(a_charge())
    double.challenge(session.reference)
    assert stripe.look_up(session.reference).state == PaymentState.STARTED
    double.authenticate(session.reference, passed=False)
    assert stripe.look_up(session.reference).state == PaymentState.STARTED
    double.challenge(session.reference)
    double.authenticate(session.reference)
    assert stripe.look_up(session.reference).is_paid


@pytest.mark.parametrize(("paid", "state"), [(True, "paid"), (False, "failed")])
def test_a_bank_debit_is_pending_and_then_ends(stripe, double, paid: bool, state: str) -> None:
    session = stripe.start(a_charge())
    double.pay_late(session.reference)
    pending = stripe.look_up(session.reference)
    assert (pending.state, pending.amount) == (PaymentState.PENDING, None)
    assert stripe.expire(session.reference).state == PaymentState.PENDING
    double.settle_late(session.reference, paid=paid)
    assert stripe.look_up(session.reference).state == state


def test_a_session_expires_by_its_time(stripe, double) -> None:
    session = stripe.start(a_charge())
    double.advance(32 * 60)
    assert stripe.look_up(session.reference).state == PaymentState.EXPIRED


def test_the_same_charge_again_is_the_same_session_with_the_same_key(stripe, double) -> None:
    charge = a_charge()
    assert stripe.start(charge) == stripe.start(charge)
    assert len(double.books.all("checkout.session")) == 1


def test_a_key_for_another_charge_is_our_mistake(stripe) -> None:
    stripe.start(a_charge(1999))
    with pytest.raises(ProviderRejected) as refused:
        stripe.start(a_charge(2999))
    assert refused.value.params["reason"] == "idempotency_key_reused"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_dropped_line_is_tried_once_more_with_the_same_key(stripe, double, when: str) -> None:
    double.fault("drop", "POST /v1/checkout/sessions", when=when)
    session = stripe.start(a_charge())
    assert [key for _, key in posts(double)] == ["order-1-1", "order-1-1"]
    assert [made["id"] for made in double.books.all("checkout.session")] == [session.reference]


@pytest.mark.parametrize(("kind", "failure"), [
    ("error", ProviderUnavailable), ("html", ProviderUnavailable), ("drop", ProviderUnavailable),
    ("rate_limit", ProviderUnavailable), ("declined", PaymentDeclined)])
def test_their_failures_are_three_of_ours(stripe, double, kind: str, failure: type) -> None:
    double.fault(kind, "POST", times=2)
    with pytest.raises(failure):
        stripe.start(a_charge())


def test_a_bank_s_word_for_no_is_kept_for_staff(stripe, double) -> None:
    double.fault("declined", "POST")
    with pytest.raises(PaymentDeclined) as declined:
        stripe.start(a_charge())
    assert declined.value.params["reason"] == "insufficient_funds"


def test_silence_ends_in_time(double, monkeypatch) -> None:
    monkeypatch.setattr(module, "TIMEOUTS", (0.3, 0.2))
    monkeypatch.setattr(module, "RETRIES", 0)
    impatient = StripeProvider("sk_test_x", "whsec_double", double.url)
    double.fault("hang", "POST", seconds=0.6)
    with pytest.raises(ProviderUnavailable):
        impatient.start(a_charge())


def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(ProviderUnavailable):
        StripeProvider("sk_test_x", "whsec_x", "http://127.0.0.1:9").look_up("cs_test_1")


def test_a_wrong_key_is_our_mistake(double) -> None:
    with pytest.raises(ProviderRejected):
        StripeProvider("pk_wrong", "whsec_double", double.url).start(a_charge())


@pytest.mark.parametrize("money", [Money(12346, "KWD"), Money(1, "EUR")])
def test_an_amount_that_cannot_be_charged_is_our_mistake(stripe, money: Money) -> None:
    with pytest.raises(ProviderRejected):
        stripe.start(a_charge(money.minor, money.currency))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_refund_with_a_lost_answer_is_made_once(stripe, double, when: str) -> None:
    money = paid(stripe, double)
    double.fault("drop", "POST /v1/refunds", when=when, times=2)
    with pytest.raises(ProviderUnavailable):
        stripe.refund(money, Money(500, "EUR"), "refund-7")
    stripe.refund(money, Money(500, "EUR"), "refund-7")
    assert double.summary()["eur"]["refunded"] == 500


def test_a_refund_is_made_once_even_when_stripe_has_forgotten_its_key(stripe, double) -> None:
    money = paid(stripe, double)
    first = stripe.refund(money, Money(500, "EUR"), "refund-7")
    double.api.answered.clear()
    assert stripe.refund(money, Money(500, "EUR"), "refund-7") == first
    assert double.summary()["eur"]["refunded"] == 500


def test_eight_clerks_at_once_refund_once(stripe, double) -> None:
    money = paid(stripe, double)

    def click() -> None:
        with suppress(ProviderUnavailable):  # 409: the same key was still running
            stripe.refund(money, Money(500, "EUR"), "refund-7")

    clerks = [threading.Thread(target=click) for _ in range(8)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    assert double.summary()["eur"]["refunded"] == 500


def test_refunds_made_elsewhere_and_failed_ones_are_seen(stripe, double) -> None:
    money = paid(stripe, double)
    ours = stripe.refund(money, Money(500, "EUR"), "refund-7")
    theirs = double.refund_in_dashboard(money, 300)
    double.fail_refund(ours.reference)

    first, second = stripe.refunds(money)

    assert (first.state, first.key) == (RefundState.FAILED, "refund-7")
    assert first.reason == "lost_or_stolen_card"
    assert (second.reference, second.key) == (theirs["id"], "")
    assert stripe.look_up(money).refunded == Money(300, "EUR")


@pytest.mark.parametrize(("won", "state", "held"), [
    (True, DisputeState.WON, 0), (False, DisputeState.LOST, 1999)])
def test_a_dispute_tells_what_it_holds(stripe, double, won: bool, state: str, held: int) -> None:
    money = paid(stripe, double)
    dispute = double.dispute(money, fee=2000)
    assert stripe.disputes(money)[0].state == DisputeState.OPEN
    double.close_dispute(dispute["id"], won=won)
    [known] = stripe.disputes(money)
    assert (known.state, known.held, known.fee) == (
        state, Money(held, "EUR"), Money(2000, "EUR"))


def test_recent_reads_every_page_and_leaves_foreign_sessions_out(stripe, double) -> None:
    for number in range(103):
        stripe.start(a_charge(key=f"k{number}", order_number=f"TW-{number}"))
    stripe.client.v1.checkout.sessions.create(params={
        "mode": "payment", "success_url": "https://other.example",
        "line_items": [{"quantity": 1, "price_data": {
            "currency": "eur", "unit_amount": 500, "product_data": {"name": "Foreign"}}}]})
    found = {receipt.order_number for receipt in stripe.recent(clock.now() - timedelta(days=3))}
    assert found == {f"TW-{number}" for number in range(103)}


def paid(stripe: StripeProvider, double: StripeDouble) -> str:
    """The charge reference of a payment of EUR 19.99."""
    session = stripe.start(a_charge())
    double.pay(session.reference)
    return stripe.look_up(session.reference).charge_reference

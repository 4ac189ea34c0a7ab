"""Stripe: hosted Checkout by redirect. Their words stop here and in stripe_words.py.

Card numbers never come near the shop (PCI DSS SAQ A). Amounts go through units.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from app.kernel.errors import (
    Forbidden,
    Invalid,
    PaymentDeclined,
    ProviderRejected,
    ProviderUnavailable,
)
from app.kernel.money import Money
from app.services.payment import stripe_words as words
from app.services.payment.port import (
    CallbackEvent,
    Charge,
    Dispute,
    Receipt,
    RefundReceipt,
    Session,
)
from app.services.payment.units import PRESENTMENT, to_stripe

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

API_VERSION = "2026-10-28.endive"
"""The version our words were read from; events have their endpoint's, so pin that to it too."""
API_BASE = "https://api.stripe.com"
TIMEOUTS = (3, 10)  # seconds to connect, seconds without a byte
RETRIES = 1
TOLERANCE = 300  # seconds a signature stays good
LARGEST_EVENT = 1024 * 1024  # bytes
MOST_LINES = 100

LOCALES = {"en": "en", "de": "de", "fr": "fr", "es": "es", "ja": "ja", "zh-Hans": "zh"}
"""Our languages to Checkout's. Arabic is not among Stripe's: such pages are English."""

_WHOLE = ["payment_intent.latest_charge.balance_transaction"]
_LISTED = ["data.payment_intent.latest_charge.balance_transaction"]

# The library would send timings of earlier calls and keep a file in the home folder.
stripe.enable_telemetry = False


class StripeProvider:
    """Payments on Stripe's own page. Shared by threads: each has its own connection.

    api_base  scheme and host; a double can be put in Stripe's place
    """

    code = "stripe"
    currencies: frozenset[str] | None = PRESENTMENT

    def __init__(self, secret_key: str, webhook_secret: str, api_base: str = API_BASE) -> None:
        self.webhook_secret = webhook_secret
        self.client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_base.rstrip("/")},
            max_network_retries=RETRIES,
            http_client=stripe.RequestsClient(timeout=TIMEOUTS),
        )

    def speaks(self, language: str) -> bool:
        """Whether Checkout has this language of ours."""
        return language in LOCALES

    def start(self, charge: Charge) -> Session:
        """A Checkout Session. The key goes to Stripe, which keeps its answer for 24 hours: also
        a 500, so an attempt that stays unavailable is given up and a new one begun."""
        params = _session_params(charge)
        with translated():
            session = self.client.v1.checkout.sessions.create(
                params=params, options={"idempotency_key": charge.key}
            )
        plain = session.to_dict()
        return Session(
            reference=plain["id"],
            redirect_url=plain.get("url"),
            state=words.receipt_of_session(plain).state,
        )

    def look_up(self, reference: str) -> Receipt:
        """Session, intent, charge and fee in one call; by an intent's id in one call too."""
        if reference.startswith("pi_"):
            return self._by_intent(reference)
        with translated():
            session = self.client.v1.checkout.sessions.retrieve(
                reference, params={"expand": _WHOLE}
            )
        return words.receipt_of_session(session.to_dict())

    def expire(self, reference: str) -> Receipt:
        """Stripe refuses to expire what is not open: then its state is the answer."""
        try:
            with translated():
                self.client.v1.checkout.sessions.expire(reference)
        except ProviderRejected as e:
            if e.params.get("reason") == "resource_missing":
                raise
        return self.look_up(reference)

    def refund(self, charge_reference: str, amount: Money, key: str) -> RefundReceipt:
        """Stripe forgets a key after a day, an outbox does not: so look first for a refund that
        carries it."""
        earlier = [made for made in self.refunds(charge_reference) if made.key == key]
        if earlier:
            return earlier[0]
        with translated():
            refund = self.client.v1.refunds.create(
                params={
                    "payment_intent": charge_reference,
                    "amount": to_stripe(amount),
                    "metadata": {words.REFUND_KEY: key},
                },
                options={"idempotency_key": key},
            )
        return words.refund_of(refund.to_dict())

    def refunds(self, charge_reference: str) -> tuple[RefundReceipt, ...]:
        """All refunds of the intent, oldest first."""
        with translated():
            found = self.client.v1.refunds.list(
                params={"payment_intent": charge_reference, "limit": 100}
            )
            plain = [refund.to_dict() for refund in found.auto_paging_iter()]
        return tuple(words.refund_of(refund) for refund in reversed(plain))

    def disputes(self, charge_reference: str) -> tuple[Dispute, ...]:
        """All disputes of the intent, oldest first."""
        with translated():
            found = self.client.v1.disputes.list(
                params={"payment_intent": charge_reference, "limit": 100}
            )
            plain = [dispute.to_dict() for dispute in found.auto_paging_iter()]
        return tuple(words.dispute_of(dispute) for dispute in reversed(plain))

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> CallbackEvent | None:
        """A webhook. Its signature is over the raw body and five minutes old at most."""
        if len(body) > LARGEST_EVENT:
            raise Invalid("callback_too_large")
        lower = {name.lower(): value for name, value in headers.items()}
        try:
            stripe.WebhookSignature.verify_header(
                body, lower.get("stripe-signature"), self.webhook_secret, TOLERANCE
            )
        except (stripe.SignatureVerificationError, UnicodeError, TypeError) as e:
            # TypeError: the library compares a header that is not ASCII with hmac.compare_digest
            raise Forbidden("bad_signature") from e
        try:
            return words.event_of(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
            raise Invalid("callback_unreadable") from e

    def recent(self, since: datetime) -> Iterator[Receipt]:
        """Our sessions created since then, page by page, newest first."""
        with translated():
            found = self.client.v1.checkout.sessions.list(
                params={"created": {"gte": int(since.timestamp())}, "limit": 100,
                        "expand": _LISTED}
            )
            for session in found.auto_paging_iter():
                plain = session.to_dict()
                if words.order_of(plain):
                    yield words.receipt_of_session(plain)

    def _by_intent(self, intent: str) -> Receipt:
        with translated():
            found = self.client.v1.checkout.sessions.list(
                params={"payment_intent": intent, "limit": 1, "expand": _LISTED}
            )
        if not found.data:
            raise ProviderRejected(provider="stripe", reason="resource_missing")
        return words.receipt_of_session(found.data[0].to_dict())


def _session_params(charge: Charge) -> SessionCreateParams:
    ours = {words.ORDER: charge.order_number}
    joint = "&" if "?" in charge.return_url else "?"
    return {
        "mode": "payment",
        "submit_type": "pay",
        "locale": LOCALES.get(charge.language, "en"),
        "line_items": _lines(charge),
        # Otherwise Stripe may offer the shopper another currency than the one agreed.
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": charge.order_number,
        "metadata": ours,
        "payment_intent_data": {"metadata": ours, "description": charge.description},
        "customer_email": charge.email,
        "expires_at": int(charge.expires_at.astimezone(UTC).timestamp()),
        "success_url": f"{charge.return_url}{joint}session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": charge.cancel_url,
    }


def _lines(charge: Charge) -> list[SessionCreateParamsLineItem]:
    """The charge's lines if they add up to it and Stripe can show them, else one with the total."""
    total = to_stripe(charge.amount)
    try:
        shown = [(line.label, to_stripe(line.amount)) for line in charge.lines]
    except ProviderRejected:
        shown = []
    if (sum(amount for _, amount in shown) != total or len(shown) > MOST_LINES
            or any(amount < 0 for _, amount in shown)
            or any(line.amount.currency != charge.amount.currency for line in charge.lines)):
        shown = [(charge.description, total)]
    currency = charge.amount.currency.lower()
    return [
        {"quantity": 1, "price_data": {"currency": currency, "unit_amount": amount,
                                       "product_data": {"name": label}}}
        for label, amount in shown
    ]


@contextmanager
def translated() -> Iterator[None]:
    """Stripe's failures in our three kinds.

    A 5xx, a 409 and an answer that is not theirs (a proxy's page) are APIError: the deed may be
    done, so they are tried again with the same key (https://docs.stripe.com/error-low-level).
    """
    try:
        yield
    except stripe.CardError as e:
        decline = getattr(e.error, "decline_code", None)
        raise PaymentDeclined(provider="stripe", reason=decline or e.code or "") from e
    except (stripe.APIConnectionError, stripe.RateLimitError) as e:
        raise ProviderUnavailable(provider="stripe") from e
    except stripe.IdempotencyError as e:
        raise ProviderRejected(provider="stripe", reason="idempotency_key_reused") from e
    except stripe.APIError as e:
        raise ProviderUnavailable(provider="stripe", reason=str(e.http_status or "")) from e
    except stripe.StripeError as e:
        raise ProviderRejected(provider="stripe", reason=e.code or type(e).__name__) from e

"""The embedded default: a payment page of our own where a person chooses how the payment ends.

No money moves and no card number is asked. The outcome is kept in a store the shop gives, so that
web and worker see the same; the gateway itself keeps nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from app.kernel import clock
from app.kernel.errors import ProviderRejected
from app.kernel.money import Money
from app.services.payment.port import (
    CallbackEvent,
    Charge,
    Dispute,
    PaymentState,
    Receipt,
    RefundReceipt,
    RefundState,
    Session,
)

Memory = dict[str, Any]
"""What is kept for one payment: JSON values only; "started_at" is ISO 8601 in UTC."""


class Outcome(StrEnum):
    """How a test payment goes. A challenge is chosen first and then passed or failed."""

    PAID = "paid"
    DECLINED = "declined"
    CHALLENGE = "challenge"
    CHALLENGE_PASSED = "challenge_passed"
    CHALLENGE_FAILED = "challenge_failed"
    LATE_FAILURE = "late_failure"  # pending first, failed after `late_after`
    TIMEOUT = "timeout"  # the bank never answers: stays open until it expires


AT_FIRST = (Outcome.PAID, Outcome.DECLINED, Outcome.CHALLENGE, Outcome.LATE_FAILURE,
            Outcome.TIMEOUT)
IN_CHALLENGE = (Outcome.CHALLENGE_PASSED, Outcome.CHALLENGE_FAILED)
_PAID = frozenset({Outcome.PAID, Outcome.CHALLENGE_PASSED})
_FAILED = frozenset({Outcome.DECLINED, Outcome.CHALLENGE_FAILED})


class Store(Protocol):
    """Where the gateway remembers. Each call is whole by itself (one transaction)."""

    def get(self, reference: str) -> Memory | None:
        """What was put last, or None."""
        ...

    def put(self, reference: str, memory: Memory) -> None:
        """Keep it, in place of what was there."""
        ...

    def since(self, moment: datetime) -> Iterable[Memory]:
        """Payments whose "started_at" is not before `moment` (aware UTC)."""
        ...


class MemoryStore:
    """A store for tests and previews: forgets with the process."""

    def __init__(self) -> None:
        self._kept: dict[str, Memory] = {}

    def get(self, reference: str) -> Memory | None:
        """See Store."""
        kept = self._kept.get(reference)
        return None if kept is None else dict(kept)

    def put(self, reference: str, memory: Memory) -> None:
        """See Store."""
        self._kept[reference] = dict(memory)

    def since(self, moment: datetime) -> Iterable[Memory]:
        """See Store."""
        return [dict(kept) for kept in list(self._kept.values())
                if datetime.fromisoformat(kept["started_at"]) >= moment]


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """What the gateway's own page shows. choices is empty once nothing is left to choose."""

    reference: str
    order_number: str
    amount: Money
    description: str
    language: str
    return_url: str
    cancel_url: str
    state: PaymentState
    choices: tuple[Outcome, ...]


class TestGateway:
    """A payment provider that lives in the shop.

    store       remembers the payments
    page_url    our page's absolute address with {reference} and, if wanted, {language}
    secret      makes references unguessable
    late_after  how long a late failure looks as if it would come
    """

    __test__ = False  # pytest takes every class named Test… for one of its own
    code = "test"
    currencies: frozenset[str] | None = None

    def __init__(self, store: Store, page_url: str, secret: str,
                 late_after: timedelta = timedelta(seconds=60)) -> None:
        self.store = store
        self.page_url = page_url
        self.secret = secret.encode()
        self.late_after = late_after

    def speaks(self, language: str) -> bool:
        """Always: its page is one of ours."""
        return bool(language)

    def start(self, charge: Charge) -> Session:
        """A session on our own page; the same key finds the same session."""
        reference = self._reference(charge.key)
        asked = _asked(reference, charge)
        kept = self.store.get(reference)
        if kept is None:
            self.store.put(reference, asked)
        elif any(kept[name] != asked[name] for name in ("order_number", "amount", "currency")):
            raise ProviderRejected(provider=self.code, reason="idempotency_key_reused")
        url = self.page_url.replace("{reference}", reference)
        return Session(reference, redirect_url=url.replace("{language}", charge.language))

    def page(self, reference: str) -> PaymentPage:
        """What our page shows for this payment."""
        kept = self._kept(reference)
        return PaymentPage(
            reference=reference,
            order_number=kept["order_number"],
            amount=Money(kept["amount"], kept["currency"]),
            description=kept["description"],
            language=kept["language"],
            return_url=kept["return_url"],
            cancel_url=kept["cancel_url"],
            state=self._state(kept),
            choices=self._choices(kept),
        )

    def choose(self, reference: str, outcome: Outcome) -> str:
        """End the payment this way and say where to go next (an absolute address).

        A choice that is no longer open changes nothing: a second click is led the same way.
        """
        kept = self._kept(reference)
        if outcome in self._choices(kept):
            kept |= {"outcome": str(outcome), "decided_at": clock.now().isoformat()}
            self.store.put(reference, kept)
        if kept["outcome"] == Outcome.CHALLENGE and self._choices(kept):
            url = self.page_url.replace("{reference}", reference)
            return url.replace("{language}", kept["language"])
        back = str(kept["return_url"])  # with the payment's name, as Stripe does it
        return f"{back}{'&' if '?' in back else '?'}session={reference}"

    def look_up(self, reference: str) -> Receipt:
        """The payment as its outcome and the clock have it."""
        return self._receipt(self._kept(reference))

    def expire(self, reference: str) -> Receipt:
        """Close it if the shopper has not finished."""
        kept = self._kept(reference)
        if self._state(kept) == PaymentState.STARTED:
            kept |= {"expires_at": clock.now().isoformat()}
            self.store.put(reference, kept)
        return self._receipt(kept)

    def refund(self, charge_reference: str, amount: Money, key: str) -> RefundReceipt:
        """Done at once; nothing was ever taken."""
        kept = self._kept(charge_reference)
        earlier = {refund["key"]: refund for refund in kept["refunds"]}
        if key in earlier:
            return _refund(kept, earlier[key])
        left = Money(kept["amount"], kept["currency"]) - _refunded(kept)
        if self._state(kept) != PaymentState.PAID or amount.minor <= 0 or amount > left:
            raise ProviderRejected(provider=self.code, reason="amount_too_large")
        made = {"key": key, "amount": amount.minor, "reference": self._reference(f"refund {key}")}
        self.store.put(charge_reference, kept | {"refunds": [*kept["refunds"], made]})
        return _refund(kept, made)

    def refunds(self, charge_reference: str) -> tuple[RefundReceipt, ...]:
        """All refunds of this payment."""
        kept = self._kept(charge_reference)
        return tuple(_refund(kept, refund) for refund in kept["refunds"])

    def disputes(self, charge_reference: str) -> tuple[Dispute, ...]:
        """Nobody disputes what was never taken."""
        return ()

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> CallbackEvent | None:
        """None: the gateway's page is in the shop and needs no callbacks."""
        return None

    def recent(self, since: datetime) -> Iterable[Receipt]:
        """Payments started since then."""
        return [self._receipt(kept) for kept in self.store.since(since)]

    def _kept(self, reference: str) -> Memory:
        kept = self.store.get(reference)
        if kept is None:
            raise ProviderRejected(provider=self.code, reason="resource_missing")
        return kept

    def _reference(self, key: str) -> str:
        return "test-" + hmac.new(self.secret, key.encode(), hashlib.sha256).hexdigest()[:32]

    def _choices(self, kept: Memory) -> tuple[Outcome, ...]:
        if self._state(kept) != PaymentState.STARTED:
            return ()
        if kept["outcome"] == Outcome.CHALLENGE:
            return IN_CHALLENGE
        return AT_FIRST if not kept["outcome"] else ()

    def _state(self, kept: Memory) -> PaymentState:
        outcome = kept["outcome"]
        if outcome in _PAID:
            return PaymentState.PAID
        if outcome in _FAILED:
            return PaymentState.FAILED
        if outcome == Outcome.LATE_FAILURE:
            decided = datetime.fromisoformat(kept["decided_at"])
            still_coming = clock.now() < decided + self.late_after
            return PaymentState.PENDING if still_coming else PaymentState.FAILED
        is_over = clock.now() >= datetime.fromisoformat(kept["expires_at"])
        return PaymentState.EXPIRED if is_over else PaymentState.STARTED

    def _receipt(self, kept: Memory) -> Receipt:
        state = self._state(kept)
        is_paid = state == PaymentState.PAID
        amount = Money(kept["amount"], kept["currency"])
        return Receipt(
            reference=kept["reference"],
            state=state,
            amount=amount if is_paid else None,
            order_number=kept["order_number"],
            charge_reference=kept["reference"] if is_paid else "",
            fee=Money.zero(amount.currency) if is_paid else None,
            refunded=_refunded(kept) if is_paid else None,
            reason="" if is_paid else kept["outcome"],
        )


def _asked(reference: str, charge: Charge) -> Memory:
    return {
        "reference": reference,
        "order_number": charge.order_number,
        "amount": charge.amount.minor,
        "currency": charge.amount.currency,
        "description": charge.description,
        "language": charge.language,
        "return_url": charge.return_url,
        "cancel_url": charge.cancel_url,
        "started_at": clock.now().isoformat(),
        "expires_at": charge.expires_at.isoformat(),
        "outcome": "",
        "decided_at": "",
        "refunds": [],
    }


def _refunded(kept: Memory) -> Money:
    return Money(sum(refund["amount"] for refund in kept["refunds"]), kept["currency"])


def _refund(kept: Memory, refund: Mapping[str, Any]) -> RefundReceipt:
    return RefundReceipt(
        reference=refund["reference"],
        charge_reference=kept["reference"],
        state=RefundState.DONE,
        amount=Money(refund["amount"], kept["currency"]),
        key=refund["key"],
    )

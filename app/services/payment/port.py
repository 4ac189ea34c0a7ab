"""What the shop asks of a way to be paid, in our words; a vendor's words stop in its own file.

A payment is started, then looked up; what a provider tells by itself (a callback) only says when
to look. One reference names a payment at the provider, one `charge_reference` names the money that
came in: refunds and disputes hang from it. Both are opaque text of at most 200 characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.kernel.money import Money


class PaymentState(StrEnum):
    """Where a payment stands at its provider. PAID, FAILED and EXPIRED are final there."""

    STARTED = "started"  # the shopper has not finished; may still try again
    PENDING = "pending"  # the shopper has finished, the money is on its way (or never comes)
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"  # closed without money; cannot be paid any more


class RefundState(StrEnum):
    """DONE and PENDING both bind the money; FAILED gives it back to the shop."""

    DONE = "done"
    PENDING = "pending"
    FAILED = "failed"


class DisputeState(StrEnum):
    """How a payer's complaint at their bank stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class EventKind(StrEnum):
    """What a callback is about, and so what is to be asked again."""

    PAYMENT = "payment"  # look_up(event.reference)
    REFUND = "refund"  # refunds(event.charge_reference)
    DISPUTE = "dispute"  # disputes(event.charge_reference)
    NOTHING = "nothing"  # verified, but of no concern to the shop


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """A line to be shown on the payment page: words in the shopper's language, gross amount."""

    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Charge:
    """What is to be paid, by whom, and where to send them afterwards.

    key          one per attempt, <= 255 characters, stored before the call
    amount       gross total, > 0
    language     one of the shop's languages ("zh-Hans")
    return_url   absolute; a provider may add query parameters
    cancel_url   absolute; where the way back leads
    expires_at   aware UTC; after it the payment cannot be finished
    lines        goods, then delivery, duty and tax; may be empty or not add up to the amount
                 (then the payment page shows the description and the total)
    description  one line in the shopper's language: "Order TW-1001"
    country      destination, ISO 3166-1 alpha-2; '' when unknown
    order_token  for addresses of our own pages; never sent to a provider
    """

    key: str
    order_number: str
    amount: Money
    email: str
    language: str
    return_url: str
    cancel_url: str
    expires_at: datetime
    description: str
    lines: tuple[ChargeLine, ...] = ()
    country: str = ""
    order_token: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A payment that can be made now.

    redirect_url  where the shopper pays; None when there is no such page
    instructions  what the shopper must know to pay (names are the provider's docstring's)
    """

    reference: str
    redirect_url: str | None = None
    instructions: Mapping[str, str] | None = None
    state: PaymentState = PaymentState.STARTED


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment as its provider knows it.

    reference         the provider's name of the payment
    amount            what really came in, before fees and refunds; None unless PAID
    order_number      as given in the charge; '' if the provider does not know it
    charge_reference  the money, for refunds; '' unless PAID (or unless it was)
    fee               what the provider keeps, in the currency it settles in (not always the
                      amount's); None when unknown
    refunded          given back so far; None when unknown
    reason            a provider's word for FAILED, or for the last try while STARTED; for staff
    """

    reference: str
    state: PaymentState
    amount: Money | None = None
    order_number: str = ""
    charge_reference: str = ""
    fee: Money | None = None
    refunded: Money | None = None
    reason: str = ""

    @property
    def is_paid(self) -> bool:
        """True when the money is there."""
        return self.state == PaymentState.PAID


@dataclass(frozen=True, slots=True)
class RefundReceipt:
    """Money going back, as the provider knows it.

    key     the key it was asked for with; '' when it was made elsewhere (provider's dashboard)
    reason  why it failed or waits; a provider's word, for staff
    """

    reference: str
    charge_reference: str
    state: RefundState
    amount: Money
    key: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A payer's complaint at their bank.

    amount  what is contested, in the payment's currency
    held    taken out of our balance now, in the settling currency; zero once given back
    fee     what the provider takes for it, in the settling currency; None when unknown
    """

    reference: str
    charge_reference: str
    state: DisputeState
    amount: Money
    held: Money | None = None
    fee: Money | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallbackEvent:
    """A verified message. What it claims is as old as the message: ask again before acting.

    event_id          unique at the provider; the same event is delivered again with the same id
    name              the provider's own word for it, for the log
    reference         for look_up(); '' when kind is not PAYMENT
    charge_reference  for refunds() and disputes(), and for look_up() when the shop has not met
                      this money yet; '' when unknown
    receipt, refund, dispute  what the message claims, at most one, for the log and the back office
    """

    event_id: str
    kind: EventKind
    name: str
    reference: str = ""
    charge_reference: str = ""
    receipt: Receipt | None = None
    refund: RefundReceipt | None = None
    dispute: Dispute | None = None

    @property
    def needs_nothing(self) -> bool:
        """True when the message is to be kept and answered, and no more."""
        return self.kind == EventKind.NOTHING


class PaymentProvider(Protocol):
    """One way to be paid.

    Stateless but for its client; shared by threads. Every method may be called again with the
    same arguments. All but `read_callback` may raise ProviderUnavailable (no answer, or not now:
    the deed may or may not be done; call again with the same key) or ProviderRejected (our
    mistake: never retried, staff are told). `start` may raise PaymentDeclined besides (tell the
    shopper). An unknown reference is ProviderRejected with reason "resource_missing".
    None is called inside a database transaction.
    """

    @property
    def code(self) -> str:
        """The provider's name in settings, addresses and rows: "stripe"."""
        ...

    @property
    def currencies(self) -> frozenset[str] | None:
        """The currencies it takes; None for all."""
        ...

    def speaks(self, language: str) -> bool:
        """Whether its own pages come in this language of the shop (else they are English)."""
        ...

    def start(self, charge: Charge) -> Session:
        """Open a payment. One key, one payment: the same charge again gives the same session.

        raises  ProviderRejected  also for an amount the provider cannot express, and for a key
                                  that was used for another charge
        """
        ...

    def look_up(self, reference: str) -> Receipt:
        """The payment as it is now, read from the provider.

        reference  a payment's reference or its charge_reference; the answer carries both
        """
        ...

    def expire(self, reference: str) -> Receipt:
        """Close a payment so that it cannot be made any more, and say how it ended.

        Answers PAID when it was paid already, PENDING when the shopper has finished and the money
        may come: the caller must go by the answer, not by its wish.
        """
        ...

    def refund(self, charge_reference: str, amount: Money, key: str) -> RefundReceipt:
        """Give back a part or all. One key, one refund, however often and however late repeated.

        raises  ProviderRejected  when more is asked than is left
        """
        ...

    def refunds(self, charge_reference: str) -> tuple[RefundReceipt, ...]:
        """All refunds of this money, also those made elsewhere, oldest first."""
        ...

    def disputes(self, charge_reference: str) -> tuple[Dispute, ...]:
        """All disputes of this money, oldest first."""
        ...

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> CallbackEvent | None:
        """Verify a message and say what it is about. Calls nobody.

        body     as received, untouched; headers in any case
        returns  None when this provider sends no callbacks
        raises   Forbidden  not signed by the provider, or too old
                 Invalid    signed, but not a message; or larger than one can be
        """
        ...

    def recent(self, since: datetime) -> Iterable[Receipt]:
        """Payments of this shop started at or after `since` (aware UTC), in any state, any order.

        For the reconciler: finds money whose messages were lost. May read page by page.
        """
        ...

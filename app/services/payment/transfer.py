"""Bank transfer: the shopper is told where to send the money; staff say when it came.

The bank tells us nothing, so nothing here calls out and nothing is ever PAID: `look_up` answers
PENDING, the shop's own book says more. Refunds wait for a person who sends them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

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

_PREFIX = "transfer-"
_EPC_LARGEST = 99_999_999_999  # EUR 999,999,999.99, the guideline's largest amount
_EPC_NAME, _EPC_TEXT = 70, 140


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where the money goes. iban and bic without spaces; holder as the bank knows it."""

    holder: str
    iban: str
    bic: str
    bank: str = ""


class Transfer:
    """A payment provider without a wire.

    instructions  holder, iban (in groups of four), bic, bank, reference (the order's number),
                  amount (major units, "19.99"), currency, until (ISO 8601), and for euros
                  epc_qr, the text of a SEPA QR code (error correction M, at most version 13)
    """

    code = "transfer"

    def __init__(
        self, account: Callable[[], BankAccount],
        currencies: frozenset[str] | None = frozenset({"EUR"}),
    ) -> None:
        self.account = account  # asked each time: the seller may change it
        self.currencies = currencies

    def speaks(self, language: str) -> bool:
        """Always: the instructions are shown on our own page."""
        return bool(language)

    def start(self, charge: Charge) -> Session:
        """The instructions. The reference follows from the order: one order, one transfer."""
        currency = charge.amount.currency
        if self.currencies is not None and currency not in self.currencies:
            raise ProviderRejected(
                provider=self.code, reason="currency_not_taken", currency=currency
            )
        return Session(
            reference=f"{_PREFIX}{charge.order_number}",
            instructions=self._instructions(charge),
            state=PaymentState.PENDING,
        )

    def look_up(self, reference: str) -> Receipt:
        """PENDING for ever: only the bank statement knows."""
        return Receipt(reference, PaymentState.PENDING, order_number=_order_number(reference))

    def expire(self, reference: str) -> Receipt:
        """EXPIRED: we stop waiting. Money that comes later is entered by staff like any other."""
        return Receipt(reference, PaymentState.EXPIRED, order_number=_order_number(reference))

    def refund(self, charge_reference: str, amount: Money, key: str) -> RefundReceipt:
        """PENDING: a person has to send it and then say so."""
        return RefundReceipt(
            reference=f"{_PREFIX}refund-{key}", charge_reference=charge_reference,
            state=RefundState.PENDING, amount=amount, key=key, reason="sent_by_hand",
        )

    def refunds(self, charge_reference: str) -> tuple[RefundReceipt, ...]:
        """None that we could know of."""
        return ()

    def disputes(self, charge_reference: str) -> tuple[Dispute, ...]:
        """A transfer cannot be disputed."""
        return ()

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> CallbackEvent | None:
        """None: a bank account sends no callbacks."""
        return None

    def recent(self, since: datetime) -> Iterable[Receipt]:
        """None that we could know of."""
        return ()

    def _instructions(self, charge: Charge) -> dict[str, str]:
        account = self.account()
        told = {
            "holder": account.holder,
            "iban": grouped(account.iban),
            "bic": account.bic,
            "bank": account.bank,
            "reference": charge.order_number,
            "amount": f"{charge.amount.major:f}",
            "currency": charge.amount.currency,
            "until": charge.expires_at.isoformat(),
        }
        if charge.amount.currency == "EUR" and 0 < charge.amount.minor <= _EPC_LARGEST:
            told["epc_qr"] = epc_payload(account, charge.amount, charge.order_number)
        return told


def epc_payload(account: BankAccount, amount: Money, text: str) -> str:
    """The text of a SEPA credit transfer QR code, in UTF-8.

    amount  euros, 0.01 to 999,999,999.99
    text    what the payer writes on the transfer (unstructured), at most 140 characters
    source  European Payments Council, EPC069-12 v2.1 (version 002, element order)
    """
    lines = (
        "BCD", "002", "1", "SCT", account.bic, account.holder[:_EPC_NAME], account.iban,
        f"EUR{amount.major:.2f}", "", "", text[:_EPC_TEXT],
    )
    return "\n".join(lines)


def grouped(iban: str) -> str:
    """An IBAN in groups of four, as banks print it (ISO 13616)."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def _order_number(reference: str) -> str:
    if not reference.startswith(_PREFIX):
        raise ProviderRejected(provider=Transfer.code, reason="resource_missing")
    return reference.removeprefix(_PREFIX)

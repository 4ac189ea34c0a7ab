"""What the double refuses: Stripe's error object, and its rules for amounts.

Source of the amounts: https://docs.stripe.com/currencies, read 2026-11-21.
"""

from __future__ import annotations

from typing import Any

MUST_END_IN = {"isk": 100, "ugx": 100} | dict.fromkeys(["bhd", "jod", "kwd", "omr", "tnd"], 10)
SMALLEST = {
    "usd": 50, "eur": 50, "gbp": 30, "chf": 50, "cad": 50, "aud": 50, "sgd": 50, "jpy": 50,
    "aed": 200, "huf": 17500,
}
LARGEST = 99_999_999


class Refusal(Exception):
    """An answer of Stripe's that is not a success."""

    def __init__(self, status: int, kind: str, message: str, *, code: str | None = None,
                 param: str | None = None, decline_code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, "code": code, "param": param,
                               "decline_code": decline_code}}


def invalid(message: str, *, param: str | None = None, code: str | None = None,
            status: int = 400) -> Refusal:
    """An invalid_request_error."""
    return Refusal(status, "invalid_request_error", message, code=code, param=param)


def missing(thing_id: str) -> Refusal:
    """No such object."""
    return invalid(f"No such object: '{thing_id}'", code="resource_missing", param="id",
                   status=404)


def check_amount(amount: int, currency: str) -> None:
    """Refuse what Stripe could not charge in this currency."""
    if currency != currency.lower() or len(currency) != 3:
        raise invalid(f"Invalid currency: {currency}", param="currency")
    check_step(amount, currency)
    if amount < SMALLEST.get(currency, 1):
        raise invalid("Amount too small", param="amount", code="amount_too_small")
    if amount > LARGEST:
        raise invalid("Amount too large", param="amount", code="amount_too_large")


def check_step(amount: int, currency: str) -> None:
    """Refuse an amount that does not end as this currency's must."""
    if amount % MUST_END_IN.get(currency, 1):
        raise invalid("Invalid amount for this currency", param="amount",
                      code="parameter_invalid_integer")


def whole(value: Any, param: str) -> int:
    """A form value as a whole number."""
    try:
        return int(str(value))
    except ValueError:
        raise invalid(f"Invalid integer: {value}", param=param,
                      code="parameter_invalid_integer") from None

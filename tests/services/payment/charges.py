"""Charges for tests of the payment providers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.kernel import clock
from app.kernel.money import Money
from app.services.payment.port import Charge, ChargeLine


def a_charge(minor: int = 1999, currency: str = "EUR", **other: Any) -> Charge:
    """A charge for order TW-1001 with one line that adds up; `other` replaces any field."""
    total = Money(minor, currency)
    fields: dict[str, Any] = {
        "key": "order-1-1",
        "order_number": "TW-1001",
        "amount": total,
        "email": "ada@nordlys.example",
        "language": "de",
        "return_url": "https://shop.example/de-de/checkout/return?o=1",
        "cancel_url": "https://shop.example/de-de/checkout",
        "expires_at": clock.now() + timedelta(minutes=31),
        "description": "Bestellung TW-1001",
        "lines": (ChargeLine("Tee", total),),
        "country": "DE",
    }
    return Charge(**(fields | other))

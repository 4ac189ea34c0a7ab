"""EasyPost: rates of many carriers over one account.

source  docs.easypost.com, "Shipment" and "Rate": POST /v2/shipments with two addresses and a
        parcel (inches and ounces) answers rates; `rate` is text in major units of `currency`,
        `delivery_days` may be null; the key is the user name of HTTP Basic
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_UP, Decimal, InvalidOperation
from typing import Any

import requests

from app.kernel.address import Destination
from app.kernel.currency import is_known
from app.kernel.errors import ProviderRejected, ProviderUnavailable
from app.kernel.money import Money
from app.services.shipping.port import Box, LiveQuote

EASYPOST = "https://api.easypost.com"
TIME_OUTS = (1.5, 4)  # a shopper waits: the table answers at once
_INCH_MM, _OUNCE_G = Decimal("25.4"), Decimal("28.349523125")
_TENTH = Decimal("0.1")


class EasyPost:
    """One request per box; a service's price is the sum over all of them."""

    code = "easypost"

    def __init__(self, key: str, url: str = EASYPOST) -> None:
        self._key, self.url = key, url.rstrip("/")

    def rates(
        self, origin: Destination, to: Destination, boxes: tuple[Box, ...]
    ) -> tuple[LiveQuote, ...]:
        """See RateProvider."""
        found: dict[str, LiveQuote] | None = None
        for box in boxes:
            each = self._of_box(origin, to, box)
            found = each if found is None else _summed(found, each)
        return tuple((found or {}).values())

    def _of_box(self, origin: Destination, to: Destination, box: Box) -> dict[str, LiveQuote]:
        shipment = {"from_address": _place(origin), "to_address": _place(to), "parcel": {
            "length": _in(box.length_mm, _INCH_MM), "width": _in(box.width_mm, _INCH_MM),
            "height": _in(box.height_mm, _INCH_MM), "weight": _in(box.weight_g, _OUNCE_G),
        }}
        found = self._post("/v2/shipments", {"shipment": shipment})
        try:
            return {quote.service: quote for quote in map(_quote, found["rates"])
                    if quote is not None}
        except (KeyError, TypeError, AttributeError) as error:
            raise ProviderUnavailable(provider=self.code, reason="unreadable") from error

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        try:
            answer = requests.post(f"{self.url}{path}", json=body, auth=(self._key, ""),
                                   timeout=TIME_OUTS, allow_redirects=False)
            found = answer.json() if answer.ok else None
        except (requests.RequestException, ValueError) as error:
            raise ProviderUnavailable(provider=self.code, reason=type(error).__name__) from error
        if answer.status_code >= 500 or answer.status_code in {408, 429}:
            raise ProviderUnavailable(provider=self.code, reason=str(answer.status_code))
        if not answer.ok:
            raise ProviderRejected(provider=self.code, reason=str(answer.status_code))
        return found


def _place(where: Destination) -> dict[str, str]:
    return {"country": where.country, "state": where.region, "zip": where.postal_code,
            "city": where.city}


def _in(value: int, unit: Decimal) -> str:
    """In the vendor's unit, rounded up to a tenth: never less than the parcel is."""
    return f"{(Decimal(value) / unit).quantize(_TENTH, ROUND_UP):f}"


def _quote(row: Mapping[str, Any]) -> LiveQuote | None:
    """A rate in our words; None for one that cannot be read or costs nothing."""
    currency = str(row.get("currency") or "")
    try:
        amount = Money.from_major(Decimal(str(row.get("rate"))), currency)
    except (InvalidOperation, ValueError):
        return None
    days = row.get("delivery_days")
    if not is_known(currency) or amount.minor <= 0:
        return None
    return LiveQuote(f"{row.get('carrier')}/{row.get('service')}", amount,
                     days if isinstance(days, int) and days >= 0 else None)


def _summed(one: Mapping[str, LiveQuote], other: Mapping[str, LiveQuote]) -> dict[str, LiveQuote]:
    """Services that take both, with the sum and the later of the days."""
    found: dict[str, LiveQuote] = {}
    for name in one.keys() & other.keys():
        first, second = one[name], other[name]
        if first.amount.currency != second.amount.currency:
            continue
        known = [days for days in (first.days, second.days) if days is not None]
        found[name] = LiveQuote(name, first.amount + second.amount,
                                max(known) if len(known) == 2 else None)
    return found

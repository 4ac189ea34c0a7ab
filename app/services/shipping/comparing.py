"""The comparison kept with an order, and the service its parcel really goes with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.models.order import Order
from app.services.rates.book import rate_book

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A service for an order's parcels: instead_of is the one that was agreed but is down now."""

    service: str
    carrier: str
    chargeable_g: int
    instead_of: str = ""


def comparison(order: Order) -> Sequence[Row]:
    """Every service that was looked at when the order was made; empty for older orders."""
    return tuple(order.quote.get("comparison") or ())


def is_down(row: Row, country: str) -> bool:
    """True when this service cannot be used to this country now."""
    book = rate_book()
    service = book.services.get(str(row["service"]))
    return service is None or any(one.hits(service, country) for one in book.shipping.outages)


def service_for(order: Order) -> Sent:
    """What the order's parcel goes with: the agreed service, or its backup while that is down.

    The backup is of the same warehouse: the cheapest of the same tier, else the cheapest of all
    that were offered. With none that works the agreed one stays: staff see that it is down.
    """
    agreed = (order.quote.get("option") or {}).get("services") or []
    code = agreed[0][1] if agreed else order.shipping_option
    rows = comparison(order)
    row = next((one for one in rows if one["service"] == code), None)
    country = str(order.address.get("country", ""))
    if row is None or not is_down(row, country):
        return _sent(code, row, rows, agreed)
    others = sorted(
        (one for one in rows if one["warehouse"] == row["warehouse"] and not one["refused"]
         and one["service"] != code and not is_down(one, country)),
        key=lambda one: (one["tier"] != row["tier"], one["cost"]["minor"], one["service"]),
    )
    if not others:
        return _sent(code, row, rows, agreed)
    return _sent(others[0]["service"], others[0], rows, agreed, instead_of=code)


def _sent(code: str, row: Row | None, rows: Sequence[Row], agreed: Sequence[Sequence[str]],
          instead_of: str = "") -> Sent:
    """With the weight of all of the order's parcels that the same carrier takes."""
    if row is None:
        return Sent(code, "", 0)
    codes = {code, *(one for _, one in agreed if one != instead_of)}
    weight = sum(int(one["chargeable_g"]) for one in rows
                 if one["service"] in codes and one["carrier"] == row["carrier"])
    return Sent(code, str(row["carrier"]), weight, instead_of)

"""The reasons of a quote for the merchant: an order's as it was frozen, or one piece's now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.kernel import clock
from app.kernel.address import Destination
from app.kernel.errors import Conflict, NotFound
from app.models.order import Order
from app.rules.quote import as_dict, quote
from app.services import markets
from app.services.cart.facts import Wanted, gather
from app.services.catalogue import finding
from app.services.orders.reading import SUMS
from app.services.rates.book import rate_book


@dataclass(frozen=True, slots=True)
class Explained:
    """Sums (name -> minor units), the currency, and every reason as plain values."""

    currency: str
    sums: Mapping[str, int]
    why: tuple[Mapping[str, Any], ...]
    problems: tuple[str, ...]


def of_order(number: str) -> Explained:
    """Why an order cost what it cost, from its frozen quote. Raises NotFound (unknown_order)."""
    frozen = db.session.scalar(select(Order.quote).where(Order.number == number))
    if frozen is None:
        raise NotFound("unknown_order")
    return _explained(frozen)


def of_sku(sku: str, to: str, market_code: str = "", quantity: int = 1,  # noqa: PLR0913 - what a quote is asked about
           postcode: str = "", region: str = "", currency: str = "") -> Explained:
    """Why pieces of a SKU cost what they cost to a country, now. Raises NotFound, Conflict."""
    found = markets.find(market_code) if market_code else markets.of_country(to)
    market = found or markets.default()
    held = gather(
        [Wanted("1", finding.variant(sku), quantity)], market, currency or market.currencies[0],
        Destination(to, region, postcode), clock.now(),
    )
    if held.missing:
        raise Conflict(held.missing["1"])
    return _explained(as_dict(quote(held.facts, rate_book(held.facts.now.date()))))


def _explained(frozen: Mapping[str, Any]) -> Explained:
    return Explained(
        frozen["currency"], {name: int(frozen[name]["minor"]) for name in SUMS},
        tuple(frozen["why"]), tuple(frozen["problems"]),
    )

"""What delivery would cost: goods and a place in, every service with its steps out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.extensions import db
from app.kernel.address import Destination
from app.kernel.errors import Conflict, NotFound
from app.models.catalogue import Variant
from app.models.order import Order, OrderLine
from app.rules.facts import LineFacts
from app.rules.quote import quote
from app.rules.result import Quote
from app.services import markets
from app.services.cart.facts import Gathered, Wanted, gather
from app.services.markets import MarketView
from app.services.rates.book import rate_book
from app.services.shipping import packing


@dataclass(frozen=True, slots=True)
class Asked:
    """The quote of some goods to a place, in the market it was asked in."""

    quote: Quote
    held: Gathered
    market: MarketView
    currency: str


def ask(pieces: Mapping[str, int], destination: Destination, now: datetime, *,
        market: str = "", currency: str = "") -> Asked:
    """Quote pieces (SKU -> how many) exactly as a cart would be, at a moment (aware).

    market  by default the one that serves the country
    raises  NotFound (unknown_variant, unknown_market), Conflict (unknown_currency)
    """
    found = markets.find(market) if market else markets.of_country(destination.country)
    if found is None:
        raise NotFound("unknown_market")
    currency = currency or found.currencies[0]
    if currency not in found.currencies:
        raise Conflict("unknown_currency")
    ids = variant_ids(pieces)
    wanted = [Wanted(sku, ids[sku], count) for sku, count in pieces.items()]
    held = gather(wanted, found, currency, destination, now)
    return Asked(quote(held.facts, rate_book(now.date())), held, found, currency)


def variant_ids(skus: Mapping[str, int]) -> dict[str, int]:
    """SKU -> id. Raises NotFound (unknown_variant) with the SKU."""
    found = dict(db.session.execute(
        select(Variant.sku, Variant.id).where(Variant.sku.in_(list(skus)))).all())
    for sku in skus:
        if sku not in found:
            raise NotFound("unknown_variant", sku=sku)
    return found


def packing_plans(order: Order) -> dict[str, packing.Plan]:
    """Warehouse -> how an order's pieces go into its cartons."""
    book = rate_book()
    found: dict[str, packing.Plan] = {}
    for warehouse, lines in _lines_by_warehouse(order).items():
        row = book.warehouses.get(warehouse)
        found[warehouse] = packing.plan(lines, row.boxes if row else ())
    return found


def _lines_by_warehouse(order: Order) -> dict[str, Sequence[LineFacts]]:
    """The order's pieces as they would be taken today, for the warehouses of its market."""
    rows = db.session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).all()
    market = markets.find(order.market_code)
    held = gather(
        [Wanted(str(row.id), row.variant_id, row.quantity) for row in rows if row.variant_id],
        market, order.currency, Destination(order.address["country"]), order.placed_at,
        order_id=order.id,
    )
    found: dict[str, list[LineFacts]] = {}
    for line in held.facts.lines:
        found.setdefault(line.warehouse, []).append(line)
    return dict(found)



"""The cart as it is shown: lines with words and pictures, the quote, and what has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.address import Destination, kind_of
from app.kernel.money import Money
from app.models.cart import Cart, CartLine
from app.rules.quote import quote
from app.rules.restrictions import Barred
from app.rules.result import Quote, QuotedLine
from app.rules.unit_price import UnitPrice
from app.services import markets
from app.services.cart import carts
from app.services.cart.facts import Gathered, Wanted, gather
from app.services.catalogue.measures import unit_price_of
from app.services.catalogue.words import VariantWords, variant_words
from app.services.markets import MarketView
from app.services.rates.held import rate_book_of
from app.services.shipping import live
from app.services.tax_ids import flow as tax_ids

QUOTE_HOLDS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class LineView:
    """One line. `note` says openly what is wrong or new with it (a code), with its number;
    `barred` which rule of the destination keeps it out."""

    id: int
    words: VariantWords
    quantity: int
    quoted: QuotedLine | None
    most: int
    note: str = ""
    was: Money | None = None
    barred: Barred | None = None
    per_unit: UnitPrice | None = None

    @property
    def key(self) -> str:
        """The line's name in ids and addresses."""
        return str(self.id)


@dataclass(frozen=True, slots=True)
class CartView:
    """Everything the cart's pages and its drawer show."""

    cart: Cart | None
    lines: tuple[LineView, ...]
    quote: Quote | None
    count: int
    market: MarketView
    country: str
    currency: str
    is_orderable: bool

    @property
    def notes(self) -> tuple[LineView, ...]:
        """Lines with something to say."""
        return tuple(line for line in self.lines if line.note)


def empty(market: MarketView, currency: str, country: str) -> CartView:
    """A cart nobody has begun."""
    return CartView(None, (), None, 0, market, country, currency, is_orderable=False)


def view(cart: Cart, *, country: str = "", coupons: Sequence[str] | None = None,
         now: datetime | None = None) -> CartView:
    """The cart with its quote to the address given so far, else to `country`.

    Nothing is written. Words are in the cart's language, amounts in its currency.
    """
    now = now or clock.now()
    held_at = hold_moment(cart, now)
    market = markets.find(cart.market_code)
    rows = carts.lines(cart.id)
    destination = destination_of(cart, country or market.country)
    held = _gathered(cart, rows, market, destination, now, coupons)
    book = rate_book_of(held_at)
    quoted = quote(replace(held.facts, live=live.known(held.facts, book)), book)
    words = variant_words([row.variant_id for row in rows], market.chain(cart.language))
    by_line = {line.line: line for line in quoted.lines}
    barred = {one.line: one for one in quoted.barred}
    lines = tuple(_line(row, words, by_line, held, barred)
                  for row in rows if row.variant_id in words)
    return CartView(
        cart=cart, lines=lines, quote=quoted, count=sum(row.quantity for row in rows),
        market=market, country=destination.country, currency=cart.currency,
        is_orderable=bool(rows) and not quoted.problems and not held.missing and not held.short,
    )


def ask_live(cart: Cart) -> None:
    """Ask carriers for their own prices to the cart's address, where some service has one. Call
    after an address is kept, never inside a transaction; whatever happens, a quote is possible."""
    now = clock.now()
    book = rate_book_of(hold_moment(cart, now))
    if not any(service.live_code for service in book.services.values()):
        return
    market = markets.find(cart.market_code)
    held = _gathered(cart, carts.lines(cart.id), market, destination_of(cart, market.country), now,
                     None)
    live.refresh(held.facts, book)


def _gathered(cart: Cart, rows: Sequence[CartLine], market: MarketView, destination: Destination,  # noqa: PLR0913 - what a quote depends on
              now: datetime, coupons: Sequence[str] | None) -> Gathered:
    return gather(
        [Wanted(str(row.id), row.variant_id, row.quantity) for row in rows], market,
        cart.currency, destination, now,
        coupons=cart.coupons if coupons is None else coupons, option=cart.shipping_option,
        language=cart.language, email=cart.email, priced_at=hold_moment(cart, now),
        order_id=cart.order_id, customer=tax_ids.buyer(cart.address, market, now),
    )


def hold_moment(cart: Cart, now: datetime) -> datetime:
    """The moment whose prices, campaigns and rates hold: the start of the checkout for thirty
    minutes, else now. Price rows are never overwritten, so that moment can always be read."""
    started = cart.checkout_started_at
    return started if started is not None and now - started < QUOTE_HOLDS else now


def destination_of(cart: Cart, country: str) -> Destination:
    """Where the cart goes: the address given, else only the country."""
    address: Mapping[str, str] = cart.address
    if not address.get("country"):
        return Destination(country)
    region, city = address.get("region", ""), address.get("city", "")
    lines = f"{address.get('line1', '')}\n{address.get('line2', '')}"
    postcode = address.get("postal_code", "")
    return Destination(address["country"], region, postcode, city,
                       kind_of(address["country"], region, city, postcode, lines))


def remember_seen(shown: CartView) -> None:
    """Keep the unit prices the shopper now sees, so that a later change is said openly."""
    if shown.cart is None:
        return
    seen = {line.id: line.quoted.unit_price for line in shown.lines if line.quoted}
    rows = {row.id: row for row in carts.lines(shown.cart.id)}
    stale = [row for row in rows.values() if row.id in seen and (
        (row.seen_minor, row.seen_currency) != (seen[row.id].minor, seen[row.id].currency)
    )]
    if not stale:
        return
    with transaction():
        for row in stale:
            row.seen_minor, row.seen_currency = seen[row.id].minor, seen[row.id].currency
            db.session.add(row)


def _line(row: CartLine, words: Mapping[int, VariantWords], quoted: Mapping[str, QuotedLine],
          held: Gathered, barred: Mapping[str, Barred]) -> LineView:
    key = str(row.id)
    line = quoted.get(key)
    note, was = "", None
    if key in held.missing:
        note = held.missing[key]
    elif key in held.short:
        note = "short" if held.short[key] else "sold_out"
    elif key in barred:
        note = f"restricted_{barred[key].kind}"
    elif line and row.seen_minor is not None and row.seen_currency == line.unit_price.currency and (
        row.seen_minor != line.unit_price.minor
    ):
        note, was = "price_changed", Money(row.seen_minor, row.seen_currency)
    most = held.short.get(key, carts.MOST_PIECES)
    return LineView(row.id, words[row.variant_id], row.quantity, line, most, note, was,
                    barred.get(key), _per_unit(row, line, held))


def _per_unit(row: CartLine, line: QuotedLine | None, held: Gathered) -> UnitPrice | None:
    sold: Any = held.variants.get(row.variant_id)
    return unit_price_of(sold.product_id, line.unit_price) if line and sold else None

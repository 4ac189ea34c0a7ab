"""Placing an order: stock reserved, quote frozen, then the money asked for. Never all at once."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid, OutOfStock, QuoteChanged
from app.kernel.money import Money
from app.kernel.order_state import OrderState
from app.models.cart import Cart
from app.models.market import Seller
from app.models.order import Order, OrderLine
from app.models.payment import Payment
from app.rules.quote import as_dict
from app.rules.result import Quote
from app.services import promotions, stock
from app.services.cart.facts import Wanted, allocate
from app.services.cart.view import CartView, LineView, hold_moment, view
from app.services.checkout import steps
from app.services.orders import journal, numbers
from app.services.payment import flow, reconciling
from app.services.payment.methods import methods_for
from app.services.rates.held import rate_book_of
from app.services.tax_ids import flow as tax_ids

# A card session ends before its reservation; a transfer may take a week.
CARD_SESSION, CARD_HOLD = timedelta(minutes=31), timedelta(minutes=40)
TRANSFER_HOLD = timedelta(days=7)
LINK_LIVES = timedelta(days=400)


def place(cart: Cart, *, seen_total: int | None = None) -> Order:
    """Make the order of this cart and start its payment. Safe to repeat.

    seen_total  minor units the shopper last saw; another total now is said, not ordered
    returns     the order; the same cart with the same content gives the same one
    raises      Conflict/Invalid (something is missing), OutOfStock, CouponRefused, QuoteChanged:
                nothing kept. PaymentDeclined, ProviderUnavailable, ProviderRejected: the order is
                kept and awaits payment.
    """
    shown = view(cart)
    quoted = _check(cart, shown, seen_total)
    mark = fingerprint(cart, quoted)
    earlier = open_order(cart)
    if earlier is not None and earlier.fingerprint != mark:
        reconciling.abandon(earlier)
    order = keep(cart, shown, quoted, mark)
    flow.start(order)
    return order


def open_order(cart: Cart) -> Order | None:
    """The order that already awaits payment for this cart."""
    order = db.session.get(Order, cart.order_id) if cart.order_id else None
    return order if order and order.state == OrderState.AWAITING_PAYMENT else None


def latest_order(cart: Cart) -> Order:
    """The newest order of a cart. Raises Conflict (cart_empty) when it has none."""
    order = db.session.scalar(
        select(Order).where(Order.cart_id == cart.id).order_by(Order.id.desc()).limit(1)
    )
    if order is None:
        raise Conflict("cart_empty")
    return order


def fingerprint(cart: Cart, quoted: Quote) -> str:
    """What makes two submissions the same order: lines, place, choices and every amount."""
    content = {
        "lines": [(line.sku, line.quantity, line.paid.minor) for line in quoted.lines],
        "address": cart.address, "email": cart.email, "option": cart.shipping_option,
        "method": cart.payment_method, "currency": quoted.currency, "total": quoted.total.minor,
        "language": cart.language,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _check(cart: Cart, shown: CartView, seen_total: int | None) -> Quote:
    quoted = shown.quote
    if quoted is None or not shown.lines:
        raise Conflict("cart_empty")
    for line in shown.lines:
        _check_line(line)
    if not steps.has_address(cart):
        raise Invalid("address_missing")
    if quoted.option is None:
        raise Conflict("no_delivery")
    if cart.shipping_option != quoted.option.id:
        raise Conflict("no_delivery_option")
    if quoted.option.incoterm == "DAP" and not cart.dap_accepted:
        raise Invalid("dap_not_accepted", fields={"dap_accepted": "dap_not_accepted"})
    if quoted.option.needs_phone and not cart.address.get("phone"):
        raise Invalid("invalid", fields={"phone": "field_required"})
    if cart.payment_method not in {m.code for m in methods_for(shown.market, cart.currency)}:
        raise Conflict("payment_method_unknown")
    if seen_total is not None and seen_total != quoted.total.minor:
        raise QuoteChanged(was=seen_total, now=quoted.total.minor)
    return quoted


def _check_line(line: LineView) -> None:
    """Raise why a line cannot be sold or sent as it is."""
    if line.note in {"short", "sold_out"}:
        raise OutOfStock(sku=line.words.sku, available=line.most if line.note == "short" else 0)
    if line.note in {"gone", "not_sold_here", "no_price"}:
        raise Conflict("not_sold_here")
    if line.barred is not None:
        raise Conflict("restricted", sku=line.words.sku, country=line.barred.country,
                       document=line.barred.document)


def keep(cart: Cart, shown: CartView, quoted: Quote, mark: str) -> Order:
    """One transaction: lock the cart, reserve, number, freeze. The same content comes once.

    mark  fingerprint() of what was shown. Raises OutOfStock, CouponRefused, Conflict.
    """
    with transaction() as session:
        locked = session.scalar(
            select(Cart).where(Cart.id == cart.id).with_for_update()
            .execution_options(populate_existing=True)
        )
        if locked is None or locked.state != "open":
            return latest_order(cart)  # paid for while this submission was on its way
        now = clock.now()
        same = open_order(locked)
        if same is not None:
            if same.fingerprint == mark:
                return same
            raise Conflict("conflict")
        order = _row(locked, shown, quoted, mark, now)
        session.add(order)
        session.flush()
        stock.reserve(order.id, _allocations(shown))
        promotions.take(order.id, [d.coupon for d in quoted.discounts if d.coupon], order.email)
        session.add_all(_line(order, i, line) for i, line in enumerate(shown.lines))
        session.add(_payment(order, now))
        locked.order_id = order.id
        journal.note(order, "placed")
        journal.mail(order, "placed")
    return order


def _row(cart: Cart, shown: CartView, quoted: Quote, mark: str, now: datetime) -> Order:
    market = shown.market
    seller = db.session.get(Seller, market.seller_id)
    assert seller is not None  # noqa: S101 - a foreign key holds it
    number = numbers.next_number(f"order:{seller.code}")
    attempt = len(db.session.scalars(select(Order.id).where(Order.cart_id == cart.id)).all()) + 1
    is_transfer = cart.payment_method == "transfer"
    return Order(
        number=f"{seller.order_prefix}{number:06d}", token=secrets.token_urlsafe(32),
        token_until=now + LINK_LIVES, cart_id=cart.id, attempt=attempt, fingerprint=mark,
        seller_id=seller.id, market_code=market.code, language=cart.language,
        currency=quoted.currency, state=OrderState.AWAITING_PAYMENT, email=cart.email,
        address=dict(cart.address), billing=dict(cart.billing or cart.address),
        payment_method=cart.payment_method, shipping_option=cart.shipping_option,
        tax_evidence=tax_ids.evidence(cart.address, market, now),
        quote=as_dict(quoted), total_minor=quoted.total.minor, placed_at=now,
        pay_until=now + (TRANSFER_HOLD if is_transfer else CARD_HOLD),
        **_base_amount(quoted, hold_moment(cart, now)),
    )


def _base_amount(quoted: Quote, now: datetime, base: str = "EUR") -> dict[str, Any]:
    """The total in the seller's base currency, with the rate, its source and day: the rate of the
    moment whose prices hold, so that it is locked with the quote."""
    from_base = rate_book_of(now).rate(base, quoted.currency)
    if from_base is None:
        raise Conflict("unknown_currency")
    in_base = Money.from_major(quoted.total.major / from_base.value, base)
    same = quoted.currency == base
    return {
        "base_currency": base, "base_total_minor": in_base.minor,
        "fx_value": format(from_base.value, "f"), "fx_source": from_base.source,
        "fx_as_of": str(now.date() if same else from_base.as_of),
    }


def _allocations(shown: CartView) -> list[stock.Allocation]:
    """Where each piece is taken from: decided again, inside the transaction, from today's stock."""
    wanted = [Wanted(str(line.id), line.words.variant_id, line.quantity) for line in shown.lines]
    stocks = stock.available([line.variant_id for line in wanted])
    places, short = allocate(wanted, stocks, shown.market.warehouses)
    if short:
        line = next(line for line in shown.lines if str(line.id) in short)
        raise OutOfStock(sku=line.words.sku, available=short[str(line.id)])
    ids = stock.warehouse_ids()
    return [
        stock.Allocation(line.variant_id, ids[code], quantity)
        for line in wanted for code, quantity in places[line.line]
    ]


def _line(order: Order, position: int, line: LineView) -> OrderLine:
    assert line.quoted is not None  # noqa: S101 - checked in _check
    return OrderLine(
        order_id=order.id, position=position, variant_id=line.words.variant_id,
        sku=line.words.sku, name=line.words.name, options=line.words.options,
        picture_key=line.words.picture.key if line.words.picture else "",
        quantity=line.quantity, unit_minor=line.quoted.unit_price.minor,
        paid_minor=line.quoted.paid.minor,
    )


def _payment(order: Order, now: datetime) -> Payment:
    """The first attempt: its key is stored before any provider is called."""
    return flow.attempt(order, 1, now + (
        TRANSFER_HOLD if order.payment_method == "transfer" else CARD_SESSION
    ))

"""Carts that were left in the middle: how far they came, and whom one may write to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.extensions import db
from app.kernel import clock
from app.models.cart import Cart, CartLine

QUIET = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A cart with something in it that nobody has touched for a while.

    last_step  the section that was left open: cart, address, delivery, payment or review
    email      where the shopper has agreed to be reminded, else ""
    """

    id: int
    market: str
    language: str
    last_step: str
    pieces: int
    email: str
    touched_at: datetime


def abandoned(quiet: timedelta = QUIET) -> Iterator[Abandoned]:
    """Carts untouched for this long and not ordered, the newest first."""
    rows = db.session.execute(
        select(Cart, func.sum(CartLine.quantity))
        .join(CartLine, CartLine.cart_id == Cart.id)
        .where(Cart.state == "open", Cart.order_id.is_(None),
               Cart.touched_at <= clock.now() - quiet, Cart.expires_at > clock.now())
        .group_by(Cart.id).order_by(Cart.touched_at.desc(), Cart.id.desc())
    )
    for cart, pieces in rows:
        yield Abandoned(cart.id, cart.market_code, cart.language, last_step(cart), pieces,
                        cart.email if cart.may_remind else "", cart.touched_at)


def last_step(cart: Cart) -> str:
    """The section of the checkout that was left open; cart where none was begun."""
    if cart.checkout_started_at is None:
        return "cart"
    if not (cart.email and cart.address.get("line1")):
        return "address"
    if not cart.shipping_option:
        return "delivery"
    return "review" if cart.payment_method else "payment"

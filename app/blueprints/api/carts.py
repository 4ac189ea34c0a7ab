"""Carts and what is in them. A cart's id is its only secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Response, url_for

from app.blueprints.api import answers, present
from app.blueprints.api.asked import (
    CartPath,
    CouponBody,
    CouponPath,
    LineChange,
    LinePath,
    NewCart,
    NewLine,
)
from app.blueprints.api.entry import CARTS, answer, bp, place, speak_cart
from app.blueprints.api.repeats import mark, once
from app.kernel.errors import NotFound
from app.services import markets
from app.services.cart import carts
from app.services.cart.view import remember_seen, view
from app.services.checkout import steps

if TYPE_CHECKING:
    from app.models.cart import Cart

_ID, _LINE = re.compile(r"[A-Za-z0-9_-]{20,64}"), re.compile(r"[1-9][0-9]{0,8}")


@bp.post("/carts", tags=CARTS, responses={201: answers.Cart})
@once
def create_cart(body: NewCart) -> Response:
    """A new, empty cart in a market, language and currency."""
    here = place(body.market, body.language, body.currency)
    cart = carts.start(here.market, here.language, here.currency)
    return shown(cart, 201, url_for("api.get_cart", id=cart.public_id))


@bp.get("/carts/<id>", tags=CARTS, responses={200: answers.Cart})
def get_cart(path: CartPath) -> Response:
    """The cart with its lines, what has changed in them, and its totals."""
    return shown(find(path.id))


@bp.post("/carts/<id>/lines", tags=CARTS, responses={201: answers.Cart})
@once
def add_line(path: CartPath, body: NewLine) -> Response:
    """Add pieces of an article, on top of those already there. Answers the cart."""
    cart = find(path.id)
    carts.add(cart, body.sku, body.quantity, markets.find(cart.market_code), key=mark())
    return shown(cart, 201)


@bp.patch("/carts/<id>/lines/<line>", tags=CARTS, responses={200: answers.Cart})
def change_line(path: LinePath, body: LineChange) -> Response:
    """Make a line exactly so many pieces; 0 takes it out. Answers the cart."""
    cart = find(path.id)
    carts.set_quantity(cart, line_id(path.line), body.quantity, markets.find(cart.market_code))
    return shown(cart)


@bp.delete("/carts/<id>/lines/<line>", tags=CARTS, responses={200: answers.Cart})
def remove_line(path: LinePath) -> Response:
    """Take a line out. Answers the cart."""
    cart = find(path.id)
    carts.remove(cart, line_id(path.line))
    return shown(cart)


@bp.post("/carts/<id>/coupons", tags=CARTS, responses={201: answers.Cart})
@once
def add_coupon(path: CartPath, body: CouponBody) -> Response:
    """Use a coupon. Answers the cart."""
    cart = find(path.id)
    steps.add_coupon(cart, body.code)
    return shown(cart, 201)


@bp.delete("/carts/<id>/coupons/<code>", tags=CARTS, responses={200: answers.Cart})
def drop_coupon(path: CouponPath) -> Response:
    """Forget a coupon; one that is not there is fine. Answers the cart."""
    cart = find(path.id)
    steps.drop_coupon(cart, path.code)
    return shown(cart)


@bp.get("/carts/<id>/quote", tags=CARTS, responses={200: answers.Quote})
def get_quote(path: CartPath) -> Response:
    """Every number with the rule, rate, date and source that gave it."""
    return answer(present.cart_quote(view(find(path.id))))


def find(public_id: str) -> Cart:
    """The open cart of this id; from here on messages are in its language. Raises NotFound."""
    cart = carts.find(public_id if _ID.fullmatch(public_id) else "")
    speak_cart(cart)
    return cart


def line_id(text: str) -> int:
    """A line's id out of an address. Raises NotFound for what cannot be one."""
    if not _LINE.fullmatch(text):
        raise NotFound("unknown_line")
    return int(text)


def shown(cart: Cart, status: int = 200, location: str = "") -> Response:
    """The cart as it is now; the prices told are remembered, to say openly when they change."""
    seen = view(cart)
    response = answer(present.cart(seen), status, location)
    remember_seen(seen)
    return response

"""Keeping carts: open, add, change, switch market or currency. One upsert per addition."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, delete, func, select, update

from app.extensions import db, touched, transaction, upsert
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid, NotFound, OutOfStock
from app.models.cart import Cart, CartChange, CartLine
from app.models.catalogue import Product, Variant
from app.services import stock
from app.services.markets import MarketView

LIFETIME = timedelta(days=30)
MOST_LINES, MOST_PIECES = 100, 999
_BY_ID = select(Cart).where(Cart.public_id == bindparam("public_id"))
_OF_CART = CartLine.cart_id == bindparam("cart_id")
_LINES = select(CartLine).where(_OF_CART).order_by(CartLine.id)
_HOW_MANY = select(func.count()).where(_OF_CART)
_ONE_LINE = (
    select(CartLine).where(_OF_CART, CartLine.variant_id == bindparam("variant_id"))
    .execution_options(populate_existing=True)
)
_BY_SKU = (
    select(Variant, Product).join(Product, Product.id == Variant.product_id)
    .where(Variant.sku == bindparam("sku"), Variant.is_active)
)


def start(market: MarketView, language: str, currency: str) -> Cart:
    """A new empty cart. Its public id is its only secret (256 bits)."""
    now = clock.now()
    cart = Cart(
        public_id=secrets.token_urlsafe(32), market_code=market.code, language=language,
        currency=currency, address={}, billing={}, coupons=[], seen={}, created_at=now,
        touched_at=now, expires_at=now + LIFETIME,
    )
    with transaction() as session:
        session.add(cart)
        session.flush()
    return cart


def find(public_id: str) -> Cart:
    """The open cart of this id. Raises NotFound when unknown, ordered or expired."""
    cart = db.session.scalar(_BY_ID, {"public_id": public_id}) if public_id else None
    if cart is None or cart.state != "open" or cart.expires_at <= clock.now():
        raise NotFound("unknown_cart")
    return cart


def count(public_id: str) -> int:
    """Pieces in the cart; 0 for one that is not there."""
    if not public_id:
        return 0
    return db.session.scalar(
        select(func.coalesce(func.sum(CartLine.quantity), 0))
        .join(Cart, Cart.id == CartLine.cart_id)
        .where(Cart.public_id == public_id, Cart.state == "open", Cart.expires_at > clock.now())
    ) or 0


def lines(cart_id: int) -> list[CartLine]:
    """The cart's lines in the order they were added."""
    return list(db.session.scalars(_LINES, {"cart_id": cart_id}))


def add(cart: Cart, sku: str, quantity: int, market: MarketView, key: str = "") -> CartLine:
    """Put pieces of a variant into the cart, on top of those already there.

    key     of the form that asked; the same key adds once (double click, lost answer)
    raises  NotFound (unknown_sku), Conflict (not_sold_here, cart_full), OutOfStock with how many
            can be had in all, Invalid (quantity)
    """
    _check(quantity)
    variant = _sellable(sku, market)
    with transaction() as session:
        if key and not _first_time(cart.id, key):
            return _line_of(cart.id, variant.id)
        # The upsert comes first: it locks the line, and what it leaves is checked afterwards.
        session.execute(_more(session.get_bind().dialect.name), {
            "cart_id": cart.id, "variant_id": variant.id, "quantity": quantity,
            "seen_currency": "", "added_at": clock.now(), "more": quantity,
        })
        line = _line_of(cart.id, variant.id)
        if line.quantity > MOST_PIECES:
            raise Invalid("quantity_invalid", fields={"quantity": "quantity_invalid"})
        _check_stock(variant, line.quantity, market, cart)
        if (session.scalar(_HOW_MANY, {"cart_id": cart.id}) or 0) > MOST_LINES:
            raise Conflict("cart_full")
        touch(cart)
    return line


def set_quantity(cart: Cart, line_id: int, quantity: int, market: MarketView) -> None:
    """Make a line exactly this many pieces; 0 removes it. Raises as add()."""
    line = _own(cart, line_id)
    if quantity == 0:
        return remove(cart, line_id)
    _check(quantity)
    variant = db.session.get(Variant, line.variant_id)
    if variant is None:
        raise NotFound("unknown_line")
    _check_stock(variant, quantity, market, cart)
    with transaction() as session:
        session.execute(
            update(CartLine).where(CartLine.id == line_id, CartLine.cart_id == cart.id)
            .values(quantity=quantity)
        )
        touch(cart)
    return None


def remove(cart: Cart, line_id: int) -> None:
    """Take a line out. Raises NotFound for a line that is not this cart's."""
    _own(cart, line_id)
    with transaction() as session:
        session.execute(
            delete(CartLine).where(CartLine.id == line_id, CartLine.cart_id == cart.id)
        )
        touch(cart)


def place_in(cart: Cart, market: MarketView, language: str, currency: str) -> None:
    """Take the cart along to another market, language or currency; everything in it stays."""
    if (cart.market_code, cart.language, cart.currency) == (market.code, language, currency):
        return
    with transaction() as session:
        cart.market_code, cart.language, cart.currency = market.code, language, currency
        session.add(cart)


def touch(cart: Cart) -> None:
    """Another thirty days, inside the open transaction."""
    cart.touched_at = clock.now()
    cart.expires_at = cart.touched_at + LIFETIME
    db.session.add(cart)


def forget_expired() -> int:
    """Delete carts that ended without an order. Returns how many."""
    with transaction() as session:
        return touched(session.execute(
            delete(Cart).where(Cart.expires_at < clock.now(), Cart.state == "open",
                               Cart.order_id.is_(None))
        ))


def _check(quantity: int) -> None:
    if not 1 <= quantity <= MOST_PIECES:
        raise Invalid("quantity_invalid", fields={"quantity": "quantity_invalid"})


def _sellable(sku: str, market: MarketView) -> Variant:
    row = db.session.execute(_BY_SKU, {"sku": sku}).first()
    if row is None or not is_on_sale(row.Product):
        raise NotFound("unknown_sku")
    if row.Product.code in market.hidden_products:
        raise Conflict("not_sold_here")
    return row.Variant


def is_on_sale(product: Product) -> bool:
    """Published, and now within its dates."""
    now = clock.now()
    return (
        product.state == "published"
        and (product.on_sale_from is None or product.on_sale_from <= now)
        and (product.on_sale_until is None or product.on_sale_until > now)
    )


def _check_stock(variant: Variant, wanted: int, market: MarketView, cart: Cart) -> None:
    by_warehouse = stock.available([variant.id], cart.order_id).get(variant.id, {})
    there = sum(by_warehouse.get(code, 0) for code in market.warehouses)
    if wanted > there:
        raise OutOfStock(sku=variant.sku, available=there)


def _own(cart: Cart, line_id: int) -> CartLine:
    line = db.session.get(CartLine, line_id)
    if line is None or line.cart_id != cart.id:
        raise NotFound("unknown_line")
    return line


def _line_of(cart_id: int, variant_id: int) -> CartLine:
    line = db.session.scalar(_ONE_LINE, {"cart_id": cart_id, "variant_id": variant_id})
    if line is None:
        raise NotFound("unknown_line")
    return line


@cache
def _more(_dialect: str) -> Any:
    """A line of so many pieces, or so many more of the line that is there."""
    columns = ("cart_id", "variant_id", "quantity", "seen_currency", "added_at")
    statement = upsert(CartLine).values({name: bindparam(name) for name in columns})
    return statement.on_conflict_do_update(
        index_elements=[CartLine.cart_id, CartLine.variant_id],
        set_={"quantity": CartLine.quantity + bindparam("more", type_=Integer)},
    )


def _first_time(cart_id: int, key: str) -> bool:
    statement = upsert(CartChange).values(
        cart_id=cart_id, key=key[:64], made_at=clock.now()
    )
    added = statement.on_conflict_do_nothing().returning(CartChange.key)
    return db.session.execute(added).first() is not None

"""What a shopper tells the checkout, kept with the cart; nothing about money is taken from them."""

from __future__ import annotations

from collections.abc import Mapping

from app.extensions import transaction
from app.kernel import clock
from app.kernel.address import Address
from app.kernel.errors import Conflict, Invalid
from app.models.cart import Cart
from app.services import addresses, markets, promotions
from app.services.cart import carts
from app.services.cart.view import QUOTE_HOLDS, CartView, ask_live, view
from app.services.payment.methods import methods_for
from app.services.tax import flow as live_tax
from app.services.tax_ids import flow as tax_ids

ASKS_BUSINESS = "asks_business"  # in a form that asks whether a business buys
STEPS = ("address", "delivery", "payment", "review")


def begin(cart: Cart) -> None:
    """Note that the checkout has started (or starts again after the hold has passed)."""
    now = clock.now()
    if cart.checkout_started_at and now - cart.checkout_started_at < QUOTE_HOLDS:
        return
    with transaction():
        cart.checkout_started_at = now
        tax_ids.ask_soon(cart.address, markets.find(cart.market_code))
        live_tax.ask_soon(cart.address, markets.find(cart.market_code))
        carts.touch(cart)
    ask_live(cart)


def check_address(values: Mapping[str, str]) -> tuple[str, Address]:
    """E-mail and address, cleaned. Raises Invalid with a code per field."""
    fields: dict[str, str] = {}
    email, address = "", None
    if ASKS_BUSINESS in values:
        values, fields = _as_business(values)
    try:
        email = addresses.clean_email(values.get("email", ""))
    except Invalid as error:
        fields.update(error.fields)
    try:
        address = addresses.clean(values)
    except Invalid as error:
        fields.update(error.fields)
    if fields or address is None:
        raise Invalid("invalid", fields=fields)
    return email, address


def _as_business(values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The form as it is meant: without its tick, company and tax id are left aside."""
    meant = dict(values)
    if values.get("business") != "1":
        return {**meant, "company": "", "tax_id": ""}, {}
    return meant, {} if meant.get("company", "").strip() else {"company": "field_required"}


def set_address(cart: Cart, values: Mapping[str, str]) -> None:
    """Keep e-mail and delivery address. Raises Invalid, or Conflict where nothing is sent."""
    email, address = check_address(values)
    if address.country in addresses.NOT_SOLD_TO:
        raise Conflict("no_delivery")
    with transaction():
        phone = address.phone or cart.address.get("phone", "")
        cart.email, cart.address = email, {**address.as_dict(), "phone": phone}
        cart.dap_accepted, cart.may_remind = False, values.get("may_remind") == "1"
        tax_ids.ask_soon(cart.address, markets.find(cart.market_code))
        live_tax.ask_soon(cart.address, markets.find(cart.market_code))
        carts.touch(cart)


def set_destination(cart: Cart, values: Mapping[str, str]) -> None:
    """Keep only a place (country, region, postcode) so that the cart can be priced to it."""
    country = str(values.get("country", "")).upper()
    addresses.form_rules(country)
    with transaction():
        cart.address = {**dict.fromkeys(cart.address, ""), "country": country,
                        "region": str(values.get("region", ""))[:40],
                        "postal_code": str(values.get("postal_code", ""))[:12]}
        carts.touch(cart)
    ask_live(cart)


def set_delivery(cart: Cart, option: str, *, dap_accepted: bool = False,
                 phone: str = "") -> None:
    """Keep the shopper's choice. Raises Conflict for one that is not offered, Invalid when duty
    at the door has not been agreed to or the carrier's phone number is missing."""
    shown = view(cart)
    chosen = next((o for o in shown.quote.options if o.id == option), None) if shown.quote else None
    if chosen is None:
        raise Conflict("no_delivery_option")
    if chosen.incoterm == "DAP" and not dap_accepted:
        raise Invalid("dap_not_accepted", fields={"dap_accepted": "dap_not_accepted"})
    number = cart.address.get("phone", "")
    if chosen.needs_phone and (phone or not number):
        number = addresses.clean_phone(phone, cart.address.get("country", ""))
    with transaction():
        cart.shipping_option, cart.dap_accepted = option, dap_accepted
        cart.address = {**cart.address, "phone": number}
        carts.touch(cart)


def set_payment(cart: Cart, method: str) -> None:
    """Keep the way to pay. Raises Conflict for one this market and currency do not have."""
    market = markets.find(cart.market_code)
    if method not in {m.code for m in methods_for(market, cart.currency)}:
        raise Conflict("payment_method_unknown")
    with transaction():
        cart.payment_method = method
        carts.touch(cart)


def add_coupon(cart: Cart, code: str) -> str:
    """Keep a coupon. Raises CouponRefused with the reason; the cart is unchanged then."""
    own = promotions.check_coupon(code, cart.market_code, cart.currency, cart.email,
                                  cart.order_id)
    with transaction():
        cart.coupons = list(dict.fromkeys([*cart.coupons, own]))[:5]
        carts.touch(cart)
    return own


def drop_coupon(cart: Cart, code: str) -> None:
    """Forget a coupon; one that is not there is fine."""
    with transaction():
        cart.coupons = [kept for kept in cart.coupons if kept != code.upper()]
        carts.touch(cart)


def next_step(shown: CartView) -> str:
    """The first section that still wants something."""
    cart, quoted = shown.cart, shown.quote
    if cart is None or quoted is None or not has_address(cart):
        return "address"
    chosen = quoted.option
    if chosen is None or cart.shipping_option != chosen.id or (
        chosen.incoterm == "DAP" and not cart.dap_accepted
    ):
        return "delivery"
    if cart.payment_method not in {m.code for m in methods_for(shown.market, cart.currency)}:
        return "payment"
    return "review"


def has_address(cart: Cart) -> bool:
    """True when e-mail and a whole address are there."""
    return bool(cart.email and cart.address.get("name") and cart.address.get("line1"))



"""Choices told one at a time and in any order, as a program does; the page's form is steps.py."""

from __future__ import annotations

from collections.abc import Mapping

from app.extensions import transaction
from app.kernel.errors import Conflict
from app.models.cart import Cart
from app.services import addresses, markets
from app.services.cart import carts
from app.services.cart.view import ask_live, view
from app.services.tax import flow as live_tax
from app.services.tax_ids import flow as tax_ids


def set_postal_address(cart: Cart, values: Mapping[str, str]) -> None:
    """Keep a whole delivery address, without the e-mail.

    raises  Invalid with a code per field, Conflict (no_delivery) for where nothing is sold to
    """
    address = addresses.clean(values)
    if address.country in addresses.NOT_SOLD_TO:
        raise Conflict("no_delivery")
    with transaction():
        cart.address, cart.dap_accepted = address.as_dict(), False
        tax_ids.ask_soon(cart.address, markets.find(cart.market_code))
        live_tax.ask_soon(cart.address, markets.find(cart.market_code))
        carts.touch(cart)
    ask_live(cart)


def set_email(cart: Cart, text: str) -> None:
    """Keep where the confirmation goes. Raises Invalid (email)."""
    email = addresses.clean_email(text)
    with transaction():
        cart.email = email
        carts.touch(cart)


def choose_delivery(cart: Cart, option: str, *, accepts_duties: bool) -> None:
    """Keep a delivery option; the agreement to pay duty at the door may follow with the order.

    raises  Conflict (no_delivery_option) for one that is not offered
    """
    shown = view(cart)
    if shown.quote is None or all(offer.id != option for offer in shown.quote.options):
        raise Conflict("no_delivery_option")
    with transaction():
        cart.shipping_option, cart.dap_accepted = option, accepts_duties
        carts.touch(cart)


def accept_duties(cart: Cart) -> None:
    """The shopper agrees to pay duty and tax when the parcel arrives."""
    with transaction():
        cart.dap_accepted = True
        carts.touch(cart)

"""Where a cart goes, how, and the way it is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from app.blueprints.api import answers, present
from app.blueprints.api.asked import AddressBody, CartPath, DeliveryChoice, MethodChoice
from app.blueprints.api.carts import find, shown
from app.blueprints.api.entry import CARTS, answer, bp
from app.services import markets
from app.services.cart.view import view
from app.services.checkout import choices, steps
from app.services.payment.methods import methods_for
from app.web.labels import payment_method

if TYPE_CHECKING:
    from app.models.cart import Cart

PLACE = frozenset({"country", "region", "postal_code"})


@bp.put("/carts/<id>/address", tags=CARTS, responses={200: answers.Cart})
def set_address(path: CartPath, body: AddressBody) -> Response:
    """Set the destination. Country, region and postcode alone only price the cart."""
    cart = find(path.id)
    keep_address(cart, body)
    steps.begin(cart)
    return shown(cart)


@bp.get("/carts/<id>/shipping-options", tags=CARTS, responses={200: answers.ShippingOptions})
def list_shipping_options(path: CartPath) -> Response:
    """The ways of delivery to the address given so far."""
    cart = find(path.id)
    return answer(answers.ShippingOptions(items=list(present.options_of(view(cart))),
                                          chosen=cart.shipping_option or None))


@bp.put("/carts/<id>/shipping-option", tags=CARTS, responses={200: answers.Cart})
def choose_shipping_option(path: CartPath, body: DeliveryChoice) -> Response:
    """Choose one of the shipping options."""
    cart = find(path.id)
    choices.choose_delivery(cart, body.id, accepts_duties=body.accept_duties_at_door)
    steps.begin(cart)
    return shown(cart)


@bp.get("/carts/<id>/payment-methods", tags=CARTS, responses={200: answers.PaymentMethods})
def list_payment_methods(path: CartPath) -> Response:
    """The ways to pay in the cart's market and currency."""
    cart = find(path.id)
    offered = methods_for(markets.find(cart.market_code), cart.currency, cart.language)
    return answer(answers.PaymentMethods(
        items=[answers.PaymentMethod(code=one.code, name=payment_method(one.code),
                                     is_test=one.is_test, is_hosted=one.is_hosted)
               for one in offered],
        chosen=cart.payment_method or None,
    ))


@bp.put("/carts/<id>/payment-method", tags=CARTS, responses={200: answers.Cart})
def choose_payment_method(path: CartPath, body: MethodChoice) -> Response:
    """Choose a way to pay; the order may still name another."""
    cart = find(path.id)
    steps.set_payment(cart, body.payment_method)
    steps.begin(cart)
    return shown(cart)


def keep_address(cart: Cart, body: AddressBody) -> None:
    """Keep a place, or a whole address. Raises Invalid, or Conflict where nothing is sent."""
    values = {name: text for name, text in body.model_dump().items() if text is not None}
    if set(values) <= PLACE:
        steps.set_destination(cart, values)
    else:
        choices.set_postal_address(cart, values)

"""Shoppers of the cast at work: carts filled, addresses given, orders placed, payments made."""

from __future__ import annotations

from collections.abc import Mapping

from app.extensions import providers
from app.models.cart import Cart
from app.models.order import Order
from app.models.payment import Payment
from app.services import markets
from app.services.cart import carts
from app.services.cart.view import view
from app.services.checkout import placing, steps
from app.services.payment import flow, settling
from app.services.payment.test_gateway import Outcome, TestGateway
from tests.world import ADA, BO, HIRO, NURA, TEA, Sold

# prefix of the journey -> (market, language, currency, who)
JOURNEYS: dict[str, tuple[str, str, str, Mapping[str, str]]] = {
    "en-us": ("us", "en", "USD", BO), "de-de": ("de", "de", "EUR", ADA),
    "ja-jp": ("jp", "ja", "JPY", HIRO), "ar-kw": ("kw", "ar", "KWD", NURA),
}


def cart_of(prefix: str, *wanted: tuple[Sold, int]) -> Cart:
    """A new cart of this journey's market with these articles."""
    code, language, currency, _who = JOURNEYS[prefix]
    market = markets.find(code)
    cart = carts.start(market, language, currency)
    for sold, quantity in wanted or ((TEA, 2),):
        carts.add(cart, sold.sku, quantity, market)
    return cart


def ready(prefix: str = "de-de", *wanted: tuple[Sold, int], method: str = "test") -> Cart:
    """A cart with address, cheapest delivery and a way to pay: one press from an order."""
    cart = cart_of(prefix, *wanted)
    steps.set_address(cart, JOURNEYS[prefix][3])
    shown = view(cart)
    assert shown.quote is not None
    steps.set_delivery(cart, shown.quote.options[0].id, dap_accepted=True)
    steps.set_payment(cart, method)
    return cart


def placed(prefix: str = "de-de", *wanted: tuple[Sold, int], method: str = "test") -> Order:
    """An order that awaits payment."""
    return placing.place(ready(prefix, *wanted, method=method))


def pay(order: Order, outcome: Outcome = Outcome.PAID) -> Payment:
    """Let the newest payment end this way at the gateway and settle by it."""
    payment = flow.latest(order)
    gateway().choose(payment.reference, outcome)
    return settling.check(payment)


def gateway() -> TestGateway:
    """The shop's test gateway."""
    found = providers().payments["test"]
    assert isinstance(found, TestGateway)
    return found

"""Orders: placed from a cart, paid, followed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Response, url_for

from app.blueprints.api import answers, present
from app.blueprints.api.asked import CartPath, MethodChoice, NewOrder, OrderPath
from app.blueprints.api.carts import find
from app.blueprints.api.delivery import keep_address
from app.blueprints.api.entry import ORDERS, answer, bp, problem, speak
from app.blueprints.api.present import amount
from app.blueprints.api.repeats import once
from app.kernel.errors import PaymentDeclined, ProviderError, QuoteChanged, ShopError
from app.kernel.money import Money
from app.services import markets
from app.services.cart.view import view
from app.services.checkout import choices, placing, steps
from app.services.orders import reading
from app.services.payment import flow
from app.services.payment.paying import pay_again
from app.web.labels import order_state

if TYPE_CHECKING:
    from app.models.cart import Cart
    from app.models.order import Order
    from app.models.payment import Payment

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
RETRY_SECONDS = "30"


@bp.post("/carts/<id>/orders", tags=ORDERS, responses={201: answers.PlacedOrder})
@once
def place_order(path: CartPath, body: NewOrder) -> Response:
    """Place the order: stock is reserved, the quote frozen, the payment started.

    A payment that is declined (402) or cannot be reached (502, 503) keeps the order: the problem
    document names it, and where to pay it again.
    """
    cart = find(path.id)
    fill_in(cart, body)
    try:
        order = placing.place(cart, seen_total=seen_total(cart, body))
    except (PaymentDeclined, ProviderError) as error:
        return unpaid(error, placing.latest_order(cart))
    return placed(order)


@bp.get("/orders/<token>", tags=ORDERS, responses={200: answers.Order})
def get_order(path: OrderPath) -> Response:
    """How an order stands, with its amounts as they were made. Names nobody."""
    return answer(order_answer(find_order(path.token)))


@bp.post("/orders/<token>/payments", tags=ORDERS, responses={201: answers.PlacedOrder})
@once
def pay_order(path: OrderPath, body: MethodChoice) -> Response:
    """Pay an order that still waits, in the same or another way."""
    order = find_order(path.token)
    try:
        pay_again(order, body.payment_method)
        flow.start(order)  # an attempt whose provider did not answer is still to be started
    except (PaymentDeclined, ProviderError) as error:
        return unpaid(error, order)
    return placed(order)


def fill_in(cart: Cart, body: NewOrder) -> None:
    """Keep what came with the order. Raises Invalid or Conflict: nothing is ordered then."""
    choices.set_email(cart, body.email)
    if body.address is not None:
        keep_address(cart, body.address)
    if body.shipping_option is not None:
        choices.choose_delivery(cart, body.shipping_option,
                                accepts_duties=body.accept_duties_at_door)
    elif body.accept_duties_at_door:
        choices.accept_duties(cart)
    steps.set_payment(cart, body.payment_method)
    steps.begin(cart)


def seen_total(cart: Cart, body: NewOrder) -> int | None:
    """The total the shopper saw, in minor units. Raises QuoteChanged for another currency."""
    if body.seen_total is None:
        return None
    if body.seen_total.currency != cart.currency:
        quoted = view(cart).quote
        raise QuoteChanged(was=body.seen_total.amount, now=quoted.total.minor if quoted else 0)
    return body.seen_total.amount


def find_order(token: str) -> Order:
    """The order of this token; messages are in its language. Raises NotFound."""
    order = reading.find(token if _TOKEN.fullmatch(token) else "")
    speak(order.language, markets.find(order.market_code), order.currency)
    return order


def placed(order: Order) -> Response:
    """The order and how to pay it."""
    shown = order_answer(order)
    return answer(answers.PlacedOrder(order=shown, payment=shown.payment), 201,
                  url_for("api.get_order", token=order.token))


def unpaid(error: ShopError, order: Order) -> Response:
    """The order is kept, its payment is not: say which order, and how to try again."""
    response = problem(
        error, order={"number": order.number, "token": order.token},
        retry={"method": "POST", "href": url_for("api.pay_order", token=order.token)},
    )
    if isinstance(error, ProviderError) and error.retryable:
        response.headers["Retry-After"] = RETRY_SECONDS
    return response


def order_answer(order: Order) -> answers.Order:
    """The order with its frozen quote; the same members as the cart's quote had."""
    shown = reading.view(order)
    words = {line.sku: (line.name, line.options) for line in shown.lines}
    return answers.Order(
        **present.priced(order.quote, words), number=shown.number, token=shown.token,
        state=shown.state, status=order_state(shown.state), market=shown.market.code,
        language=shown.language, total=amount(shown.total), refunded=amount(shown.refunded),
        placed_at=shown.placed_at, pay_until=shown.pay_until, cancel_reason=shown.cancel_reason,
        steps=[answers.Step(state=one.state, reached_at=one.reached_at, is_current=one.is_current)
               for one in shown.steps],
        shipments=[answers.Shipment(service=one.service, tracking=one.tracking,
                                    tracking_url=one.tracking_url, shipped_at=one.shipped_at)
                   for one in shown.shipments],
        payment=payment_answer(flow.latest(order), shown),
    )


def payment_answer(payment: Payment, shown: reading.OrderView) -> answers.Payment:
    """Where the payment stands; where to go or what to send while it can still be made."""
    is_open = shown.can_pay and payment.state in flow.OPEN
    return answers.Payment(
        method=payment.method, status=payment.state,
        redirect_url=(payment.redirect_url or None) if is_open else None, client_secret=None,
        transfer=transfer(shown.instructions, payment) if is_open and shown.instructions else None,
    )


def transfer(told: Mapping[str, str], payment: Payment) -> answers.Transfer:
    """The bank's details, with the amount as amounts are told here."""
    return answers.Transfer(
        holder=told["holder"], iban=told["iban"].replace(" ", ""), bic=told["bic"],
        bank=told["bank"], reference=told["reference"],
        amount=amount(Money(payment.amount_minor, payment.currency)),
        until=datetime.fromisoformat(told["until"]).astimezone(UTC), epc_qr=told.get("epc_qr"),
    )

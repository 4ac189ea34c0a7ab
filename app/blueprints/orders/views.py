"""The order's page by its unguessable link."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.kernel.errors import ProviderError, ShopError
from app.services.orders import reading
from app.services.payment import flow, settling
from app.services.payment.paying import pay_again
from app.web import locale, visitor
from app.web.caching import private
from app.web.gettext import gettext as _
from app.web.messages import sentence
from app.web.page import Page
from app.web.render import render

bp = locale.localised(Blueprint("orders", __name__))


@bp.get("/orders/<token>")
def show(token: str) -> BaseResponse:
    """Confirmation on the first look, status afterwards; whole only for who knows the e-mail."""
    order = reading.find(token)
    if not is_mine(token):
        return ask_email(token)
    is_first = reading.mark_seen(order)
    notice = request.args.get("notice", "")
    return show_order(token, is_first=is_first, message=sentence(notice) if notice in SAID else "")


SAID = {"payment_declined", "provider_unavailable", "provider_rejected"}


@bp.post("/orders/<token>/access")
def verify(token: str) -> BaseResponse:
    """Open the page with the order's e-mail address."""
    order = reading.find(token)
    if not reading.is_email_of(order, request.form.get("email", "")):
        return ask_email(token, error=_("This is not the e-mail address of the order."))
    remember(token)
    return redirect(url_for("orders.show", token=token), 303)


@bp.get("/orders/<token>/return")
def back(token: str) -> BaseResponse:
    """Back from the payment page: ask how it went, settle, show. Never trusts the address.

    The order's link is in every mail about it; only the payment page also knows the payment. Who
    comes without it has placed the order in this browser, or is asked for the e-mail address.
    """
    order = reading.find(token)
    payment = settling.check(flow.latest(order))
    if came_from(payment.reference):
        remember(token)
    notice = "payment_declined" if payment.state == "failed" else None
    return redirect(url_for("orders.show", token=token, notice=notice), 303)


@bp.post("/orders/<token>/payments")
def pay(token: str) -> BaseResponse:
    """Pay an order that still waits, with the same or another method."""
    order = reading.find(token)
    if not is_mine(token):
        return ask_email(token)
    try:
        payment = pay_again(order, request.form.get("method", order.payment_method))
    except ShopError as error:
        if not isinstance(error, ProviderError) and error.status not in {402, 409}:
            raise
        return show_order(token, message=sentence(error.code, **error.params),
                          status=error.status)
    return redirect(payment.redirect_url or url_for("orders.show", token=token), 303)


def show_order(token: str, *, is_first: bool = False, message: str = "",
               status: int = 200) -> Response:
    """The order in its own language's data, the interface in the page's."""
    order = reading.find(token)
    shown = reading.view(order)
    title = _("Thank you for your order") if is_first else _(
        "Order %(number)s", number=order.number)
    response = render(
        "orders/show.html", "orders/_order.html", status=status, order=shown, is_first=is_first,
        message=message, page=Page(title=title, robots="noindex"),
    )
    response.headers["Referrer-Policy"] = "same-origin"  # POSTs need an Origin
    return private(response)


def ask_email(token: str, error: str = "") -> Response:
    """The link alone is not enough on another device: the e-mail address opens it."""
    response = render(
        "orders/access.html", "orders/_access.html", token=token, error=error,
        status=422 if error else 200, page=Page(title=_("Your order"), robots="noindex"),
    )
    response.headers["Referrer-Policy"] = "same-origin"  # POSTs need an Origin
    return private(response)


def came_from(reference: str) -> bool:
    """The address names the payment, as the payment page does when it sends the shopper back."""
    given = request.args.get("session", "")
    return bool(reference) and hmac.compare_digest(given.encode(), reference.encode())


def is_mine(token: str) -> bool:
    """Placed, paid or opened with its e-mail address in this browser."""
    return token in visitor.private_session().get("orders", [])


def remember(token: str) -> None:
    """This browser may see the order from now on."""
    mine = visitor.private_session()
    mine["orders"] = [*[kept for kept in mine.get("orders", []) if kept != token], token][-20:]



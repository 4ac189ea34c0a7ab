"""Withdrawing from a contract in two steps, without an account.

source  Directive 2011/83/EU Art. 11a as of Directive (EU) 2023/2673, applicable since 2026-06-19
"""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.orders.views import ask_email, bp, is_mine, remember
from app.kernel.errors import NotFound, ShopError
from app.services.orders import reading, withdrawing
from app.web.caching import private
from app.web.gettext import gettext as _
from app.web.messages import sentence
from app.web.page import Page
from app.web.render import render


@bp.get("/withdrawal")
def withdraw_start() -> Response:
    """Find the order by number and e-mail; reached from every footer."""
    return start_page()


@bp.post("/withdrawal")
def withdraw_find() -> BaseResponse:
    """Order number and e-mail lead to the order's own withdrawal page."""
    try:
        order = reading.find_by_number(request.form.get("number", ""),
                                       request.form.get("email", ""))
    except NotFound:
        return start_page(error=_("We find no order with this number and e-mail address."))
    remember(order.token)
    return redirect(url_for("orders.withdraw", token=order.token), 303)


@bp.get("/orders/<token>/withdrawal")
def withdraw(token: str) -> Response:
    """Step one: which articles, under which name; for who knows the e-mail address."""
    return form_page(token) if is_known(token) else ask_email(token)


@bp.post("/orders/<token>/withdrawal")
def withdraw_confirm(token: str) -> BaseResponse:
    """Step two: "Confirm withdrawal here"; then the acknowledgement goes out at once."""
    if not is_known(token):
        return ask_email(token)
    chosen = withdrawing.chosen_lines(reading.find(token), request.form)
    if request.form.get("confirmed") != "1":
        return form_page(token, chosen=chosen, confirming=bool(chosen),
                         error="" if chosen else _("Please choose at least one article."))
    try:
        withdrawal = withdrawing.declare(reading.find(token), chosen,
                                         request.form.get("name", ""))
    except ShopError as error:
        return form_page(token, chosen=chosen, error=sentence(error.code, **error.params))
    return redirect(url_for("orders.withdrawn", token=token, withdrawal=withdrawal.id), 303)


@bp.get("/orders/<token>/withdrawal/<int:withdrawal>")
def withdrawn(token: str, withdrawal: int) -> Response:
    """The acknowledgement, with its time."""
    if not is_known(token):
        return ask_email(token)
    order = reading.find(token)
    return page("orders/withdrawn.html", order=reading.view(order),
                withdrawal=withdrawing.find(order, withdrawal))


def is_known(token: str) -> bool:
    """Whether this browser may see the order. Raises NotFound for a link that opens nothing."""
    return bool(reading.find(token)) and is_mine(token)


def start_page(error: str = "") -> Response:
    """The form that finds an order."""
    return page("orders/withdrawal_start.html", status=422 if error else 200, error=error,
                number=request.form.get("number", ""), email=request.form.get("email", ""))


def form_page(token: str, *, chosen: dict[int, int] | None = None, confirming: bool = False,
              error: str = "") -> Response:
    """The withdrawal form, or with `confirming` its second step."""
    order = reading.find(token)
    return page("orders/withdrawal.html", status=422 if error else 200, order=reading.view(order),
                token=token, chosen=chosen or {}, confirming=confirming, error=error,
                name=request.form.get("name", order.address.get("name", "")),
                may_withdraw=withdrawing.is_possible(order))


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A private page of its own."""
    response = render(template, template, status=status,
                      page=Page(title=_("Withdraw from contract"), robots="noindex"), **context)
    response.headers["Referrer-Policy"] = "same-origin"  # POSTs need an Origin
    return private(response)

"""A payment page where the outcome is chosen by name. No card field, no money."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from app.extensions import providers
from app.kernel.errors import NotFound, ProviderRejected
from app.services.payment.test_gateway import Outcome, PaymentPage, TestGateway
from app.web import locale
from app.web.caching import private
from app.web.gettext import gettext as _
from app.web.page import Page
from app.web.render import render

bp = Blueprint("pay", __name__)


@bp.get("/pay/test/<reference>")
def show(reference: str) -> Response:
    """What is to be paid, and the ways it may go."""
    asked = find(reference)
    response = render("pay/show.html", "pay/show.html", asked=asked,
                      page=Page(title=_("Test payment"), robots="noindex"))
    response.headers["Referrer-Policy"] = "same-origin"  # POSTs need an Origin
    return private(response)


@bp.post("/pay/test/<reference>")
def choose(reference: str) -> BaseResponse:
    """Let the payment end this way and go back to the shop."""
    find(reference)
    try:
        outcome = Outcome(request.form.get("outcome", ""))
    except ValueError:
        raise NotFound from None
    return redirect(gateway().choose(reference, outcome), 303)


def gateway() -> TestGateway:
    """The test gateway. Raises NotFound in a shop that takes real money."""
    found = providers().payments.get("test")
    if not isinstance(found, TestGateway):
        raise NotFound
    return found


def find(reference: str) -> PaymentPage:
    """The payment, with the page set to the language and market it was begun in."""
    try:
        asked = gateway().page(reference)
    except ProviderRejected:
        raise NotFound from None
    prefix = asked.return_url.split("/")[3]
    language, market = locale.parse_prefix(prefix)
    g.locale = locale.Locale(language, market, asked.amount.currency, market.country)
    return asked

"""The API's blueprint: what holds for every call. No cookies, no session."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, g, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel

from app.blueprints.api import reading
from app.kernel.errors import Invalid, NotFound, ShopError
from app.services import markets
from app.services.markets import BY_LOWER, MarketView
from app.web import errors, locale
from app.web.messages import sentence
from app.web.negotiation import best_language

if TYPE_CHECKING:
    from app.models.cart import Cart

PROBLEM = {"description": "Refused; nothing was done unless the problem says so",
           "content": {"application/problem+json": {
               "schema": {"$ref": "#/components/schemas/Problem"}}}}
CATALOGUE = [Tag(name="Catalogue", description="Markets and products")]
CARTS = [Tag(name="Carts", description="A cart from its first line to its quote")]
ORDERS = [Tag(name="Orders", description="Placing, paying and following an order")]
REFUSALS: dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None] = {"4XX": PROBLEM}

bp = APIBlueprint("api", __name__, url_prefix="/api/v1", abp_responses=REFUSALS,
                  operation_id_callback=lambda name, path, method: name)


@bp.before_request
def _enter() -> None:
    """Speak the caller's language; read the body once, strictly."""
    g.pop("locale", None)
    g.language = best_language([tag for tag, _quality in request.accept_languages]) or "en"
    reading.check_body()


@bp.after_request
def _leave(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "private, no-store")
    response.vary.add("Accept-Language")
    return response


def speak(language: str, market: MarketView, currency: str, country: str = "") -> None:
    """From here on texts, names and messages are in this language."""
    g.locale = locale.Locale(language, market, currency, country or market.country)


def speak_cart(cart: Cart) -> None:
    """The language of a cart."""
    speak(cart.language, markets.find(cart.market_code), cart.currency)


def place(market: str | None, language: str | None, currency: str | None) -> locale.Locale:
    """Where a caller wants to be; what is not said is the shop's default.

    raises  Invalid  naming the field that is not of this shop
    """
    fields = {}
    try:
        found = markets.find(market) if market else markets.default()
    except NotFound:
        raise Invalid("invalid", fields={"market": "unknown_market"}) from None
    spoken = BY_LOWER.get(language.lower()) if language else g.language
    if spoken is None:
        fields["language"] = "unknown_language"
    money = currency or found.currencies[0]
    if money not in markets.currencies():
        fields["currency"] = "unknown_currency"
    if fields or spoken is None:
        raise Invalid("invalid", fields=fields)
    speak(spoken, found, money)
    return locale.current()


def answer(body: BaseModel, status: int = 200, location: str = "") -> Response:
    """A JSON answer; texts stay readable, times are RFC 3339 in UTC."""
    response = current_app.response_class(body.model_dump_json(), status,
                                          mimetype="application/json")
    if location:
        response.headers["Location"] = location
    return response


def problem(error: ShopError, **members: dict[str, str]) -> Response:
    """A problem document with members of its own beside the usual ones."""
    response = errors.answer(error.status, error.code, sentence(error.code, **error.params))
    body = {**(response.get_json() or {}), **members}
    response.set_data(current_app.json.dumps(body))
    return response

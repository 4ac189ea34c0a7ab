"""Cart pages and acts: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.cart.forms import quantity_of
from app.kernel.errors import NotFound, ShopError
from app.services.cart import carts
from app.services.cart.view import CartView, empty, remember_seen, view
from app.services.checkout import steps
from app.web import countries, filters, locale, visitor
from app.web.caching import private
from app.web.messages import sentence
from app.web.page import Page
from app.web.render import leave, render, wants_fragment
from app.web.why_words import explained

if TYPE_CHECKING:
    from app.models.cart import Cart

bp = locale.localised(Blueprint("cart", __name__))


@bp.get("/cart")
def show() -> Response:
    """The cart as a page; to htmx, the cart's inside."""
    shown = current_view()
    response = private(show_cart(shown))
    remember_seen(shown)
    return response


@bp.get("/cart/why")
def why() -> BaseResponse:
    """Every figure of the cart's sum explained: a page, or the inside of its dialog."""
    shown = current_view()
    if shown.quote is None or not shown.lines:
        return redirect(url_for("cart.show"), 303)
    names = {line.words.sku: line.words.name for line in shown.lines}
    return private(render(
        "why/show.html", "why/_panel.html",
        page=Page(title=sentence("why_title"), robots="noindex"),
        sections=explained(shown.quote, names, filters.country(shown.country)),
        back=(sentence("cart_title"), url_for("cart.show")),
    ))


@bp.get("/cart/badge")
def badge() -> Response:
    """The header's cart link with its count; loaded by public pages after they are shown."""
    count = carts.count(visitor.cart_token())
    return private(render("cart/badge.html", "cart/_badge.html", count=count,
                          page=Page(title=sentence("cart_title"), robots="noindex")))


@bp.post("/cart/lines")
def add() -> BaseResponse:
    """Put an article into the cart; with "Buy now" go straight to the checkout."""
    here = locale.current()
    cart = open_cart()
    carts.add(cart, request.form.get("sku", ""), quantity_of(request.form), here.market,
              request.form.get("key", ""))
    if "buy_now" in request.form:
        answer: BaseResponse = leave(url_for("checkout.show"))
    elif wants_fragment():
        shown = view(cart, country=here.country)
        answer = private(show_cart(shown) if request.form.get("in") == "cart"
                         else drawer(shown, is_opening=True))
    else:
        answer = redirect(url_for("cart.show"), 303)
    return visitor.remember_cart(answer, cart.public_id)


@bp.post("/cart/lines/<int:line>")
def set_line(line: int) -> BaseResponse:
    """Set a line's quantity; 0 or "remove" takes it out and offers to undo."""
    cart = carts.find(visitor.cart_token())
    removed = removed_line(cart.public_id, line) if is_removal() else None
    message = ""
    try:
        if removed:
            carts.remove(cart, line)
        else:
            carts.set_quantity(cart, line, quantity_of(request.form), locale.current().market)
    except NotFound:
        message = sentence("unknown_line")
    except ShopError as error:
        message = sentence(error.code, **error.params)
    return changed(view(cart, country=locale.current().country), message, removed)


@bp.post("/cart/destination")
def set_destination() -> BaseResponse:
    """Say where the cart would go, to see delivery, tax and duty."""
    cart = carts.find(visitor.cart_token())
    steps.set_destination(cart, request.form)
    return changed(view(cart), "", None)


@bp.post("/cart/coupons")
def add_coupon() -> BaseResponse:
    """Take a code; a refused one says why and changes nothing."""
    return coupon_act(lambda cart: steps.add_coupon(cart, request.form.get("code", "")))


@bp.post("/cart/coupons/removal")
def drop_coupon() -> BaseResponse:
    """Forget a code."""
    return coupon_act(lambda cart: steps.drop_coupon(cart, request.form.get("code", "")))


def coupon_act(act: Callable[[Cart], object]) -> BaseResponse:
    """Do something with coupons and show the cart, with the refusal beside the field."""
    cart = carts.find(visitor.cart_token())
    message = ""
    try:
        act(cart)
    except ShopError as error:
        message = sentence(error.code, **error.params)
    return changed(view(cart, country=locale.current().country), "", None, coupon_error=message)


def open_cart() -> Cart:
    """The visitor's cart, taken along to this market and currency; a new one if there is none."""
    here = locale.current()
    try:
        cart = carts.find(visitor.cart_token())
    except NotFound:
        return carts.start(here.market, here.language, here.currency)
    carts.place_in(cart, here.market, here.language, here.currency)
    return cart


def current_view() -> CartView:
    """The visitor's cart as it is now in this market, or an empty one."""
    here = locale.current()
    try:
        cart = carts.find(visitor.cart_token())
    except NotFound:
        return empty(here.market, here.currency, here.country)
    carts.place_in(cart, here.market, here.language, here.currency)
    return view(cart, country=here.country)


def show_cart(shown: CartView, *, message: str = "", removed: object = None,
              coupon_error: str = "", status: int = 200) -> Response:
    """The cart page, or its inside with the badge."""
    return render(
        "cart/show.html", "cart/_cart.html", also=("cart/_badge.html",), status=status,
        page=Page(title=sentence("cart_title"), robots="noindex"), cart=shown, count=shown.count,
        message=message, removed=removed, coupon_error=coupon_error, is_opening=False,
        countries=countries.for_market(shown.market),
    )


def drawer(shown: CartView, *, message: str = "", removed: object = None,  # noqa: PLR0913 - one page's state
           coupon_error: str = "", is_opening: bool = False, status: int = 200) -> Response:
    """The drawer's inside with the badge, in one answer."""
    return render(
        "cart/show.html", "cart/_drawer.html", also=("cart/_badge.html",), status=status,
        page=Page(title=sentence("cart_title"), robots="noindex"), cart=shown, count=shown.count,
        message=message, removed=removed, coupon_error=coupon_error, is_opening=is_opening,
        countries=(),
    )


def changed(shown: CartView, message: str, removed: object, *,
            coupon_error: str = "") -> BaseResponse:
    """After an act: the part the form stands in, or the page again."""
    status = 422 if message or coupon_error else 200
    if not wants_fragment():
        if status == 200 and removed is None:
            return redirect(url_for("cart.show"), 303)
        return private(show_cart(shown, message=message, removed=removed,
                                 coupon_error=coupon_error, status=status))
    make = drawer if request.form.get("in") == "drawer" else show_cart
    response = make(shown, message=message, removed=removed, coupon_error=coupon_error,
                    status=status)
    if message:  # a morph would leave the refused number in its field
        response.headers["HX-Reswap"] = "outerHTML"
    remember_seen(shown)
    return private(response)


def is_removal() -> bool:
    """The form wants the line out."""
    return "remove" in request.form or request.form.get("quantity", "").strip() == "0"


def removed_line(public_id: str, line: int) -> object:
    """What is being taken out, so that it can be offered again; None if it is not there."""
    shown = view(carts.find(public_id), country=locale.current().country)
    return next((kept for kept in shown.lines if kept.id == line), None)

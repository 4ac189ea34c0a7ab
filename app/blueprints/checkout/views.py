"""Checkout: parse, call, render. Sections open one after another; ?step= opens one again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.checkout.forms import CheckoutPage, open_step
from app.kernel.errors import Conflict, Invalid, NotFound, PaymentDeclined, ProviderError, ShopError
from app.services.cart import carts
from app.services.cart.view import CartView, remember_seen, view
from app.services.checkout import placing, steps
from app.services.payment import flow
from app.web import locale, visitor
from app.web.caching import private
from app.web.gettext import gettext as _
from app.web.messages import sentence
from app.web.page import Page
from app.web.render import leave, render, wants_fragment
from app.web.shop_pages import legal_pages, shop_page

if TYPE_CHECKING:
    from app.models.cart import Cart

bp = locale.localised(Blueprint("checkout", __name__))


@bp.get("/checkout")
def show() -> BaseResponse:
    """The checkout at the first section that still wants something, or at ?step=."""
    cart = my_cart()
    if cart is None:
        return redirect(url_for("cart.show"), 303)
    steps.begin(cart)
    shown = view(cart, country=locale.current().country)
    if not shown.lines:
        return redirect(url_for("cart.show"), 303)
    wanted = request.args.get("country", "")
    return page(shown, request.args.get("step", ""), typed={"country": wanted} if wanted else {})


@bp.post("/checkout/address")
def set_address() -> BaseResponse:
    """Keep e-mail and address; "country" alone only redraws the form for it."""
    if request.form.get("act") == "country":
        shown = view(needed_cart(), country=locale.current().country)
        return page(shown, "address", typed=request.form)
    return section("address", lambda cart: steps.set_address(cart, request.form))


@bp.post("/checkout/validation")
def check_field() -> Response:
    """One field after it was left: its part of the form again, with what is wrong or nothing."""
    name = request.headers.get("X-Validate") or request.form.get("field", "")
    found: Mapping[str, str] = {}
    try:
        steps.check_address(request.form)
    except Invalid as error:
        found = error.fields
    shown = view(needed_cart(), country=locale.current().country)
    form = CheckoutPage.of(shown, "address", request.form, {k: v for k, v in found.items()
                                                           if k == name})
    field = form.field(name)
    if field is None:
        raise NotFound
    return private(render("checkout/show.html", "checkout/_field.html", field=field, form=form,
                          page=checkout_page(), cart=shown, message="", coupon_error="",
                          legal=(), is_swapped=True))


@bp.post("/checkout/delivery")
def set_delivery() -> BaseResponse:
    """Keep the way of delivery."""
    return section("delivery", lambda cart: steps.set_delivery(
        cart, request.form.get("option", ""),
        dap_accepted=request.form.get("dap_accepted") == "1",
        phone=request.form.get("phone", ""),
    ))


@bp.post("/checkout/payment")
def set_payment() -> BaseResponse:
    """Keep the way to pay."""
    return section("payment", lambda cart: steps.set_payment(cart, request.form.get("method", "")))


@bp.post("/checkout/coupons")
def add_coupon() -> BaseResponse:
    """Take a code within the checkout."""
    return section("", lambda cart: steps.add_coupon(cart, request.form.get("code", "")),
                   error_name="coupon")


@bp.post("/checkout/coupons/removal")
def drop_coupon() -> BaseResponse:
    """Forget a code within the checkout."""
    return section("", lambda cart: steps.drop_coupon(cart, request.form.get("code", "")))


@bp.post("/checkout/orders")
def place() -> BaseResponse:
    """The order button: order first, then off to pay."""
    cart = needed_cart()
    try:
        order = placing.place(cart, seen_total=seen_total(request.form.get("seen_total")))
    except (PaymentDeclined, ProviderError) as error:
        waiting = placing.open_order(carts.find(cart.public_id))
        if waiting is None:
            raise
        return leave(url_for("orders.show", token=waiting.token, notice=error.code))
    except Conflict as error:
        if error.code == "already_paid":
            return leave(url_for("orders.show", token=placing.latest_order(cart).token))
        return refused(cart, error)
    except ShopError as error:
        return refused(cart, error)
    payment = flow.latest(order)
    mine = visitor.private_session()
    mine["orders"] = [*mine.get("orders", []), order.token][-20:]
    return leave(payment.redirect_url or url_for("orders.show", token=order.token))


def seen_total(text: str | None) -> int | None:
    """Minor units the shopper saw; None when the form does not say. What cannot be read is -1,
    which no total is: better shown once more than ordered unseen."""
    if text is None:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1


def section(step: str, act: Callable[[Cart], object], error_name: str = "") -> BaseResponse:
    """Do one section's act; on refusal the section again with what was typed."""
    cart = needed_cart()
    try:
        act(cart)
    except Invalid as error:
        shown = view(cart, country=locale.current().country)
        return page(shown, step, typed=request.form, errors=error.fields, status=422)
    except ShopError as error:
        shown = view(cart, country=locale.current().country)
        message = sentence(error.code, **error.params)
        return page(shown, step, typed=request.form, status=error.status,
                    message="" if error_name else message,
                    coupon_error=message if error_name else "")
    if not wants_fragment():
        return redirect(url_for("checkout.show"), 303)
    return page(view(cart, country=locale.current().country), "")


def refused(cart: Cart, error: ShopError) -> BaseResponse:
    """The order was not made: the page as it is now, with the reason on top."""
    shown = view(cart, country=locale.current().country)
    step = open_step(shown, "")
    return page(shown, step, message=sentence(error.code, **error.params), errors=error.fields,
                status=error.status)


def page(shown: CartView, step: str, *, typed: Mapping[str, str] | None = None,  # noqa: PLR0913 - one page's state
         errors: Mapping[str, str] | None = None, message: str = "", coupon_error: str = "",
         status: int = 200) -> Response:
    """The whole checkout, or its inside."""
    form = CheckoutPage.of(shown, step, typed or {}, errors or {})
    response = render(
        "checkout/show.html", "checkout/_checkout.html", status=status, page=checkout_page(
            has_error=bool(errors or message)), cart=shown, form=form, message=message,
        coupon_error=coupon_error, legal=legal_pages("terms", "withdrawal", "privacy"),
        is_swapped=wants_fragment(),
    )
    remember_seen(shown)
    return private(response)


def checkout_page(*, has_error: bool = False) -> Page:
    """The head: "Error:" comes before the title when something is wrong."""
    title = _("Checkout")
    page = Page(title=_("Error: %(title)s", title=title) if has_error else title, robots="noindex")
    contact = shop_page("contact")
    page.help_url = contact[1] if contact else page.home_url
    page.back_url, page.back_label = page.cart_url, _("Back to cart")
    return page


def my_cart() -> Cart | None:
    """The visitor's cart in this market, or None."""
    here = locale.current()
    try:
        cart = carts.find(visitor.cart_token())
    except NotFound:
        return None
    carts.place_in(cart, here.market, here.language, here.currency)
    return cart


def needed_cart() -> Cart:
    """The visitor's cart. Raises NotFound (unknown_cart)."""
    cart = my_cart()
    if cart is None:
        raise NotFound("unknown_cart")
    return cart

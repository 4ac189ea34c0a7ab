"""One dialog of three independent choices, and the cookie choice. Both work without script."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.preferences.choices import choices
from app.kernel.errors import NotFound
from app.services import markets
from app.services.cart import carts
from app.web import locale, visitor
from app.web.addresses_of_pages import same_page_in
from app.web.caching import private
from app.web.gettext import gettext as _
from app.web.page import Page
from app.web.render import render

bp = locale.localised(Blueprint("preferences", __name__))
CONSENT_COOKIE, DISMISSED_COOKIE = "consent", "suggestion"
HALF_A_YEAR = 182 * 24 * 3600


@bp.get("/locale")
def show() -> Response:
    """The three choices as a page; to htmx, the dialog's inside."""
    return private(render(
        "preferences/show.html", "preferences/_dialog.html", choices=choices(),
        next=local_path(request.args.get("next", "")),
        page=Page(title=_("Country, language and currency"), robots="noindex"),
    ))


@bp.post("/locale")
def choose() -> BaseResponse:
    """Remember the choices and stay on the same thing; the cart comes along."""
    here = locale.current()
    country = request.form.get("country", "").upper()
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        country = here.country
    market = markets.of_country(country) or markets.find("row")
    language = markets.BY_LOWER.get(request.form.get("language", "").lower(), here.language)
    currency = request.form.get("currency", "").upper()
    if currency not in markets.currencies():
        currency = market.currencies[0]
    target = same_page_in(local_path(request.form.get("next", "")),
                          locale.prefix_of(language, market.code))
    take_cart_along(market, language, currency)
    answer = redirect(target, 303)
    remember(answer, locale.PREFIX_COOKIE, locale.prefix_of(language, market.code))
    keep_or_forget(answer, locale.CURRENCY_COOKIE, currency, market.currencies[0])
    keep_or_forget(answer, locale.COUNTRY_COOKIE, country, market.country)
    return answer


@bp.get("/consent")
def consent() -> Response:
    """The cookie choice, to be changed at any time."""
    return private(render(
        "preferences/consent.html", "preferences/_consent.html",
        chosen=request.cookies.get(CONSENT_COOKIE, ""),
        next=local_path(request.args.get("next", "")),
        page=Page(title=_("Cookie settings"), robots="noindex"),
    ))


@bp.post("/consent")
def set_consent() -> BaseResponse:
    """Yes and no are equally easy; no is what holds until a yes."""
    chosen = request.form.get("choice", "")
    if chosen not in {"yes", "no"}:
        raise NotFound
    answer = redirect(local_path(request.form.get("next", "")), 303)
    remember(answer, CONSENT_COOKIE, chosen, HALF_A_YEAR)
    return answer


@bp.get("/visitor")
def personal() -> Response:
    """The personal parts of a public page, loaded after it: cart count, choices, suggestions."""
    path = local_path(request.args.get("next", ""))
    return private(render(
        "preferences/personal.html", "preferences/_personal.html",
        count=carts.count(visitor.cart_token()), page=Page(title=_("Your visit"),
                                                           robots="noindex"),
        has_chosen_consent=CONSENT_COOKIE in request.cookies, suggestion=suggestion(),
        next=path, slip_url=own_slip(path),
    ))


def own_slip(path: str) -> str:
    """Where a product page gets its landed cost for the country this visitor chose; '' when the
    shared page, made for the market's own country, is right as it is."""
    here, parts = locale.current(), urlsplit(path)
    if here.country == here.market.country or not parts.path.startswith(f"/{here.prefix}/p/"):
        return ""
    asked = dict(parse_qsl(parts.query))
    return "" if "to" in asked else f"{parts.path}/slip?{urlencode({**asked, 'to': here.country})}"


@bp.post("/suggestion")
def dismiss() -> BaseResponse:
    """Do not suggest another shop again."""
    answer = redirect(local_path(request.form.get("next", "")), 303)
    remember(answer, DISMISSED_COOKIE, "no", HALF_A_YEAR)
    return answer


def suggestion() -> dict[str, str] | None:
    """Another market for somebody who seems to be elsewhere; never a redirect."""
    if DISMISSED_COOKIE in request.cookies or locale.PREFIX_COOKIE in request.cookies:
        return None
    country = visitor.country_of_address()
    market = markets.of_country(country) if country else None
    here = locale.current()
    if market is None or market.code == here.market.code or country is None:
        return None
    prefix = locale.prefix_of(here.language, market.code)
    path = local_path(request.args.get("next", ""))
    return {"country": country, "url": same_page_in(path, prefix)}


def local_path(path: str) -> str:
    """A path of this shop and nothing else (`//host`, `/\\t/host` and schemes are refused)."""
    try:
        parts = urlsplit(path)
    except ValueError:  # "//[" is not even an address
        return url_for("storefront.home")
    is_ours = (path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc
               and not parts.scheme and all(c.isprintable() and c != "\\" for c in path))
    return path if is_ours else url_for("storefront.home")


def take_cart_along(market: markets.MarketView, language: str, currency: str) -> None:
    """The cart survives the switch; amounts come from the new price list."""
    try:
        carts.place_in(carts.find(visitor.cart_token()), market, language, currency)
    except NotFound:
        return


def remember(answer: BaseResponse, name: str, value: str, seconds: int = locale.YEAR) -> None:
    """A first-party cookie the shop needs to work as chosen."""
    answer.set_cookie(name, value, max_age=seconds, path="/", samesite="Lax",
                      secure=current_app.config["IS_HTTPS"], httponly=True)


def keep_or_forget(answer: BaseResponse, name: str, value: str, default: str) -> None:
    """A choice that is the market's own needs no cookie, so that pages stay shared."""
    if value == default:
        answer.delete_cookie(name, path="/")
    else:
        remember(answer, name, value)

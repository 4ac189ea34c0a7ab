"""The public shop: home, category, product and its slip. All may be kept by caches."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints.storefront import category_page, front, product_page, slip_view
from app.blueprints.storefront.asked import AskedListing, AskedProduct
from app.kernel.errors import NotFound
from app.services.catalogue import shelves
from app.web import filters, locale
from app.web.caching import public
from app.web.cards import card_html
from app.web.gettext import gettext as _
from app.web.page import Page
from app.web.price_words import prices_note, unit_words
from app.web.render import render, wants_fragment
from app.web.why_words import explained

bp = locale.localised(Blueprint("storefront", __name__))
bp.add_app_template_global(card_html, "card_html")
bp.add_app_template_global(prices_note, "prices_note")
bp.add_app_template_global(unit_words, "unit_words")


@bp.get("/")
def home() -> Response:
    """The home page, made of the blocks of the page "home"."""
    shown = front.front_page(locale.current())
    return public(make_response(render_template("storefront/home.html", **shown.context)),
                  shown.until)


@bp.get("/c/<slug>")
def category(slug: str) -> AnyResponse:
    """A category; to htmx its list, or from the second page on only the next cards."""
    here = locale.current()
    asked = AskedListing.parse(request.args)
    shelf, text = shelves.find(slug, here.chain)
    if text.slug != slug:
        return redirect(asked.address(text.slug), 301)
    is_more = wants_fragment() and asked.page > 1
    shown = category_page.category_page(shelf, text, asked, here, is_more=is_more)
    fragment = "storefront/_more.html" if is_more else "storefront/_listing.html"
    response = public(render("storefront/category.html", fragment, **shown.context), shown.until)
    if wants_fragment():
        # "Load more" is no step to go back from, but Back from a product leads to as many cards.
        header = "HX-Replace-Url" if is_more else "HX-Push-Url"
        response.headers[header] = shown.address
    return response


@bp.get("/p/<slug>")
def product(slug: str) -> AnyResponse:
    """A product; to htmx the part that a choice of variant changes."""
    here = locale.current()
    asked = AskedProduct.parse(request.args)
    shown = product_page.product_page(slug, asked, here)
    if shown.slug != slug:
        return redirect(url_for("storefront.product", slug=shown.slug, **asked.kept), 301)
    response = public(
        render("storefront/product.html", "storefront/_product.html", **shown.context), shown.until
    )
    if wants_fragment():
        response.headers["HX-Push-Url"] = shown.address
    return response


@bp.get("/p/<slug>/slip")
def slip(slug: str) -> AnyResponse:
    """What one piece costs at a door: the fragment of the product page, for another country."""
    here = locale.current()
    asked = AskedProduct.parse(request.args)
    if not wants_fragment():
        return redirect(url_for("storefront.product", slug=slug, **asked.kept), 303)
    shown = product_page.chosen_product(slug, asked, here)
    found, until = slip_view.slip_view(shown, asked, here)
    response = make_response(render_template("storefront/_slip.html", oob=False, slip=found))
    return public(response, until)


@bp.get("/p/<slug>/why")
def why(slug: str) -> AnyResponse:
    """Every figure of the slip explained: a page, or the inside of its dialog."""
    here = locale.current()
    asked = AskedProduct.parse(request.args)
    shown = product_page.chosen_product(slug, asked, here)
    found = slip_view.slip_of(shown, asked, here)
    if found is None:
        raise NotFound
    place = filters.country(found.destination.country)
    names = {shown.variant.sku: shown.sheet.text.name}
    back = url_for("storefront.product", slug=shown.sheet.text.slug, **asked.kept)
    return public(render(
        "why/show.html", "why/_panel.html",
        page=Page(title=_("Why this price?"), robots="noindex"),
        sections=explained(found.quote, names, place), back=(shown.sheet.text.name, back),
    ), found.until)

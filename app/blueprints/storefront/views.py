"""The public shop: home, category, product and its slip. All may be kept by caches."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints.storefront import category_page, front, product_page, slip_view
from app.blueprints.storefront.asked import AskedListing, AskedProduct
from app.services.catalogue import shelves
from app.web import locale
from app.web.caching import public
from app.web.cards import card_html
from app.web.render import render, wants_fragment

bp = locale.localised(Blueprint("storefront", __name__))
bp.add_app_template_global(card_html, "card_html")


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
    shown = category_page.category_page(shelf, text, asked, here)
    fragment = "storefront/_more.html" if asked.page > 1 else "storefront/_listing.html"
    response = public(render("storefront/category.html", fragment, **shown.context), shown.until)
    if wants_fragment() and asked.page == 1:
        response.headers["HX-Push-Url"] = shown.address
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

"""A product as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from app.blueprints.storefront import offer_view, product_facts, slip_view, structured
from app.blueprints.storefront.addresses import in_prefix
from app.blueprints.storefront.asked import AskedProduct, with_query
from app.blueprints.storefront.category_page import crumbs
from app.kernel import clock
from app.services.catalogue.cards import cards, stock_state
from app.services.catalogue.choosing import chosen, groups, option_words
from app.services.catalogue.detail import Sheet, VariantFacts, sheet
from app.services.catalogue.labels import Labels, labels
from app.services.catalogue.offers import variant_offer
from app.services.catalogue.pictures import pictures
from app.services.catalogue.related import MOST, related
from app.services.catalogue.shelves import shelves
from app.services.catalogue.slip import Slip
from app.services.prices import lookup
from app.services.prices.lookup import PriceRow
from app.web.cards import cards_of
from app.web.foreign import direction_of, lang_of, note_of, said
from app.web.locale import Locale
from app.web.page import Page
from app.web.render import wants_fragment

MOST_PIECES = 999


@dataclass(frozen=True, slots=True)
class Chosen:
    """A product with one of its variants chosen, and what that costs (None: no price here)."""

    sheet: Sheet
    variant: VariantFacts
    price: PriceRow | None


@dataclass(frozen=True, slots=True)
class ShownProduct:
    """The template's variables, today's slug, the tidy address, and how long the page holds."""

    context: dict[str, Any]
    slug: str
    address: str
    until: datetime | None


def chosen_product(slug: str, asked: AskedProduct, here: Locale) -> Chosen:
    """The product of a slug with the variant asked for. Raises NotFound."""
    found = sheet(slug, here.chain, here.market)
    variant = chosen(found, asked.sku, asked.wanted, labels(), here.market)
    prices = lookup.current([variant.id], here.market.price_list, here.currency, clock.now())
    return Chosen(found, variant, prices.get(variant.id))


def product_page(slug: str, asked: AskedProduct, here: Locale) -> ShownProduct:
    """Everything the product's templates need. Raises NotFound."""
    shown = chosen_product(slug, asked, here)
    found = slip_view.slip_of(shown, asked, here)
    words, own = labels(), shown.sheet.text.slug
    product = _product(shown, words, here)
    product["door"] = [(key, value) for key, value in asked.kept.items() if key != "sku"]
    context: dict[str, Any] = {
        "product": product,
        "slip": slip_view.view(found, shown, asked, here) if found else None,
        "facts": product_facts.facts(shown, here),
    }
    if not wants_fragment():
        context.update(_rest(shown, found, product, here))
    pairs = [("sku", shown.variant.sku)] if len(shown.sheet.variants) > 1 else []
    address = with_query(product["url"], pairs + product["door"])
    return ShownProduct(context, own, address, _until(shown, found))


def _product(shown: Chosen, words: Labels, here: Locale) -> dict[str, Any]:
    """The part that a choice of variant changes."""
    one, variant, text = shown.sheet, shown.variant, shown.sheet.text
    views = pictures([*variant.media, *one.media], here.chain)
    pieces = variant.available(here.market)
    is_sold = one.is_on_sale and shown.price is not None
    offer = variant_offer(shown.price, here.market, clock.now()) if shown.price else None
    state, brand = stock_state(pieces), words.brands.get(one.brand_id or 0)
    return {
        "name": said(text.name, text.language), "plain_name": text.name,
        "lang": lang_of(text.language), "dir": direction_of(text.language),
        "note": note_of(text.language), "summary": text.summary,
        "brand": brand.says(here.chain) if brand else "",
        "pictures": list(views.values()), "sku": variant.sku,
        "option_words": option_words(variant, words, here.chain),
        "groups": groups(one, variant, words, here.market, here.chain),
        "offer": offer_view.with_words(offer, one, here) if offer else None,
        "unit_price": offer_view.unit_price_words(offer, one) if offer else "",
        "campaign": offer_view.campaign_words(shown.price, one, here) if shown.price else "",
        "stock": state, "pieces": pieces, "most": min(max(pieces, 1), MOST_PIECES),
        "stock_text": offer_view.stock_text(one, state, pieces),
        "stock_detail": offer_view.stock_detail(state, pieces, variant, words, here),
        "is_buyable": is_sold and state != "out", "is_on_sale": one.is_on_sale,
        "off_sale_reason": one.off_sale_reason,
        "stamps": offer_view.stamps(offer, one, words, state),
        "url": url_for("storefront.product", slug=text.slug), "rating": _rating(one),
    }


def _rest(shown: Chosen, found: Slip | None, product: dict[str, Any],
          here: Locale) -> dict[str, Any]:
    """The parts of the page that stay whatever variant is chosen."""
    one = shown.sheet
    tree = shelves()
    shelf = next((tree.by_id[id_] for id_ in one.shelf_ids if id_ in tree.by_id), None)
    path = crumbs(shelf, here, is_whole=True)
    path.append((product["name"], None))
    facts = cards(related(one), here.market, here.currency, here.chain, clock.now(),
                  with_swatches=False)
    page = Page(
        title=one.text.seo_title or one.text.name,
        description=one.text.seo_description or one.text.summary,
        breadcrumb=[(str(label), url or "") for label, url in path],
        section=tree.path(shelf)[0].code if shelf else "",
        at=in_prefix("/p/{}", one.slugs),
    )
    page.jsonld = [structured.breadcrumb(path), product_facts.schema(shown, found, product, here)]
    return {"page": page, "crumbs": path, "reviews": product_facts.reviews_of(one),
            "related": cards_of(facts)[:MOST]}


def _rating(one: Sheet) -> Any:
    return one.stars if one.stars.count else None


def _until(shown: Chosen, found: Slip | None) -> datetime | None:
    moments = [shown.sheet.until, found.until if found else None,
               shown.price.valid_until if shown.price else None]
    return min((moment for moment in moments if moment is not None), default=None)

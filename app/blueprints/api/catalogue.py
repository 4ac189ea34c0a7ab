"""Markets and products."""

from __future__ import annotations

import base64
import binascii

from flask import Response, url_for

from app.blueprints.api.answers import Picture
from app.blueprints.api.asked import ProductPath, ProductsQuery, ShopQuery
from app.blueprints.api.catalogue_answers import (
    CampaignPrice,
    Chosen,
    Market,
    Markets,
    Product,
    Products,
    ProductSummary,
    Variant,
)
from app.blueprints.api.entry import CATALOGUE, answer, bp, place
from app.blueprints.api.present import absolute, amount, maybe, per_unit, picture
from app.kernel import clock
from app.kernel.errors import Invalid, NotFound
from app.kernel.text import choose
from app.services import markets
from app.services.catalogue import shelves
from app.services.catalogue.browse import Slice, browse
from app.services.catalogue.cards import CardFacts, cards
from app.services.catalogue.detail import Sheet, VariantFacts, sheet
from app.services.catalogue.labels import labels
from app.services.catalogue.measures import unit_price_of
from app.services.catalogue.offers import variant_offer
from app.services.catalogue.pictures import pictures
from app.services.prices.campaigns import campaign_price
from app.services.prices.lookup import PriceRow, current
from app.services.search import flow as search
from app.web.locale import Locale

FURTHEST = 100_000


@bp.get("/markets", tags=CATALOGUE, responses={200: Markets})
def list_markets() -> Response:
    """Markets with their countries, currencies, languages and tax display."""
    here = place(None, None, None)
    return answer(Markets(items=[_market(one, here.language) for one in markets.all_markets()]))


@bp.get("/products", tags=CATALOGUE, responses={200: Products})
def list_products(query: ProductsQuery) -> Response:
    """Products with the market's prices: all, of a category, or those found with q."""
    here = place(query.market, query.language, query.currency)
    start = _position(query.cursor)
    found = _found(query, here, start)
    shown = cards(found.ids, here.market, here.currency, here.chain, clock.now())
    after = start + query.limit
    return answer(Products(
        items=[_summary(card, here) for card in shown],
        next=_cursor(after) if found.more and after < FURTHEST else None,
    ))


@bp.get("/products/<slug>", tags=CATALOGUE, responses={200: Product})
def get_product(path: ProductPath, query: ShopQuery) -> Response:
    """A product with its variants; a slug of any language or of the past is understood."""
    here = place(query.market, query.language, query.currency)
    if not path.slug.isprintable():
        raise NotFound
    found = sheet(path.slug, here.chain, here.market)
    return answer(_product(found, here))


def _found(query: ProductsQuery, here: Locale, start: int) -> Slice:
    shelf = _shelf(query.category, here) if query.category else None
    if query.q:
        hits = search.find(
            query.q, here.language, here.market, kinds=("product",),
            categories=(shelf.code,) if shelf else (), limit=query.limit, offset=start,
        )
        ids = tuple(int(hit.key.partition(":")[2]) for hit in hits.hits)
        return Slice(ids, start + query.limit < hits.total)
    return browse(here.market, here.currency, here.language, shelf=shelf,
                  sort=query.sort or "relevance", limit=query.limit, offset=start)


def _shelf(wanted: str, here: Locale) -> shelves.Shelf:
    by_code = shelves.shelves().by_code.get(wanted)
    if by_code is not None:
        return by_code
    try:
        return shelves.find(wanted, here.chain)[0]
    except NotFound:
        raise Invalid("invalid", fields={"category": "not_found"}) from None


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"after:{position}".encode()).decode().rstrip("=")


def _position(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    kind, _, number = text.partition(":")
    if kind != "after" or not number.isdecimal() or len(number) > 6 or int(number) >= FURTHEST:
        raise Invalid("invalid", fields={"cursor": "field_wrong_type"})
    return int(number)


def _market(one: markets.MarketView, language: str) -> Market:
    name = choose(one.name, (language, "en"))
    return Market(
        code=one.code, name=name[1] if name else one.code, countries=list(one.countries),
        currencies=list(one.currencies), languages=list(one.languages),
        tax_display="incl" if one.tax_included else "excl", units=one.units,
        is_default=one.is_default,
    )


def _summary(card: CardFacts, here: Locale) -> ProductSummary:
    return ProductSummary(
        code=card.code, slug=card.slug, name=card.name, language=card.language, brand=card.brand,
        price=amount(card.offer.now), price_is_from=card.offer.from_lowest,
        previous_price=maybe(card.offer.was),
        unit_price=per_unit(unit_price_of(card.product_id, card.offer.now)),
        tax_included=here.market.price_list.tax_included,
        stock=card.stock, picture=picture(card.picture), url=_page(card.slug, here),
    )


def _page(slug: str, here: Locale) -> str:
    return absolute(url_for("storefront.product", prefix=here.prefix, slug=slug))


def _product(found: Sheet, here: Locale) -> Product:
    words, text, tree = labels(), found.text, shelves.shelves()
    prices = current([one.id for one in found.variants], here.market.price_list, here.currency)
    views = pictures(found.media, here.chain)
    brand = words.brands.get(found.brand_id or 0)
    return Product(
        code=found.code, slug=text.slug, slugs=dict(found.slugs), name=text.name,
        language=text.language, brand=brand.says(here.chain) if brand else "",
        summary=text.summary or "", description=text.description or "",
        categories=[tree.by_id[id_].code for id_ in found.shelf_ids if id_ in tree.by_id],
        tax_included=here.market.price_list.tax_included,
        variants=[_variant(one, prices.get(one.id), found, here) for one in found.variants],
        pictures=[Picture(url=absolute(views[id_].src), alt=views[id_].alt)
                  for id_ in found.media if id_ in views],
        is_on_sale=found.is_on_sale, url=_page(text.slug, here),
    )


def _variant(one: VariantFacts, price: PriceRow | None, of: Sheet, here: Locale) -> Variant:
    words = labels()
    offer = variant_offer(price, here.market, clock.now()) if price else None
    values = [words.option_values[id_] for id_ in sorted(one.values) if id_ in words.option_values]
    return Variant(
        sku=one.sku, barcode=one.barcode, options=[
            Chosen(option=words.options[value.parent].code,
                   name=words.options[value.parent].says(here.chain), value=value.code,
                   label=value.says(here.chain))
            for value in values if value.parent in words.options
        ],
        price=amount(offer.now) if offer else None,
        previous_price=maybe(offer.was) if offer else None,
        unit_price=per_unit(unit_price_of(of.id, offer.now)) if offer else None,
        campaign=_campaign(price, of, here) if price else None,
        available=one.available(here.market),
        weight_g=one.weight_g, size_mm=list(one.size_mm), hs_code=one.hs_code, origin=one.origin,
    )


def _campaign(price: PriceRow, of: Sheet, here: Locale) -> CampaignPrice | None:
    found = campaign_price(price, of.code, shelves.shelves().codes_above(of.shelf_ids),
                           here.market, here.language, clock.now())
    if found is None:
        return None
    return CampaignPrice(label=found.label, price=amount(found.now),
                         previous_price=maybe(found.was), percent=found.percent)

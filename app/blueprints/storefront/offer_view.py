"""Price and stock of one variant in words."""

from __future__ import annotations

from decimal import Decimal

from flask import url_for
from markupsafe import Markup, escape

from app.kernel import clock
from app.kernel.errors import NotFound
from app.services import content
from app.services.catalogue.assortment import NEW
from app.services.catalogue.detail import Sheet, VariantFacts
from app.services.catalogue.labels import Labels
from app.services.catalogue.measures import unit_price_of
from app.services.catalogue.offers import Offer
from app.services.catalogue.shelves import shelves
from app.services.prices.campaigns import campaign_price
from app.services.prices.lookup import PriceRow
from app.services.rates.book import rate_book
from app.web import cards
from app.web.gettext import gettext as _
from app.web.gettext import ngettext
from app.web.locale import Locale
from app.web.price_words import campaign_text, tax_words, unit_words


def with_words(offer: Offer, sheet: Sheet, here: Locale) -> cards.OfferView:
    """The price with "incl. 19 % VAT, plus delivery" and, where it is struck, what that is."""
    words = tax_words(here.market, tax_percent(sheet, here))
    link = _delivery_link(here)
    # translators: %(tax)s is "incl. 19 % VAT", %(delivery)s a link called "delivery"
    note = escape(_("%(tax)s, plus %(delivery)s")) % {"tax": words, "delivery": link}
    return cards.offer_view(offer, note)


def tax_percent(sheet: Sheet, here: Locale) -> Decimal | None:
    """The rate inside the price, where the market is one country with one rate."""
    if len(here.market.countries) != 1 or not here.market.tax_included:
        return None
    today = clock.now().date()
    rows = rate_book(today).tax_on(here.market.country, sheet.tax_category, today)
    return sum((row.percent for row in rows), Decimal(0))


def unit_price_words(offer: Offer, sheet: Sheet) -> str:
    """The price per kilogram or litre, for goods that say how much they hold; else ''."""
    found = unit_price_of(sheet.id, offer.now)
    return unit_words(found) if found else ""


def campaign_words(price: PriceRow, sheet: Sheet, here: Locale) -> str:
    """What a campaign makes of the price, and what that is measured from; '' where none runs."""
    found = campaign_price(price, sheet.code, shelves().codes_above(sheet.shelf_ids), here.market,
                           here.language, clock.now())
    return campaign_text(found) if found else ""


def stock_text(sheet: Sheet, state: str, pieces: int) -> str:
    """In stock, few left, sold out, or no longer sold."""
    if not sheet.is_on_sale:
        return _("No longer sold")
    return _("In stock") if state == "few" else cards.stock_words(state, pieces)


def stock_detail(state: str, pieces: int, variant: VariantFacts, labels: Labels,
                 here: Locale) -> str:
    """"in Lisbon · only 3 left": where it leaves from and, when few, the true number."""
    if state == "out":
        return ""
    place = labels.warehouses.get(variant.warehouse(here.market))
    parts = [_("in %(place)s", place=place.says(here.chain))] if place else []
    if state == "few":
        parts.append(ngettext("only %(num)s left", "only %(num)s left", pieces))
    return " · ".join(parts)


def stamps(offer: Offer | None, sheet: Sheet, labels: Labels,
           state: str) -> tuple[cards.Stamp, ...]:
    """New; the percentage stands beside the price already."""
    is_new = any(labels.tags[id_].code == NEW for id_ in sheet.tag_ids if id_ in labels.tags)
    return (cards.Stamp("new", _("New")),) if is_new and state != "out" and offer else ()


def _delivery_link(here: Locale) -> Markup:
    word = escape(_("delivery"))
    try:
        _page, text = content.page_by_code("delivery", here.chain)
    except NotFound:
        return word
    return Markup('<a href="{}">{}</a>').format(url_for("pages.show", slug=text.slug), word)

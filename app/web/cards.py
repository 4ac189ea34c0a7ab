"""Product cards for templates/ui/card.html: facts with addresses and words around them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlencode

from flask import current_app
from markupsafe import Markup

from app.kernel.money import Money
from app.services.catalogue.cards import CardFacts, Swatch
from app.services.catalogue.measures import unit_price_of
from app.services.catalogue.offers import Offer
from app.services.media.flow import PictureView
from app.web import filters, locale
from app.web.foreign import said
from app.web.gettext import gettext as _
from app.web.gettext import ngettext
from app.web.paths import path_to
from app.web.price_words import reduction_words, unit_words


@dataclass(frozen=True, slots=True)
class OfferView:
    """A price for ui/money.html."""

    now: Money
    was: Money | None
    percent: int | None
    from_lowest: bool
    note: str | Markup


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp for ui/stamp.html."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """A product for ui/card.html."""

    url: str
    name: str | Markup
    brand: str
    picture: PictureView | None
    offer: OfferView
    stamps: tuple[Stamp, ...]
    stock: str
    stock_text: str
    swatches: tuple[Swatch, ...]
    rating: None = None


def cards_of(facts: Iterable[CardFacts]) -> list[Card]:
    """Cards of these products, in their order."""
    return [_card(one) for one in facts]


def card_html(card: Card, *, level: int = 3, eager: bool = False, focus: bool = False) -> Markup:
    """ui/card.html's product_card, made once per card as it stands and language.

    Cards are most of what a list costs; everything they show is in the key.
    """
    return _card_html(locale.current().prefix, card, level, eager, focus)


@lru_cache(maxsize=8192)
def _card_html(_prefix: str, card: Card, level: int, eager: bool, focus: bool) -> Markup:  # noqa: FBT001 - a cache's key
    macros = current_app.jinja_env.get_template("ui/card.html").module
    return Markup(macros.product_card(card, level=level, eager=eager, focus=focus))  # type: ignore[attr-defined]  # noqa: S704 - rendered by Jinja


def offer_view(offer: Offer, note: str | Markup = "") -> OfferView:
    """A price with the words the law wants beside a struck one, and a note of the page's own."""
    words = [text for text in (note, reduction_words(offer)) if text]
    return OfferView(offer.now, offer.was, offer.percent, offer.from_lowest,
                     Markup(" · ").join(words) if words else "")


def stock_words(state: str, pieces: int) -> str:
    """In stock, the true number when there are few, or sold out."""
    if state == "out":
        return _("Sold out")
    if state == "few":
        return ngettext("Only %(num)s left", "Only %(num)s left", pieces)
    return _("In stock")


def stamps_of(offer: Offer, *, is_new: bool, is_out: bool) -> tuple[Stamp, ...]:
    """New, −11 %, Sold out."""
    found = []
    if is_out:
        found.append(Stamp("out", _("Sold out")))
    elif is_new:
        found.append(Stamp("new", _("New")))
    if offer.percent:
        found.append(Stamp("sale", cut(offer.percent)))
    return tuple(found)


def cut(percent: int) -> str:
    """"−11%" as the language writes it."""
    return f"\u2212{filters.percent(Decimal(percent))}"


def _per_unit(facts: CardFacts) -> str:
    found = unit_price_of(facts.product_id, facts.offer.now)
    return unit_words(found) if found else ""


def _card(facts: CardFacts) -> Card:
    path = path_to("storefront.product", facts.slug)
    return Card(
        url=f"{path}?{urlencode({'sku': facts.sku})}" if facts.sku else path,
        name=said(facts.name, facts.language), brand=facts.brand, picture=facts.picture,
        offer=offer_view(facts.offer, _per_unit(facts)),
        stamps=stamps_of(facts.offer, is_new=facts.is_new, is_out=facts.stock == "out"),
        stock=facts.stock, stock_text=stock_words(facts.stock, facts.pieces),
        swatches=facts.swatches,
    )

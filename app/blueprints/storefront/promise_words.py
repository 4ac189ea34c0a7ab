"""The promise of delivery in words: the computed first line of the block "promise"."""

from __future__ import annotations

from markupsafe import Markup, escape

from app.services.shipping.promising import Promised
from app.web import filters
from app.web.gettext import gettext as _


def promise_words(promise: Promised) -> tuple[Markup, Markup]:
    """Title with the days, text with the cost and who pays duty."""
    country, days = filters.country(promise.country), filters.span(promise.earliest, promise.latest)
    title = escape(_("To %(country)s: %(days)s")) % {"country": country, "days": days}
    parts = [_cost(promise)]
    if promise.is_import and promise.is_prepaid:
        parts.append(escape(_("Duty and tax are paid with the order, not at the door.")))
    elif promise.is_import:
        parts.append(escape(_("Duty and tax are paid to the carrier at the door.")))
    return title, Markup(" ").join(parts)


def _cost(promise: Promised) -> Markup:
    if not promise.price:
        return escape(_("Delivery is free."))
    price = filters.price(promise.price)
    if promise.free_from is None:
        return escape(_("Delivery from %(price)s.")) % {"price": price}
    words = escape(_("Delivery from %(price)s, free from %(threshold)s of goods."))
    return words % {"price": price, "threshold": filters.price(promise.free_from)}

"""The words that belong beside a price: tax, delivery, the 30-day price, the price per unit."""

from __future__ import annotations

from decimal import Decimal

from app.rules.unit_price import UnitPrice
from app.services.catalogue.offers import Offer
from app.services.markets import MarketView
from app.services.prices.campaigns import CampaignPrice
from app.web import filters, locale
from app.web.gettext import gettext as _

GST = frozenset({"AU", "SG", "NZ"})


def tax_words(market: MarketView, percent: Decimal | None = None) -> str:
    """What a consumer of this market is told about tax; `percent` where one rate is known."""
    if not market.tax_included:
        return _tax_on_top(market)
    if market.country == "JP":
        # translators: Japan's 税込
        return _("tax included")
    if percent is None:
        return _("incl. GST") if market.country in GST else _("incl. VAT")
    if not percent:
        return _("no VAT is due")
    rate = filters.percent(percent)
    if market.country in GST:
        return _("incl. %(rate)s GST", rate=rate)
    return _("incl. %(rate)s VAT", rate=rate)


def list_words(market: MarketView) -> str:
    """The one line above a list of prices."""
    if not market.tax_included:
        return _tax_on_top(market)
    # translators: %(tax)s is "incl. VAT" or the like
    return _("All prices %(tax)s, plus delivery", tax=tax_words(market))


def _tax_on_top(market: MarketView) -> str:
    if market.country == "US":
        return _("Sales tax calculated at checkout")
    if market.country == "CA":
        return _("GST, HST, PST and QST calculated at checkout")
    return _("Tax and duty calculated at checkout")


def reduction_words(offer: Offer) -> str:
    """What the struck price is, where the law wants it said."""
    if offer.was is None or not offer.is_30_day_low:
        return ""
    return _("Struck price: the lowest of the last 30 days")


def prices_note() -> str:
    """The line beside any list of prices on the page being made."""
    return list_words(locale.current().market)


def campaign_text(campaign: CampaignPrice) -> str:
    """What a campaign makes of a price, and what a reduction is measured from."""
    price = filters.money_text(campaign.now)
    if campaign.was is None:
        return _("With the offer “%(label)s”: %(price)s", label=campaign.label, price=price)
    before = filters.money_text(campaign.was)
    if campaign.is_30_day_low:
        return _("With the offer “%(label)s”: %(price)s. Lowest price of the 30 days before it:"
                 " %(before)s", label=campaign.label, price=price, before=before)
    return _("With the offer “%(label)s”: %(price)s instead of %(before)s", label=campaign.label,
             price=price, before=before)


def unit_words(price: UnitPrice) -> str:
    """"€19.90 per kg"."""
    amount = filters.money_text(price.amount)
    return {
        "kg": lambda: _("%(price)s per kg", price=amount),
        "l": lambda: _("%(price)s per litre", price=amount),
        "m": lambda: _("%(price)s per metre", price=amount),
        "m2": lambda: _("%(price)s per m²", price=amount),
        "m3": lambda: _("%(price)s per m³", price=amount),
        "piece": lambda: _("%(price)s per piece", price=amount),
    }[price.per]()

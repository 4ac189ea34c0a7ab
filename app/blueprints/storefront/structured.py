"""Structured data (schema.org) that says what the page says, no more and no less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, url_for

from app.kernel.money import Money
from app.services.catalogue.slip import Slip
from app.web.locale import Locale

SCHEMA = "https://schema.org"
RETURN_DAYS = 30  # the shop's own promise (page "returns"); the law of the EU asks for 14


def absolute(path: str) -> str:
    """A path as the world sees it."""
    return str(current_app.config["BASE_URL"]) + path


def breadcrumb(path: Sequence[tuple[Any, str | None]]) -> dict[str, Any]:
    """BreadcrumbList of (label, path or None for the page itself)."""
    return {"@context": SCHEMA, "@type": "BreadcrumbList", "itemListElement": [
        {"@type": "ListItem", "position": place, "name": plain(label),
         **({"item": absolute(url)} if url else {})}
        for place, (label, url) in enumerate(path, 1)
    ]}


def item_list(urls: Sequence[str], before: int) -> dict[str, Any]:
    """ItemList of product addresses; `before` products stand on earlier pages."""
    return {"@context": SCHEMA, "@type": "ItemList", "numberOfItems": len(urls),
            "itemListElement": [
                {"@type": "ListItem", "position": before + place, "url": absolute(url)}
                for place, url in enumerate(urls, 1)]}


def shop(name: str) -> list[dict[str, Any]]:
    """Organization and WebSite with its search."""
    home = absolute(url_for("storefront.home"))
    search = absolute(url_for("search.results"))
    return [
        {"@context": SCHEMA, "@type": "Organization", "name": name, "url": home},
        {"@context": SCHEMA, "@type": "WebSite", "name": name, "url": home,
         "potentialAction": {
             "@type": "SearchAction",
             "target": {"@type": "EntryPoint", "urlTemplate": f"{search}?q={{search_term_string}}"},
             "query-input": "required name=search_term_string"}},
    ]


def amount(money: Money) -> str:
    """Major units with the currency's decimals."""
    return format(money.major, "f")


def delivery(slip: Slip) -> dict[str, Any] | None:
    """Rate and days of the delivery the slip shows; None where it is not delivered."""
    option, days = slip.quote.option, slip.days
    if option is None or days is None:
        return None
    return {
        "@type": "OfferShippingDetails",
        "shippingRate": {"@type": "MonetaryAmount", "value": amount(option.price),
                         "currency": option.price.currency},
        "shippingDestination": {"@type": "DefinedRegion",
                                "addressCountry": slip.destination.country},
        "deliveryTime": {
            "@type": "ShippingDeliveryTime",
            "handlingTime": {"@type": "QuantitativeValue", "minValue": 0, "maxValue": 1,
                             "unitCode": "DAY"},
            "transitTime": {"@type": "QuantitativeValue", "minValue": days[0],
                            "maxValue": days[1], "unitCode": "DAY"}},
    }


def returns(here: Locale) -> dict[str, Any]:
    """How long things may be sent back."""
    return {"@type": "MerchantReturnPolicy", "applicableCountry": list(here.market.countries[:30]),
            "returnPolicyCategory": f"{SCHEMA}/MerchantReturnFiniteReturnWindow",
            "merchantReturnDays": RETURN_DAYS}


def plain(label: object) -> str:
    """A label without the markup that names its language."""
    strip = getattr(label, "striptags", None)
    return str(strip()) if strip else str(label)

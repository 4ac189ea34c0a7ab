"""What a product page says below the price: text, care, size, delivery, maker, reviews; and the
same as structured data."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from flask import url_for
from markupsafe import Markup

from app.blueprints.storefront import structured
from app.kernel.errors import NotFound
from app.services import content
from app.services.catalogue.detail import Sheet, reviews
from app.services.catalogue.labels import Label, labels
from app.services.catalogue.offers import is_of_eu
from app.services.catalogue.slip import Slip
from app.services.markdown import html_of
from app.web import filters
from app.web.foreign import direction_of, lang_of
from app.web.gettext import gettext as _
from app.web.locale import Locale

if TYPE_CHECKING:
    from app.blueprints.storefront.product_page import Chosen

AVAILABILITY = {"in": "InStock", "few": "LimitedAvailability", "out": "OutOfStock"}


def facts(shown: Chosen, here: Locale) -> dict[str, Any]:
    """Description and care as HTML, tables of facts, links, the maker's address."""
    text = shown.sheet.text
    return {
        "description": Markup(html_of(text.description)),  # noqa: S704 - cleaned by nh3
        "care": Markup(html_of(text.care)),  # noqa: S704 - cleaned by nh3
        "lang": lang_of(text.language), "dir": direction_of(text.language),
        "specs": _attributes(shown.sheet, here) + _sizes(shown),
        "delivery_url": _page_url("delivery", here), "returns_url": _page_url("returns", here),
        "return_days": structured.RETURN_DAYS,
        "maker": _contact(shown.sheet.manufacturer),
        "responsible": _contact(shown.sheet.manufacturer.get("responsible") or {})
        if is_of_eu(here.market) else None,
        "sku": shown.variant.sku, "barcode": shown.variant.barcode,
    }


def reviews_of(sheet: Sheet) -> dict[str, Any]:
    """Average, spread and the newest reviews; without any, nothing is asked of the database."""
    count = sheet.stars.count
    if not count:
        return {"rating": None, "spread": [], "items": []}
    spread = [
        {"stars": stars, "count": sheet.stars.counts.get(stars, 0), "url": "#reviews",
         "share": sheet.stars.counts.get(stars, 0) * 100 // count}
        for stars in range(5, 0, -1)
    ]
    items = [
        {"rating": row.rating, "title": row.title, "body": row.body, "author": row.author,
         "lang": row.language, "dir": direction_of(row.language), "day": row.written_at.date()}
        for row in reviews(sheet.id)
    ]
    return {"rating": sheet.stars, "spread": spread, "items": items}


def schema(shown: Chosen, slip: Slip | None, product: dict[str, Any],
           here: Locale) -> dict[str, Any]:
    """Product and Offer, equal to the page."""
    sheet, variant = shown.sheet, shown.variant
    data: dict[str, Any] = {
        "@context": structured.SCHEMA, "@type": "Product", "name": sheet.text.name,
        "sku": variant.sku, "url": structured.absolute(product["url"]),
        "description": sheet.text.summary or sheet.text.seo_description,
        "image": [structured.absolute(view.full) for view in product["pictures"]],
    }
    if variant.barcode:
        data["gtin"] = variant.barcode
    if product["brand"]:
        data["brand"] = {"@type": "Brand", "name": product["brand"]}
    if sheet.stars.count:
        data["aggregateRating"] = {
            "@type": "AggregateRating", "ratingValue": str(sheet.stars.average),
            "reviewCount": sheet.stars.count}
    if product["offer"] is not None:
        data["offers"] = _offer(shown, slip, product, here)
    return data


def _offer(shown: Chosen, slip: Slip | None, product: dict[str, Any],
           here: Locale) -> dict[str, Any]:
    now = product["offer"].now
    state = "Discontinued" if not shown.sheet.is_on_sale else AVAILABILITY[product["stock"]]
    offer: dict[str, Any] = {
        "@type": "Offer", "price": structured.amount(now), "priceCurrency": now.currency,
        "availability": f"{structured.SCHEMA}/{state}",
        "itemCondition": f"{structured.SCHEMA}/NewCondition",
        "url": structured.absolute(f"{product['url']}?sku={shown.variant.sku}"),
        "hasMerchantReturnPolicy": structured.returns(here),
    }
    if shown.price is not None and shown.price.valid_until is not None:
        offer["priceValidUntil"] = shown.price.valid_until.date().isoformat()
    shipping = structured.delivery(slip) if slip else None
    if shipping:
        offer["shippingDetails"] = shipping
    return offer


def _attributes(sheet: Sheet, here: Locale) -> list[tuple[str, str]]:
    words = labels()
    found = []
    for attribute_id, value_id, text in sheet.attributes:
        attribute = words.attributes.get(attribute_id)
        if attribute is None:
            continue
        value = words.attribute_values.get(value_id or 0)
        shown = value.says(here.chain) if value else _measured(text, attribute)
        if shown:
            found.append((attribute.position, attribute.says(here.chain), shown))
    return [(name, shown) for _place, name, shown in sorted(found, key=lambda row: row[0])]


def _measured(text: str, attribute: Label) -> str:
    """A number with its unit, in the units of the market where people use others for it."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if attribute.unit == "cm":
        return filters.size((int(value * 10),))
    if attribute.unit == "kg":
        return filters.weight(int(value * 1000))
    return f"{filters.number(value)} {attribute.unit}".strip()


def _sizes(shown: Chosen) -> list[tuple[str, str]]:
    found = []
    if shown.variant.weight_g:
        found.append((_("Weight, packed"), filters.weight(shown.variant.weight_g)))
    if all(shown.variant.size_mm):
        found.append((_("Parcel size"), filters.size(shown.variant.size_mm)))
    if shown.variant.origin:
        found.append((_("Made in"), filters.country(shown.variant.origin)))
    found.append((_("Article number"), shown.variant.sku))
    return found


def _page_url(code: str, here: Locale) -> str:
    try:
        _page, text = content.page_by_code(code, here.chain)
    except NotFound:
        return ""
    return url_for("pages.show", slug=text.slug)


def _contact(contact: Any) -> dict[str, str] | None:
    if not contact.get("name"):
        return None
    return {key: str(contact.get(key, "")) for key in ("name", "address", "email")}

"""Codes to sentences, made when shown and in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.web.gettext import gettext as _
from app.web.gettext import ngettext

Sentence = Callable[[dict[str, Any]], str]

SENTENCES: dict[str, Sentence] = {
    "bad_request": lambda p: _("This request could not be understood."),
    "broken": lambda p: _("Something went wrong on our side. Nothing was charged or lost."),
    "cross_site": lambda p: _("This request came from another website and was refused."),
    "forbidden": lambda p: _("You may not do this."),
    "invalid": lambda p: _("Please check the fields marked below."),
    "method_not_allowed": lambda p: _("This address cannot be used in this way."),
    "not_found": lambda p: _("There is nothing at this address."),
    "too_large": lambda p: _("That is too large to be sent."),
    "too_many": lambda p: _("Too many requests at once. Please wait a moment and try again."),
    "unavailable": lambda p: _("The shop is catching its breath. Please try again in a minute."),
    "unsupported_media_type": lambda p: _("This kind of data cannot be read here."),
    "unknown_market": lambda p: _("We do not have a shop at this address."),
    "unknown_language": lambda p: _("We do not have a shop in this language."),
    "unknown_currency": lambda p: _("We cannot sell in this currency."),
    "unknown_sku": lambda p: _("We do not know this article."),
    "unknown_cart": lambda p: _("This cart is no longer there. Please start a new one."),
    "unknown_line": lambda p: _("This article is not in the cart."),
    "unknown_order": lambda p: _("There is no such order, or its link has expired."),
    "not_sold_here": lambda p: _("This article is not sold in this country."),
    "quantity_invalid": lambda p: _("Please give a whole number from 1 to 999."),
    "out_of_stock": lambda p: (
        ngettext("Only %(num)s can be had.", "Only %(num)s can be had.", p["available"])
        if p.get("available") else _("This article is sold out.")
    ),
    "cart_title": lambda p: _("Your cart"),
    "why_title": lambda p: _("Why this price?"),
    "already_paid": lambda p: _("This order has just been paid."),
    "stock_promised": lambda p: _("These pieces are promised to orders."),
    "refund_too_large": lambda p: _("More cannot be refunded than was paid."),
    "menu_full": lambda p: _("The main menu holds at most seven entries."),
    "cart_empty": lambda p: _("Your cart is empty."),
    "cart_full": lambda p: _("A cart holds at most 100 different articles."),
    "conflict": lambda p: _("Something has changed meanwhile. Please look again."),
    "illegal_step": lambda p: _("This cannot be done with the order as it stands."),
    "quote_changed": lambda p: _(
        "The total has changed since you last saw it. Please check it before you order."
    ),
    "coupon_unknown": lambda p: _("We do not know this code."),
    "coupon_not_yet": lambda p: _("This code is not valid yet."),
    "coupon_over": lambda p: _("This code has expired."),
    "coupon_used_up": lambda p: _("This code has been used as often as it may be."),
    "coupon_below_minimum": lambda p: _(
        "This code is valid from a goods value of %(minimum)s.", minimum=p.get("minimum", "")
    ),
    "coupon_not_for_these": lambda p: _("This code is not valid for what is in your cart."),
    "coupon_refused": lambda p: sentence(f"coupon_{p.get('reason', 'unknown')}", **p),
    "no_delivery": lambda p: _("We cannot deliver to this address."),
    "restricted": lambda p: _(
        "Something in the cart may not be delivered to this country. Please take it out or choose"
        " another country."
    ),
    "no_delivery_option": lambda p: _("Please choose a way of delivery."),
    "address_missing": lambda p: _("Please give your address first."),
    "payment_method_unknown": lambda p: _("Please choose a way to pay."),
    "payment_declined": lambda p: _(
        "The payment was declined. Nothing was charged. Please try again or choose another way"
        " to pay."
    ),
    "provider_error": lambda p: _("A service we need did not do its part. Please try again."),
    "provider_unavailable": lambda p: _(
        "The payment service cannot be reached just now. Your order is kept; please try again in"
        " a minute."
    ),
    "provider_rejected": lambda p: _(
        "This way to pay cannot be used just now. Please choose another one."
    ),
    "dap_not_accepted": lambda p: _(
        "Please confirm that you will pay duty and tax when the parcel arrives."
    ),
    "idempotency_mismatch": lambda p: _("This key was used for another request."),
    "idempotency_running": lambda p: _("The first request with this key is still running."),
    "not_withdrawable": lambda p: _("This order can no longer be withdrawn from online."),
    "field_required": lambda p: _("Please fill in this field."),
    "field_too_long": lambda p: _("This is too long."),
    "field_unknown": lambda p: _("This field is not known here."),
    "field_wrong_type": lambda p: _("This value is of the wrong kind."),
    "email_invalid": lambda p: _("Please give an e-mail address like name@example.com."),
    "name_invalid": lambda p: _("Please give a name of 2 to 100 characters."),
    "country_unknown": lambda p: _("Please choose a country from the list."),
    "region_invalid": lambda p: _("Please choose from the list."),
    "postal_code_invalid": lambda p: _("This does not look like a postcode of this country."),
    "phone_invalid": lambda p: _("Please give a phone number with its country code."),
    "tax_id_invalid": lambda p: _(
        "This number cannot be right. Please check its letters and digits."
    ),
    "tax_id_eori": lambda p: _(
        "This is an EORI number, for customs. Please give the VAT or GST ID, or leave it empty."
    ),
    "terms_missing": lambda p: _("Please confirm."),
}


def sentence(code: str, **params: Any) -> str:
    """The sentence for a code; an unknown code reads as a plain refusal."""
    make = SENTENCES.get(code, SENTENCES["bad_request"])
    return make(params)

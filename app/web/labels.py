"""Words for codes that are not failures: fields of addresses, states, methods, notes, kinds."""

from __future__ import annotations

from app.web.gettext import gettext as _


def field_label(kind: str) -> str:
    """The label of an address field, in the words of its country's kind."""
    labels = {
        "name": _("Full name"), "company": _("Company"), "line1": _("Street and number"),
        "line2": _("Flat, floor, building"), "city": _("Town or city"),
        "post_town": _("Town or city"), "suburb": _("Suburb"), "district": _("District"),
        "postal": _("Postcode"), "zip": _("ZIP code"), "pin": _("PIN code"),
        "eircode": _("Eircode"), "state": _("State"), "province": _("Province"),
        "prefecture": _("Prefecture"), "county": _("County"), "emirate": _("Emirate"),
        "area": _("Area"), "island": _("Island"), "parish": _("Parish"), "oblast": _("Region"),
        "do_si": _("Province or city"), "department": _("Department"), "region": _("Region"),
        "phone": _("Phone"), "email": _("E-mail"), "country": _("Country"),
        "tax_id": _("VAT or GST ID"),
    }
    return labels.get(kind, labels["region"])


def field_hint(kind: str) -> str:
    """Why a field is asked for, where that is not plain."""
    return {
        "phone": _("The carrier calls only if your parcel cannot be delivered."),
    }.get(kind, "")


def paper(kind: str) -> str:
    """What an issued sales paper is called."""
    return {"invoice": _("Invoice"), "credit_note": _("Credit note")}.get(kind, kind)


def order_state(state: str) -> str:
    """Where an order stands."""
    return {
        "awaiting_payment": _("Waiting for payment"), "paid": _("Paid"),
        "verified": _("Checked"), "packed": _("Packed"), "shipped": _("On its way"),
        "cleared": _("Through customs"), "delivered": _("Delivered"), "closed": _("Completed"),
        "expired": _("Not paid in time"), "cancelled": _("Cancelled"),
    }.get(state, state)


def payment_method(code: str) -> str:
    """A way to pay."""
    return {
        "card": _("Card (Visa, Mastercard)"), "test": _("Test payment"),
        "transfer": _("Bank transfer"),
    }.get(code, code)


def payment_hint(code: str) -> str:
    """What happens after the order with this way to pay."""
    return {
        "card": _("You pay on the secure page of our payment provider Stripe."),
        "test": _("No money moves: this shop runs without a payment provider."),
        "transfer": _("You get our bank details; we send when the money has arrived."),
    }.get(code, "")


def tier(code: str) -> str:
    """A kind of delivery."""
    return {
        "post": _("By post"), "standard": _("Standard delivery"),
        "express": _("Express delivery"), "pickup": _("Pick-up point"),
    }.get(code, code)


def tax_id_standing(code: str) -> str:
    """What is known of a business buyer's tax id, and what it means for the tax."""
    return {
        "valid": _("Confirmed. The tax is worked out as for a business."),
        "invalid": _("The register does not know this number. Tax is charged."),
        "waiting": _("Being checked with the register. Until it answers, tax is charged; if it"
                     " confirms the number later, we pay the tax back."),
        "unconfirmed": _("This number cannot be confirmed just now, so tax is charged."),
    }.get(code, "")


def line_note(code: str) -> str:
    """What is wrong or new with a cart line."""
    return {
        "gone": _("No longer on sale."),
        "not_sold_here": _("Not sold in this country."),
        "no_price": _("Has no price in this currency just now."),
        "sold_out": _("Sold out."),
        "short": _("Fewer are left than you want."),
        "price_changed": _("The price has changed since you put it in the cart."),
        "restricted_licence": _("Cannot be delivered there: that country asks for a licence."),
        "restricted_certificate": _(
            "Cannot be delivered there: that country asks for a certificate."),
        "restricted_prohibited": _("Cannot be delivered there: that country does not let it in."),
    }.get(code, "")


def tax(name: str) -> str:
    """A tax by the name its table gives it, in the page's language."""
    return {
        "VAT": _("VAT"), "Sales tax": _("Sales tax"), "GST": _("GST"), "HST": _("HST"),
        "PST": _("PST"), "QST": _("QST"), "Consumption tax": _("Consumption tax"),
    }.get(name, name)


def test_outcome(code: str) -> str:
    """A choice on the test gateway's page."""
    return {
        "paid": _("Payment succeeds"), "declined": _("Card is declined"),
        "challenge": _("Bank asks for confirmation"),
        "challenge_passed": _("Confirm"), "challenge_failed": _("Refuse"),
        "late_failure": _("Pending first, fails later"),
        "timeout": _("Bank does not answer"),
    }.get(code, code)

"""Why a number of the quote is what it is, as a sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.web.gettext import gettext as _
from app.web.law_words import law_word

Sentence = Callable[[Mapping[str, Any]], str]

REASONS: Mapping[str, Sentence] = {
    "price_set": lambda p: _("The price of this market's price list."),
    "price_converted": lambda p: _("Converted from the base price list and rounded."),
    "price_across_rates": lambda p: _(
        "The price without the tax at home (%(home)s), with the tax at the destination.",
        home=p.get("home_tax", "")),
    "limit_not_comparable": lambda p: _(
        "A legal limit could not be compared: no exchange rate for %(currencies)s.",
        currencies=p.get("currencies", "")),
    "promotion": lambda p: _("Offer: %(label)s", label=p.get("label", "")),
    "minimum_not_reached": lambda p: _(
        "The goods value for %(label)s has not been reached.", label=p.get("label", "")),
    "rate_card": lambda p: _("The carrier's rate for this weight, size and zone."),
    "live_rate": lambda p: _("The carrier's own price for these parcels."),
    "converted": lambda p: _("Converted at the day's exchange rate."),
    "free_from": lambda p: _("Delivery is free from this goods value on."),
    "tier_not_offered": lambda p: _("This way of delivery does not reach the address."),
    "treatment_domestic": lambda p: _("Sold within one country: its own tax applies."),
    "treatment_special_territory": lambda p: _(
        "A territory outside the tax area: the goods are exported."),
    "treatment_nexus": lambda p: _("The seller collects sales tax at the destination."),
    "treatment_import": lambda p: _("The goods are imported: tax and duty of the destination."),
    "treatment_art_138": lambda p: _("Supply to a business in another EU country: no VAT here."),
    "treatment_oss": lambda p: _("Sold within the EU: VAT of the destination, paid through OSS."),
    "treatment_registered_at_destination": lambda p: _(
        "The seller is registered for VAT at the destination."),
    "treatment_art_59c": lambda p: _(
        "Sales within the EU below the yearly threshold: VAT of the seller's country."),
    "treatment_scheme_business": lambda p: _("The buyer is a business and accounts for the tax."),
    "treatment_scheme": lambda p: _(
        "A low-value parcel: the tax of the destination is charged with the order."),
    "treatment_art_32": lambda p: _("A business without a proven number: VAT of the seller."),
    "treatment_export": lambda p: _("Goods leave the seller's tax area: no tax of the seller."),
    "treatment_no_nexus": lambda p: _("The seller need not collect sales tax in this state."),
    "treatment_no_tax_country": lambda p: _("No value added tax is in force at the destination."),
    "treatment_province": lambda p: _("The seller collects the taxes of the province."),
    "price_kept": lambda p: _("The price stays as shown, though no tax is charged with it."),
    "price_without_tax": lambda p: _(
        "The buyer is a business and accounts for the tax: the price is taken without it."),
    "category_unknown": lambda p: _("The tax category %(category)s is not known to us; the "
                                    "standard rate is taken.", category=p["category"]),
    "tax_unknown": lambda p: _("The tax at the destination is not known to us."),
    "not_prepaid": lambda p: _("Paid to the carrier when the parcel arrives."),
    "no_border_tax": lambda p: _("No tax is due when these goods enter the country."),
    "local_tax_on_arrival": lambda p: _("A local tax may be due when the parcel arrives."),
    "fee_unknown": lambda p: _("A parcel fee at the destination is not known to us."),
    "freight_is_not_free": lambda p: _("Free delivery does not hold for parcels this heavy."),
    "tax_rate": lambda p: _("The tax rate for these goods at the destination."),
    "below_tax_threshold": lambda p: _("The value is below the limit from which tax is due."),
    "tax_too_small": lambda p: _("The tax is so small that it is not charged."),
    "duty_mfn": lambda p: _("The usual customs tariff for these goods."),
    "duty_antidumping": lambda p: _("An anti-dumping duty on goods of this origin."),
    "duty_surcharge": lambda p: _("An additional customs duty on goods of this origin."),
    "duty_preference": lambda p: _("A reduced tariff for goods of this origin."),
    "duty_unknown": lambda p: _("The duty on these goods is not known."),
    "duty_on_duty": lambda p: _("A surcharge that the destination takes on the duty itself."),
    "duty_countervailing": lambda p: _("A duty against subsidies on goods of this origin."),
    "duty_safeguard": lambda p: _("A safeguard duty on these goods."),
    "regime": lambda p: _(
        "A simplified clearance at the destination: %(name)s", name=law_word(p.get("name", "")),
    ),
    "regime_without_tax": lambda p: _(
        "No tax is due beside the simplified clearance: %(name)s",
        name=law_word(p.get("name", ""))),
    "below_duty_threshold": lambda p: _("The value is below the limit from which duty is due."),
    "scheme_no_duty": lambda p: _("No duty is due on low-value parcels under this scheme."),
    "fee_replaces_duty": lambda p: _("A flat fee stands in place of the duty."),
    "fee": lambda p: _(
        "A fee for each parcel or heading: %(name)s", name=law_word(p.get("name", ""))),
    "restricted_licence": lambda p: _(
        "Cannot be delivered there: that country asks for a licence (%(document)s).",
        document=law_word(p.get("document", ""))),
    "restricted_certificate": lambda p: _(
        "Cannot be delivered there: that country asks for a certificate (%(document)s).",
        document=law_word(p.get("document", ""))),
    "restricted_prohibited": lambda p: _(
        "Cannot be delivered there: that country does not let it in."),
    "payment_step": lambda p: _("Rounded to the smallest amount that can be paid."),
}


def reason(rule: str, params: Mapping[str, Any]) -> str:
    """The sentence for a rule; one of a family (duty_…) may read as its family."""
    if rule in REASONS:
        return REASONS[rule](params)
    if rule.startswith("duty_"):
        return _("Customs duty on these goods.")
    if rule.startswith("treatment_"):
        return _("How the order is taxed.")
    return _("By the shop's rules.")

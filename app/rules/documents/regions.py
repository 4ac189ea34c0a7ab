"""Which region's rules a sales paper follows: its title, the seller's number it must bear, marks.

The tax decides, not the market: who charges Japanese tax writes a Japanese qualified invoice. With
no tax charged the paper is the seller's own country's (an export, a supply to a business).
A title that promises a registered seller ("tax invoice") is only borne with the number in place.
source  cross-border rules §11: VD Art. 226; A New Tax System (GST) Act 1999 s 29-70; NTA qualified
        invoice system; UAE Executive Regulation Art. 59; IRAS invoicing; CRA input tax credit
        information; Swiss MWSTG Art. 26; HMRC VAT invoices
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.rules.documents.supplies import Group
from app.rules.rate_book import EU_MEMBERS


@dataclass(frozen=True, slots=True)
class Form:
    """Words are codes of the documents' word list.

    number     registration whose number must stand on the paper (key of the seller's numbers)
    label      what that number is called there
    plain      the title without the number
    mark       percent of the reduced rate whose lines are marked, '' for none
    """

    code: str
    title: str
    credit_title: str
    number: str = ""
    label: str = "vat_id"
    plain: str = "invoice"
    mark: str = ""


EU = Form("eu", "invoice", "credit_note", "home")
FORMS: Mapping[str, Form] = {
    "GB": Form("gb", "vat_invoice", "vat_credit_note", "GB", "gb_vat"),
    "CH": Form("ch", "invoice", "credit_note", "CH", "ch_uid"),
    "AU": Form("au", "tax_invoice", "adjustment_note", "AU", "abn"),
    "NZ": Form("nz", "taxable_supply", "credit_note", "NZ", "nz_gst"),
    "JP": Form("jp", "qualified_invoice", "qualified_return", "JP", "jp_number", mark="8"),
    "AE": Form("ae", "tax_invoice", "tax_credit_note", "AE", "trn"),
    "SA": Form("ae", "tax_invoice", "tax_credit_note", "SA", "trn"),
    "BH": Form("ae", "tax_invoice", "tax_credit_note", "BH", "trn"),
    "OM": Form("ae", "tax_invoice", "tax_credit_note", "OM", "trn"),
    "SG": Form("sg", "tax_invoice", "credit_note", "SG", "sg_gst"),
    "CA": Form("ca", "invoice", "credit_note", "CA", "ca_gst"),
    "US": Form("us", "receipt", "refund_receipt", plain="receipt"),
}
PLAIN = Form("plain", "invoice", "credit_note", "home")
IN_FRANCS = frozenset({"CH", "LI"})


def form_of(groups: Sequence[Group], seller_country: str, destination: str) -> Form:
    """The form of a paper with these VAT groups."""
    taxed = [group for group in groups if group.percent and group.jurisdiction]
    if taxed:
        country = country_of(max(taxed, key=lambda group: group.net.minor).jurisdiction)
        return FORMS.get(country, EU if country in EU_MEMBERS else PLAIN)
    if destination == "US" and seller_country == "US":
        return FORMS["US"]
    return EU if seller_country in EU_MEMBERS else FORMS.get(seller_country, PLAIN)


def country_of(jurisdiction: str) -> str:
    """The country of a tax jurisdiction ("CA-QC" is of CA, "LI" taxes as CH)."""
    country = jurisdiction[:2]
    return "CH" if country in IN_FRANCS else country


def title_of(form: Form, numbers: Mapping[str, str], *, is_credit: bool) -> str:
    """The word for the paper's title; the plain one where the seller has no number for more."""
    has_number = form.number in {"", "home"} or bool(numbers.get(form.number))
    if is_credit:
        return form.credit_title if has_number else "credit_note"
    return form.title if has_number else form.plain


def number_of(form: Form, numbers: Mapping[str, str], vat_id: str) -> tuple[str, str] | None:
    """(label, number) of the registration this form asks for; None where there is none."""
    value = vat_id if form.number == "home" else numbers.get(form.number, "")
    return (form.label, value) if value else None

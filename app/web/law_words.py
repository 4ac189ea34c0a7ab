"""Names that the shipped tables of law give fees, clearances and papers, in the page's language."""

from __future__ import annotations

from app.web.gettext import gettext as _


def law_word(name: str) -> str:
    """A fee, simplified clearance or paper by its name in the table; a shop's own name stays."""
    return {
        "EU customs duty on low-value parcels": _("EU customs duty on low-value parcels"),
        "Romanian logistics fee": _("Romanian logistics fee"),
        "French small parcels fee": _("French small parcels fee"),
        "Italian small parcels contribution": _("Italian small parcels contribution"),
        "Courier shipment to CAD 40": _("Courier shipment to CAD 40"),
        "Courier shipment to CAD 150": _("Courier shipment to CAD 150"),
        "Express parcel from the US to USD 200": _("Express parcel from the US to USD 200"),
        "Cross-border e-commerce to CNY 5000": _("Cross-border e-commerce to CNY 5000"),
        "Remessa Conforme to USD 50": _("Remessa Conforme to USD 50"),
        "Remessa Conforme to USD 3000": _("Remessa Conforme to USD 3000"),
        "Courier from North America to USD 50": _("Courier from North America to USD 50"),
        "Courier from North America to USD 117": _("Courier from North America to USD 117"),
        "Courier from North America to USD 2500": _("Courier from North America to USD 2500"),
        "Courier flat rate": _("Courier flat rate"),
        "Medicines and supplements from the EU": _("Medicines and supplements from the EU"),
        "Medicines and supplements": _("Medicines and supplements"),
        "Flat rate to ZAR 500": _("Flat rate to ZAR 500"),
        "Phytosanitary certificate": _("Phytosanitary certificate"),
        "Import permit for nursery stock": _("Import permit for nursery stock"),
        "CE declaration of conformity (medical devices)": _(
            "CE declaration of conformity (medical devices)"),
        "EC declaration of conformity (toys)": _("EC declaration of conformity (toys)"),
        "UK declaration of conformity (toys)": _("UK declaration of conformity (toys)"),
        "Children's Product Certificate": _("Children's Product Certificate"),
        "FDA establishment registration and listing": _(
            "FDA establishment registration and listing"),
        "Marketing approval under the PMD Act": _("Marketing approval under the PMD Act"),
    }.get(name, name)

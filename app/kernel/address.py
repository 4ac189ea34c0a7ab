"""Where goods go: a postal address, and the part of it that decides tax, duty and shipping."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Destination:
    """country ISO 3166-1 alpha-2; region ISO 3166-2 without the country ("CA", "QC"), or ''.

    kind  "po_box", "military", or '' for an ordinary door
    """

    country: str
    region: str = ""
    postal_code: str = ""
    city: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as the shopper gave it, cleaned; what a country does not use is ''."""

    name: str
    line1: str
    city: str
    country: str
    company: str = ""
    line2: str = ""
    region: str = ""
    postal_code: str = ""
    phone: str = ""
    tax_id: str = ""

    @property
    def destination(self) -> Destination:
        """The part that rules look at."""
        return Destination(
            self.country, self.region, self.postal_code, self.city,
            kind_of(self.country, self.region, self.city, self.postal_code,
                    f"{self.line1}\n{self.line2}"),
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values for storing and for the API."""
        return asdict(self)


PO_BOX, MILITARY = "po_box", "military"
# Where a post office box is the ordinary address of a house, it is no reason to refuse a parcel.
_BOX_IS_USUAL = frozenset({"AE", "BH", "KW", "OM", "QA", "SA"})
_BOX = re.compile(
    r"\b(p\.? ?o\.? ?box|post ?office box|postfach|postbus|postboks|bo[iî]te postale|b\.?p\.? ?\d+"
    r"|apartado|casella postale|caixa postal|g\.?p\.?o\.? box)\b|私書箱|邮政信箱|信箱|صندوق بريد",
    re.IGNORECASE,
)
_US_FORCES = frozenset({"AA", "AE", "AP"})


def kind_of(country: str, region: str, city: str, postcode: str, lines: str) -> str:
    """What the words of an address say it is: "po_box", "military" or ''."""
    if country == "US" and (region in _US_FORCES or city.upper() in {"APO", "FPO", "DPO"}):
        return MILITARY
    if country == "GB" and (postcode.upper().startswith("BF1") or city.upper() == "BFPO"):
        return MILITARY
    if country not in _BOX_IS_USUAL and _BOX.search(lines):
        return PO_BOX
    return ""

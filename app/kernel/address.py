"""Where goods go: a postal address, and the part of it that decides tax, duty and shipping."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Destination:
    """country ISO 3166-1 alpha-2; region ISO 3166-2 without the country ("CA", "QC"), or ''."""

    country: str
    region: str = ""
    postal_code: str = ""
    city: str = ""


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
        return Destination(self.country, self.region, self.postal_code, self.city)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for storing and for the API."""
        return asdict(self)

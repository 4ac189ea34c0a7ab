"""What the shop asks of a service that knows local sales tax, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class TaxPlace:
    """Where goods go: ISO country, region without it ("CA"), postcode, city, street."""

    country: str
    region: str
    postal_code: str
    city: str = ""
    line1: str = ""


@dataclass(frozen=True, slots=True)
class LiveRate:
    """Combined rates of state, county, city and districts in percent, today.

    percent           for tangible goods without a relief of their own
    shipping_percent  for shipping that is stated separately; 0 where it is not taxed
    raw               the answer as it came
    """

    percent: Decimal
    shipping_percent: Decimal
    raw: Mapping[str, Any] = field(default_factory=dict)


class SalesTaxService(Protocol):
    """Somebody who knows the sales tax of every address.

    Raises ProviderUnavailable (no answer, or none that can be used: the table's estimate stays),
    ProviderRejected (we asked in a wrong way, or the account does not collect there).
    """

    code: str

    def rate(self, place: TaxPlace) -> LiveRate:
        """The combined rates at a place."""
        ...

"""What the shop asks of a provider of live carrier rates, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.kernel.address import Destination
from app.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Box:
    """A closed parcel: grams and millimetres."""

    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int


@dataclass(frozen=True, slots=True)
class LiveQuote:
    """A price for all boxes together. service is the provider's own name ("UPS/Ground"); days
    under way, None where it does not say."""

    service: str
    amount: Money
    days: int | None


class RateProvider(Protocol):
    """Somebody who asks carriers what they would charge now.

    Only the place of an address is told, never a person. A service that does not take every box
    is left out, never guessed. May raise ProviderUnavailable (try later) or ProviderRejected (our
    mistake; never retry).
    """

    code: str

    def rates(
        self, origin: Destination, to: Destination, boxes: tuple[Box, ...]
    ) -> tuple[LiveQuote, ...]:
        """What every service of the account asks for these boxes."""
        ...

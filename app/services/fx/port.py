"""What the shop asks of a source of exchange rates, in our words."""

from __future__ import annotations

from datetime import date
from typing import Protocol, runtime_checkable

from app.kernel.fx import Rate


class RateSource(Protocol):
    """Somebody who publishes exchange rates.

    Every rate carries `source == code` and its own day; rates are exact and never zero. A rate is
    never changed after it was published: a correction has its own day. May raise
    ProviderUnavailable (try later); a currency it does not know is left out, never guessed.
    """

    code: str

    def latest(self) -> tuple[Rate, ...]:
        """The newest rate of every currency this source publishes today."""
        ...


@runtime_checkable
class RateHistory(Protocol):
    """A source that also knows earlier days."""

    def since(self, day: date) -> tuple[Rate, ...]:
        """Every rate of `day` and later, oldest first."""
        ...

"""From when to when a row holds, and why we believe it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Validity:
    """First and last day (inclusive; None is open), with the source and how sure we are."""

    first: date = date.min
    last: date | None = None
    source: str = ""
    confidence: str = "review"

    @property
    def since(self) -> str:
        """The first day (ISO); '' for a row that names none."""
        return "" if self.first == date.min else self.first.isoformat()

    def covers(self, day: date) -> bool:
        """True when the rule holds on this day."""
        return self.first <= day and (self.last is None or day <= self.last)

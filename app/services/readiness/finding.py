"""What a readiness report is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BLOCKS, WARNS = "blocks", "warns"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is missing.

    code      stable word; severity: blocks (nothing may be opened or published) or warns
    what      in plain English; mend: the command, file or place that puts it right
    subjects  the countries, SKUs or languages it is about
    """

    code: str
    severity: str
    what: str
    mend: str
    subjects: tuple[str, ...] = ()

    @property
    def is_blocking(self) -> bool:
        """Selling has to wait for it."""
        return self.severity == BLOCKS


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found about a market, what blocks first."""

    market: str
    findings: tuple[Finding, ...]

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What stands in the way of selling."""
        return tuple(one for one in self.findings if one.is_blocking)

    @property
    def is_ready(self) -> bool:
        """Nothing blocks."""
        return not self.blocking


def sorted_report(market: str, found: Iterable[Finding]) -> Report:
    """What blocks before what warns, each in the order it was found."""
    rows = list(found)
    return Report(market, tuple(sorted(rows, key=lambda one: not one.is_blocking)))


def some(subjects: Sequence[str], most: int = 5) -> str:
    """"a, b, c and 4 more"."""
    shown = ", ".join(subjects[:most])
    return f"{shown} and {len(subjects) - most} more" if len(subjects) > most else shown

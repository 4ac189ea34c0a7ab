"""Rates of a file: pegged currencies and others that no free source publishes."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from app.kernel.errors import ProviderUnavailable
from app.kernel.fx import Rate


class FixedRates:
    """base,quote,rate,as_of of a CSV file, most of them from the US dollar."""

    code = "fixed"

    def __init__(self, path: Path) -> None:
        self.path = path

    def latest(self) -> tuple[Rate, ...]:
        """Every row of the file. Raises ProviderUnavailable when it cannot be read."""
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                return tuple(self._rate(row) for row in csv.DictReader(file))
        except (OSError, KeyError, ValueError, InvalidOperation) as error:
            raise ProviderUnavailable(provider=self.code, reason=type(error).__name__) from error

    def _rate(self, row: dict[str, str]) -> Rate:
        value = Decimal(row["rate"])
        if not value.is_finite() or value <= 0:
            raise ValueError("a rate must be greater than zero")
        return Rate(row["base"], row["quote"], value, self.code, date.fromisoformat(row["as_of"]))

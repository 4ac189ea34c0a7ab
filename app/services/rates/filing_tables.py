"""When to register and when to file: the CSV files and the columns they fill."""

from __future__ import annotations

from app.services.rates import columns as read
from app.services.rates.columns import Reader, needed, one_of, shaped, text

_DATED: dict[str, Reader] = {
    "valid_from": read.day, "valid_to": read.maybe_day, "source": text(),
    "confidence": one_of("verified", "review", "estimate"),
}
_REGISTRATION = shaped(r"[A-Z]{2,4}(:[A-Z]{2,6})?", "a registration like OSS, GB or US:CA")
_THRESHOLDS: dict[str, Reader] = {
    "jurisdiction": shaped(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", "EU, a country or a state like US-CA"),
    "scope": one_of("eu_distance", "to_country"),
    "limit_minor": read.maybe_whole,
    "currency": read.currency,
    "sales_count": read.maybe_whole,
    "combine": one_of("any", "all"),
    "period": one_of("calendar", "rolling"),
    "warn_percent": read.step,
    "registration": _REGISTRATION,
}
_RETURNS: dict[str, Reader] = {
    "scheme": shaped(r"[A-Z]{2,4}(-[A-Z]{2})?", "a scheme like OSS, GB or US-CA"),
    "registration": _REGISTRATION,
    "period": one_of("month", "quarter", "year"),
    "due_months": read.whole,
    "due_day": read.whole,
    "currency": needed(read.currency),
}
THRESHOLDS = {column: (column, reader) for column, reader in (_THRESHOLDS | _DATED).items()}
RETURNS = {column: (column, reader) for column, reader in (_RETURNS | _DATED).items()}
THRESHOLD_KEY = ("jurisdiction", "scope", "valid_from")
RETURN_KEY = ("scheme", "valid_from")

"""The table of what may be sold where: its CSV file, and its rows for the RateBook."""

from __future__ import annotations

from app.models.restriction import Restriction
from app.rules.rate_book import Validity
from app.rules.restrictions import RestrictionRow
from app.services.rates import columns as read
from app.services.rates.columns import Reader, one_of, shaped, text

NAME = "restrictions"
KEY = ("destination", "hs_prefix", "goods", "kind", "document", "valid_from")
_READERS: dict[str, Reader] = {
    "destination": shaped(r"[A-Z]{2,8}(-[A-Z0-9]{1,4})?|\*", "a country, EU, a group or *"),
    "hs_prefix": shaped(r"\d{0,10}", "an HS prefix of up to 10 digits"),
    "goods": text(64),
    "kind": one_of("licence", "certificate", "prohibited"),
    "document": text(160),
    "applies": one_of("import", "always"),
    "note": text(),
    "valid_from": read.day,
    "valid_to": read.maybe_day,
    "source": text(),
    "confidence": one_of("verified", "review", "estimate"),
}
COLUMNS = {column: (column, reader) for column, reader in _READERS.items()}


def row(stored: Restriction) -> RestrictionRow:
    """A stored row as the rules see it. `id` names the rule in explanations."""
    goods = stored.hs_prefix or "*"
    return RestrictionRow(
        id=f"restriction:{stored.destination}:{goods}:{stored.goods or '*'}:{stored.kind}"
           f":{stored.valid_from}",
        destination=stored.destination, hs_prefix=stored.hs_prefix, goods=stored.goods,
        kind=stored.kind, document=stored.document, applies=stored.applies, note=stored.note,
        validity=Validity(stored.valid_from, stored.valid_to, stored.source, stored.confidence),
    )

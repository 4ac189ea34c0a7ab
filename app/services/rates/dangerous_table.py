"""The table of dangerous goods: which UN number may travel how. Its CSV file."""

from __future__ import annotations

from decimal import Decimal

from app.services.rates import columns as read
from app.services.rates.columns import Reader, one_of, shaped, text


def _maybe_number(cell: str) -> Decimal | None:
    return read.number(cell) if cell else None


NAME = "dangerous_goods"
KEY = ("un", "transport")
_READERS: dict[str, Reader] = {
    "un": shaped(r"UN\d{4}", "a number of the United Nations like UN3481"),
    "transport": one_of("ground", "air", "cargo", "post"),
    "is_allowed": read.yes_no,
    "max_cell_wh": _maybe_number,
    "max_battery_wh": _maybe_number,
    "note": text(),
    "source": text(),
    "confidence": one_of("verified", "review", "estimate"),
}
COLUMNS = {column: (column, reader) for column, reader in _READERS.items()}

"""National tariff codes of a variant: eight to ten digits for one customs area ("EU", "US").

The first six digits are the world's and have to be those of the variant's own HS code.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from sqlalchemy import bindparam, delete, select

from app.extensions import db, transaction
from app.kernel.errors import Invalid, NotFound
from app.models.catalogue import Variant, VariantCustomsCode
from app.services import csv_lines
from app.services.catalogue import finding
from app.services.csv_lines import RowError
from app.services.kept import Kept
from app.services.outbox import log

Codes = tuple[tuple[str, str], ...]
COLUMNS = ("sku", "destination", "code")
WORLD_DIGITS, LEAST, MOST = 6, 6, 10

_CODES = select(
    VariantCustomsCode.variant_id, VariantCustomsCode.destination, VariantCustomsCode.code
).where(VariantCustomsCode.variant_id.in_(bindparam("ids", expanding=True))).order_by(
    VariantCustomsCode.destination)
_kept: Kept[Codes] = Kept("catalogue", size=8192)


class _NoneTaken(Exception):
    """A row of the file is wrong: nothing of it is kept."""


def of(variant_ids: Collection[int]) -> Mapping[int, Codes]:
    """Variant id -> (customs area, code) of each destination that has one."""
    def read(missing: list[int]) -> dict[int, Codes]:
        held: dict[int, Codes] = dict.fromkeys(missing, ())
        for row in db.session.execute(_CODES, {"ids": missing}):
            held[row.variant_id] = (*held[row.variant_id], (row.destination, row.code))
        return held

    return _kept.many(variant_ids, read)


def set_code(sku: str, destination: str, code: str) -> bool:
    """Give a SKU its code in a customs area; an empty code takes it away. True when it changed.

    raises  NotFound (unknown_sku), Invalid (area_unknown, customs_code_shape,
            customs_code_differs: another heading than the HS code)
    """
    area, digits = destination.strip().upper(), "".join(code.replace(".", " ").split())
    if not (len(area) == len("EU") and area.isalpha()):
        raise Invalid("area_unknown", destination=destination)
    with transaction() as session:
        row = session.get_one(Variant, finding.variant(sku))
        key = {"variant_id": row.id, "destination": area}
        old = session.get(VariantCustomsCode, key)
        if (old.code if old else "") == digits:
            return False
        if not digits:
            session.execute(delete(VariantCustomsCode).where(
                VariantCustomsCode.variant_id == row.id, VariantCustomsCode.destination == area))
        else:
            _check(row.hs_code, digits)
            session.merge(VariantCustomsCode(**key, code=digits))
        session.flush()
        log.emit("product", row.product_id)
    return True


def load(path: Path) -> tuple[int, list[RowError]]:
    """Set the codes of a CSV file (sku, destination, code); all of them, or none and the errors."""
    lines, errors = csv_lines.read(path, COLUMNS)
    return _set_all(path.name, lines, errors)


def _set_all(file: str, rows: list[csv_lines.Line],
             errors: list[RowError]) -> tuple[int, list[RowError]]:
    try:
        with transaction():
            changed = sum(_set_row(file, line, cells, errors) for line, cells in rows)
            _stop_at(errors)
    except _NoneTaken:
        return 0, errors
    return changed, []


def _set_row(file: str, line: int, cells: dict[str, str], errors: list[RowError]) -> bool:
    try:
        return set_code(cells["sku"], cells["destination"], cells["code"])
    except (Invalid, NotFound) as error:
        errors.append(RowError(file, line, _column(error.code), error.code))
        return False


def _stop_at(errors: list[RowError]) -> None:
    if errors:
        raise _NoneTaken


def listed(sku: str) -> Codes:
    """(customs area, code) of a SKU. Raises NotFound (unknown_sku)."""
    variant_id = finding.variant(sku)
    return of([variant_id])[variant_id]


def _check(hs_code: str, digits: str) -> None:
    if not (digits.isascii() and digits.isdecimal() and LEAST <= len(digits) <= MOST):
        raise Invalid("customs_code_shape", digits=digits)
    if hs_code[:WORLD_DIGITS] != digits[:WORLD_DIGITS]:
        raise Invalid("customs_code_differs", digits=digits, hs_code=hs_code)


def _column(code: str) -> str:
    return {"unknown_sku": "sku", "area_unknown": "destination"}.get(code, "code")

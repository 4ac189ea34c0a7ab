"""What decides tax, duty and delivery of goods, from one CSV file: taken whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.extensions import db, transaction
from app.models.catalogue import Product, Variant
from app.models.rates import TaxRate
from app.services import csv_lines
from app.services.catalogue import hs_list
from app.services.csv_lines import RowError
from app.services.outbox import log

KEY, CATEGORY = "sku", "tax_category"
NUMBERS = ("weight_g", "length_mm", "width_mm", "height_mm")
COLUMNS = (KEY, "hs_code", "origin", *NUMBERS, CATEGORY)
LARGEST = 10_000_000  # grams or millimetres; ten tonnes
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the file that can be taken: what it changes of a variant and of its product."""

    sku: str
    variant: Mapping[str, object]
    category: str


def load(path: Path) -> tuple[int, list[RowError]]:
    """Set customs data, weight, size (packed) and tax category of SKUs.

    An empty cell or a missing column leaves things as they are. A tax category is the product's:
    lines of one product must agree.
    returns  how many SKUs changed, and no errors; or 0 and every error
    """
    lines, errors = csv_lines.read(path, [KEY], COLUMNS)
    categories = _categories()
    rows = [_row(path.name, line, cells, categories, errors) for line, cells in lines]
    return _write(path.name, [(line, row) for (line, _cells), row in zip(lines, rows, strict=True)
                              if row is not None], errors)


def _row(file: str, line: int, cells: Cells, categories: frozenset[str],
         errors: list[RowError]) -> _Row | None:
    before = len(errors)
    changes: dict[str, object] = {}
    hs_code = "".join(cells["hs_code"].replace(".", " ").split())
    if hs_code:
        if not hs_list.is_known(hs_code):
            errors.append(RowError(file, line, "hs_code", f"{hs_code} is not in HS 2022"))
        changes["hs_code"] = hs_code
    origin = cells["origin"].upper()
    if origin:
        if not (len(origin) == 2 and origin.isascii() and origin.isalpha()):
            errors.append(RowError(file, line, "origin", f"{origin} is no country of two letters"))
        changes["origin"] = origin
    for name in NUMBERS:
        text = cells[name]
        if text and not (text.isascii() and text.isdecimal() and 0 < int(text) <= LARGEST):
            errors.append(RowError(file, line, name, f"{text} is no whole number above 0"))
        elif text:
            changes[name] = int(text)
    category = cells[CATEGORY]
    if category and category not in categories:
        errors.append(RowError(file, line, CATEGORY,
                               f"{category} has no rate anywhere; known: "
                               f"{', '.join(sorted(categories))}"))
    return _Row(cells[KEY], changes, category) if len(errors) == before else None


def _write(file: str, rows: list[tuple[int, _Row]],
           errors: list[RowError]) -> tuple[int, list[RowError]]:
    known = {row.sku: row for row in db.session.execute(
        select(Variant.sku, Variant.id, Variant.product_id)
        .where(Variant.sku.in_([row.sku for _line, row in rows])))}
    category_of: dict[int, str] = {}
    for line, row in rows:
        if row.sku not in known:
            errors.append(RowError(file, line, KEY, f"{row.sku or 'nothing'} is not in the shop"))
        elif row.category and category_of.setdefault(
                known[row.sku].product_id, row.category) != row.category:
            errors.append(RowError(file, line, CATEGORY, "another line of this product differs"))
    if errors:
        return 0, sorted(errors, key=lambda error: error.line)
    with transaction() as session:
        changed: set[int] = set()
        products: set[int] = set()
        for _line, row in rows:
            variant = session.get_one(Variant, known[row.sku].id)
            product = session.get_one(Product, variant.product_id)
            differs = {name: value for name, value in row.variant.items()
                       if getattr(variant, name) != value}
            for name, value in differs.items():
                setattr(variant, name, value)
            is_moved = bool(row.category) and product.tax_category != row.category
            if is_moved:
                product.tax_category = row.category
            if differs or is_moved:
                changed.add(variant.id)
                products.add(product.id)
        session.flush()
        for product_id in sorted(products):
            log.emit("product", product_id)
    return len(changed), []


def _categories() -> frozenset[str]:
    """Categories that have a rate somewhere; `standard` always counts."""
    return frozenset(db.session.scalars(select(TaxRate.category).distinct())) | {"standard"}

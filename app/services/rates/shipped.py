"""The law tables as they come with the shop, read from their files without a database."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from app.rules.rate_book import RateBook
from app.services.rates import rows, words
from app.services.rates.book import currency_of
from app.services.rates.load import FOLDER
from app.services.rates.tables import TABLES

T = TypeVar("T")


@cache
def shipped_book(folder: Path = FOLDER) -> RateBook:
    """Taxes, territories, import rules, tariffs, fees and currencies; no services, no calendars
    and no market exchange rates.

    raises  ValueError  for a cell that cannot be read
    """
    def read(name: str, make: Callable[[Any], T]) -> list[T]:
        return [make(row) for row in _stored(folder, name)]

    return RateBook(
        tax_rates=rows.grouped(read("tax_rates", rows.tax_rate), lambda row: row.jurisdiction),
        territories=rows.grouped(read("territories", rows.territory), lambda row: row.country),
        imports=rows.grouped(
            read("import_rules", lambda row: rows.import_rule(row, currency_of(row.country))),
            lambda row: row.country,
        ),
        duties=rows.grouped(
            read("duty_rates", lambda row: rows.duty_rate(row, currency_of(row.destination))),
            lambda row: row.destination,
        ),
        origin_groups=rows.origin_groups(_stored(folder, "origin_groups")),
        fees=rows.grouped(read("fee_rules", rows.fee_rule), lambda row: row.destination),
        regimes=rows.grouped(
            read("parcel_regimes", rows.parcel_regime), lambda row: row.destination),
        vatex={row.treatment: row for row in read("vatex", rows.vatex)},
        currencies={row.currency: row for row in read("currencies", rows.currency_policy)},
        categories=words.categories(), postcode_regions=words.postcode_regions(),
    )


def _stored(folder: Path, name: str) -> Iterator[Any]:
    """Rows of a file as the shop would store them, outside any session."""
    table = TABLES[name]
    with (folder / table.file).open(encoding="utf-8-sig", newline="") as file:
        for cells in csv.DictReader(file, strict=True):
            yield table.model(**table.fixed, **{
                attribute: reader(cells.get(column, "").strip() if column in table.optional
                                  else cells[column].strip())
                for column, (attribute, reader) in table.columns.items()
            })

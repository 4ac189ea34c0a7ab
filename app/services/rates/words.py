"""What people write and the tables do not: other words for tax categories, and the region that the
first letters of a postcode name. Plain files beside the tables of law; neither is law.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "data" / "words"


@cache
def categories() -> Mapping[str, str]:
    """Other word -> the category of tax_rates.csv it stands for."""
    return {row["word"]: row["category"] for row in _rows("categories")}


@cache
def postcode_regions() -> Mapping[str, Mapping[str, str]]:
    """Country -> first letters of a postcode -> region (ISO 3166-2 without the country)."""
    found: dict[str, dict[str, str]] = {}
    for row in _rows("postcode_regions"):
        found.setdefault(row["country"], {})[row["prefix"]] = row["region"]
    return found


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, strict=True)

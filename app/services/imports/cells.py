"""One cell of a file as one value of ours; what cannot be read is an error of its row."""

from __future__ import annotations

import re

from app.kernel.text import slugify
from app.services.catalogue import hs_list
from app.services.catalogue.drafts import ChoiceDraft, PriceDraft
from app.services.catalogue.vocabulary import code_of
from app.services.imports import amounts
from app.services.imports.amounts import NotANumber
from app.services.imports.entries import Findings, Target, unguarded
from app.services.imports.reading import Row

LONGEST_SKU = 128
YES, NO = {"true", "1", "yes", "y", "wahr"}, {"false", "0", "no", "n", "falsch", "-1"}


def is_yes(words: str, *, default: bool) -> bool:
    """true/1/yes or false/0/no in any case; anything else is the default."""
    folded = words.casefold()
    return folded in YES or (default and folded not in NO)


def price(row: Row, column: str, target: Target, findings: Findings) -> int | None:
    """An amount in minor units; None for an empty cell or one that cannot be read."""
    if not row[column]:
        return None
    try:
        return amounts.minor_of(row[column], target.currency, comma_decimals=target.comma_decimals)
    except NotANumber as error:
        findings.error(row.line, column, str(error))
        return None


def prices(  # noqa: PLR0913 - two amounts, where they stand, where they go, who is told
    row: Row, amount: int | None, compare_at: int | None, column: str, target: Target,
    findings: Findings,
) -> tuple[PriceDraft, ...]:
    """The price of a variant. A former price that is not higher is noted and left out."""
    if amount is None:
        return ()
    if compare_at is not None and compare_at <= amount:
        if compare_at:
            findings.note(row.line, column, "not above the price, so it is not shown")
        compare_at = None
    return (PriceDraft(target.list_code, target.currency, amount, compare_at),)


def whole(row: Row, column: str, target: Target, findings: Findings) -> int | None:
    """A whole number; None for an empty cell or one that cannot be read."""
    if not row[column]:
        return None
    try:
        return amounts.whole_of(row[column], comma_decimals=target.comma_decimals)
    except NotANumber as error:
        findings.error(row.line, column, str(error))
        return None


def grams(row: Row, column: str, unit: str, target: Target, findings: Findings) -> int | None:
    """A weight in whole grams; None for an empty cell or one that cannot be read."""
    if not row[column]:
        return None
    try:
        return amounts.measure_of(row[column], amounts.GRAMS, unit,
                                  comma_decimals=target.comma_decimals)
    except NotANumber as error:
        findings.error(row.line, column, str(error))
        return None


def millimetres(row: Row, column: str, target: Target, findings: Findings) -> int | None:
    """A length in whole millimetres; None for an empty cell or one that cannot be read."""
    if not row[column]:
        return None
    try:
        return amounts.measure_of(row[column], amounts.MILLIMETRES, target.length_unit,
                                  comma_decimals=target.comma_decimals)
    except NotANumber as error:
        findings.error(row.line, column, str(error))
        return None


def pieces(row: Row, column: str, target: Target, findings: Findings) -> dict[int, int]:
    """Stock in the target's warehouse; less than nothing is noted and taken as nothing."""
    count = whole(row, column, target, findings)
    if count is None:
        return {}
    if count < 0:
        findings.note(row.line, column, "below zero, taken as 0")
    return {target.warehouse_id: max(count, 0)}


def barcode(row: Row, column: str, findings: Findings) -> str | None:
    """A barcode of at most 32 characters."""
    words = unguarded(row[column])
    if len(words) > 32:
        findings.error(row.line, column, "longer than 32 characters")
    return words or None


def hs_code(row: Row, column: str, findings: Findings) -> str | None:
    """Six to ten digits of the Harmonized System; dots and spaces are dropped."""
    digits = re.sub(r"[\s.]", "", unguarded(row[column]))
    if digits and not re.fullmatch(r"\d{6,10}", digits):
        findings.error(row.line, column, "not an HS code of 6 to 10 digits")
    elif digits and not hs_list.is_known(digits):
        findings.note(row.line, column, "not in the list of HS 2022; see flask catalog hs")
    return digits or None


def origin(row: Row, column: str, findings: Findings) -> str | None:
    """A country of origin (ISO 3166, two letters)."""
    code = row[column].upper()
    if code and not re.fullmatch(r"[A-Z]{2}", code):
        findings.error(row.line, column, "not a country code of two letters")
    return code or None


def sku(row: Row, column: str, code: str, choices: tuple[ChoiceDraft, ...], findings: Findings
        ) -> str:
    """The SKU of a row; one without gets a lasting one made of product and choices."""
    given = unguarded(row[column])
    if len(given) > LONGEST_SKU:
        findings.error(row.line, column, f"longer than {LONGEST_SKU} characters")
    if given:
        return given
    parts = [code, *(code_of(next(iter(choice.label.values()))) for choice in choices)]
    made = "-".join(parts)
    return made if len(made) <= LONGEST_SKU else f"{made[:100]}-{code_of(made[100:])[:27]}"


def code(words: str) -> str:
    """A product's code of at most 128 characters."""
    return slugify(words)[:128]

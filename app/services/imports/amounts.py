"""Numbers as files write them: "69.99", "1.234,56", "1 234,5", "1'234.50"."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from app.kernel.currency import exponent

GRAMS = {
    "g": Decimal(1), "kg": Decimal(1000), "lb": Decimal("453.59237"), "lbs": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}
MILLIMETRES = {
    "mm": Decimal(1), "cm": Decimal(10), "m": Decimal(1000), "in": Decimal("25.4"),
    "yd": Decimal("914.4"),
}
_SIGNS = re.compile(r"[\s\u00a0\u202f'’]")
_UNITS = re.compile(r"^[^\d,.+-]{1,4}(?=[\d,.])|(?<=[\d,.])[^\d,.]{1,4}$")  # "€", "CHF", "kg"


class NotANumber(ValueError):
    """The message says what is wrong with the words."""


def decimal_of(words: str, *, comma_decimals: bool = False) -> Decimal:
    """The number some words mean. Raises NotANumber.

    The last of two different marks is the decimal one. A single mark before exactly three digits
    groups thousands if the file's decimals are written with the other mark.
    """
    bare = _UNITS.sub("", _SIGNS.sub("", words))
    if not re.fullmatch(r"[+-]?[\d,.]*\d[\d,.]*", bare):
        raise NotANumber(f"“{words}” is not a number")
    marks = re.sub(r"[^,.]", "", bare)
    decimal_mark = "," if comma_decimals else "."
    if len(set(marks)) == 2:
        decimal_mark = marks[-1]
    elif len(marks) == 1:
        groups = marks != decimal_mark and re.fullmatch(r"[+-]?[1-9]\d{0,2}[,.]\d{3}", bare)
        decimal_mark = decimal_mark if groups else marks
    elif len(marks) > 1:
        decimal_mark = "." if marks[0] == "," else ","
    whole, _mark, fraction = bare.partition(decimal_mark)
    grouping = "," if decimal_mark == "." else "."
    if grouping in whole and not re.fullmatch(rf"[+-]?\d{{1,3}}(?:{re.escape(grouping)}\d{{2,3}})+",
                                              whole):
        raise NotANumber(f"“{words}” is not a number")
    try:
        number = Decimal(f"{whole.replace(grouping, '')}.{fraction or '0'}")
    except InvalidOperation as error:
        raise NotANumber(f"“{words}” is not a number") from error
    return number


def minor_of(words: str, currency: str, *, comma_decimals: bool = False) -> int:
    """An amount in minor units. Raises NotANumber: below zero, or finer than the currency."""
    minor = decimal_of(words, comma_decimals=comma_decimals).scaleb(exponent(currency))
    if minor < 0:
        raise NotANumber(f"“{words}” is below zero")
    if minor != minor.to_integral_value():
        raise NotANumber(f"“{words}” is finer than {currency} can be paid")
    return int(minor)


def whole_of(words: str, *, comma_decimals: bool = False) -> int:
    """A whole number ("5", "5.0"). Raises NotANumber."""
    number = decimal_of(words, comma_decimals=comma_decimals)
    if number != number.to_integral_value():
        raise NotANumber(f"“{words}” is not a whole number")
    return int(number)


def measure_of(words: str, units: dict[str, Decimal], unit: str, *, comma_decimals: bool = False
               ) -> int:
    """A weight in grams or a length in millimetres, rounded to whole ones. Raises NotANumber."""
    if unit.lower() not in units:
        raise NotANumber(f"“{unit}” is not a unit known here ({', '.join(units)})")
    number = decimal_of(words, comma_decimals=comma_decimals)
    if number < 0:
        raise NotANumber(f"“{words}” is below zero")
    return int((number * units[unit.lower()]).quantize(Decimal(1), ROUND_HALF_UP))

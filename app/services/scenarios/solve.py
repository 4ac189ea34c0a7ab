"""Cases in, answers out. Nothing is written anywhere; each case is asked by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db
from app.kernel.errors import ShopError
from app.rules.explanation import Why
from app.rules.rate_book import RateBook
from app.services.rates.book import rate_book
from app.services.rates.shipped import shipped_book
from app.services.scenarios import amounts, parcels
from app.services.scenarios.fields import Fields, Refused, Unsupported
from app.services.scenarios.quoting import quote_case

BookOf = Callable[[date], RateBook]
_PLAIN = {**amounts.OPERATIONS, **parcels.OPERATIONS}
# What a file of worked cases says about itself and nobody computes with.
_REMARKS = ("area", "title", "expected", "alternatives", "why", "note", "source", "tags")


def solve(document: Any, *, explain: bool = False, book_of: BookOf | None = None) -> dict[str, Any]:
    """Answers by id: fields, `unsupported` with the reason, or `error` with the field's name.

    book_of  the law of a day; by default the shop's own tables
    raises   Refused  when the document itself is no list of cases, or an id comes twice
    """
    cases = document.get("cases") if isinstance(document, Mapping) else document
    if not isinstance(cases, list):
        raise Refused('the file holds no {"cases": [...]}')
    found: dict[str, Any] = {}
    for i, case in enumerate(cases):
        name = case.get("id") if isinstance(case, Mapping) else None
        if not isinstance(name, str) or name in found:
            raise Refused(f"case {i} has no id of its own")
        found[name] = _answer(case, book_of or law_of, explain=explain)
    return found


def law_of(day: date) -> RateBook:
    """The shop's tables; those it is shipped with where its database holds none."""
    try:
        book = rate_book(day)
    except SQLAlchemyError:
        db.session.rollback()
        return shipped_book()
    return book if book.tax_rates else shipped_book()


def _answer(case: Mapping[str, Any], book_of: BookOf, *, explain: bool) -> dict[str, Any]:
    try:
        fields = Fields({key: value for key, value in case.items() if key not in _REMARKS})
        fields.text("id")
        operation, asked = fields.text("op"), fields.inside("input")
        fields.end()
        answer, why = _ask(operation, asked, book_of)
        asked.end()
    except Unsupported as error:
        return {"unsupported": str(error)}
    except (ValueError, TypeError, ArithmeticError, ShopError) as error:
        return {"error": str(error)}
    if explain:
        answer["explain"] = {field: [_told(row) for row in rows] for field, rows in why.items()}
    return answer


def _ask(operation: str, asked: Fields,
         book_of: BookOf) -> tuple[dict[str, Any], Mapping[str, list[Why]]]:
    if operation == "quote":
        return quote_case(asked, book_of(asked.peek_day("date")))
    if operation not in _PLAIN:
        raise Unsupported(f"no engine answers {operation!r}")
    return _PLAIN[operation](asked)


def _told(why: Why) -> dict[str, Any]:
    """rule, rate, date and source of one reason, and what its sentence needs."""
    row = asdict(why)
    return {"rule": row["rule"], "rate": row["rate"], "date": row["day"], "source": row["source"],
            "confidence": row["confidence"], "params": dict(row["params"])}

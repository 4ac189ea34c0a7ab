"""Numbers without gaps or doubles."""

from __future__ import annotations

from functools import cache
from typing import Any

from app.extensions import transaction, upsert
from app.models.order import NumberSeries


def next_number(series: str) -> int:
    """The next number of a series, in the transaction that uses it.

    The row is locked until that transaction ends: a rolled back order gives its number back, so
    there is no gap, and two orders at once cannot have the same.
    """
    with transaction() as session:
        statement = _statement(session.get_bind().dialect.name)
        return int(session.execute(statement, {"code": series, "last": 1}).scalar_one())


@cache
def _statement(_dialect: str) -> Any:
    return (
        upsert(NumberSeries)
        .on_conflict_do_update(index_elements=[NumberSeries.code],
                               set_={"last": NumberSeries.last + 1})
        .returning(NumberSeries.last)
    )

"""Numbers without gaps or doubles."""

from __future__ import annotations

from app.extensions import transaction, upsert
from app.models.order import NumberSeries


def next_number(series: str) -> int:
    """The next number of a series, in the transaction that uses it.

    The row is locked until that transaction ends: a rolled back order gives its number back, so
    there is no gap, and two orders at once cannot have the same.
    """
    with transaction() as session:
        taken = session.execute(
            upsert(NumberSeries).values(code=series, last=1)
            .on_conflict_do_update(index_elements=[NumberSeries.code],
                                   set_={"last": NumberSeries.last + 1})
            .returning(NumberSeries.last)
        )
        return int(taken.scalar_one())

"""Numbers without gaps or doubles."""

from __future__ import annotations

from sqlalchemy import update

from app.extensions import transaction
from app.models.order import NumberSeries


def next_number(series: str) -> int:
    """The next number of a series, in the transaction that uses it.

    The row is locked until that transaction ends: a rolled back order gives its number back, so
    there is no gap, and two orders at once cannot have the same.
    """
    with transaction() as session:
        moved = session.execute(
            update(NumberSeries).where(NumberSeries.code == series)
            .values(last=NumberSeries.last + 1).returning(NumberSeries.last)
        ).scalar_one_or_none()
        if moved is None:
            session.add(NumberSeries(code=series, last=1))
            session.flush()
            return 1
        return int(moved)

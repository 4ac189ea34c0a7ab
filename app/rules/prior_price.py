"""The prior price of a reduction: the lowest of the 30 days before it.

source  Directive 98/6/EC Art. 6a (since 2022-05-28); CJEU C-330/23 of 2024-09-26: percentages
        refer to it too
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

from app.kernel.money import Money

WINDOW = timedelta(days=30)

Moment = TypeVar("Moment", bound=date)  # days, or aware datetimes, not both


def prior_price(history: Sequence[tuple[Moment, Money]], reduction_from: Moment) -> Money | None:
    """The lowest price that held at any time in the 30 days before `reduction_from`.

    history  (from when, price), each until the next begins; in any order
    returns  None when no price held in that time: nothing may be called a reduction
    A price that steps down further keeps the `reduction_from` of the first step.
    """
    opens = reduction_from - WINDOW
    rows = sorted((row for row in history if row[0] < reduction_from), key=lambda row: row[0])
    ends = [*(begin for begin, _ in rows), reduction_from][1:]
    held = [price for (_, price), end in zip(rows, ends, strict=True) if end > opens]
    return min(held, key=lambda price: price.minor) if held else None


def reduction_percent(prior: Money, new: Money) -> int:
    """Whole percent off the prior price, rounded down; 0 when it is none.

    raises  CurrencyMismatch  for two currencies
    """
    saved = (prior - new).minor
    return saved * 100 // prior.minor if saved > 0 else 0

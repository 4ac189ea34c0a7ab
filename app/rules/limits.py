"""Comparing with a legal limit, and rounding to a legal step, in another currency."""

from __future__ import annotations

from collections.abc import Iterable

from app.kernel.fx import convert
from app.kernel.money import Money
from app.rules.explanation import Why
from app.rules.rate_book import RateBook


def is_within(value: Money, limit: Money, book: RateBook) -> bool:
    """value <= limit, compared unrounded at the book's rate (135.001 GBP is above 135 GBP).

    False when no rate is known: a relief is never assumed.
    """
    if value.currency == limit.currency:
        return value <= limit
    rate = book.rate(value.currency, limit.currency)
    return rate is not None and value.major * rate.value <= limit.major


def not_comparable(currency: str, limits: Iterable[Money | None], book: RateBook) -> list[Why]:
    """A reason for the first limit that amounts of this currency cannot be compared with: whether
    a relief or a fee holds is then a guess."""
    for limit in limits:
        if limit is not None and book.rate(currency, limit.currency) is None:
            return [Why("treatment", "limit_not_comparable",
                        params={"currencies": f"{currency}/{limit.currency}"})]
    return []


def in_steps(amount: Money, step: int, currency: str, book: RateBook, direction: str) -> Money:
    """The amount as a multiple of `step` minor units of `currency`.

    direction  "down" cuts, "nearest" rounds
    returns    the amount as it is where its currency cannot be compared
    """
    there, back = book.rate(amount.currency, currency), book.rate(currency, amount.currency)
    if not currency or there is None or back is None:
        return amount
    if amount.currency == currency:
        return amount.to_step(step, direction)
    return convert(convert(amount, there).to_step(step, direction), back)

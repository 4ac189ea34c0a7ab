"""The rate a return is converted with: the European Central Bank's of the period's last day.

source  Directive 2006/112/EC Art. 369h: the last day of the period, or the next day of publication
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from app.extensions import db
from app.kernel.money import Money
from app.models.rates import FxRate
from app.services.fx.flow import rate

OFFICIAL = ("ecb", "live")
NEXT_WITHIN = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class ReturnRate:
    """1 EUR = value units of a currency. `is_final` False: not published yet, or by nobody."""

    currency: str
    value: Decimal
    source: str
    as_of: date
    is_final: bool = True


def of_last_day(currency: str, last: date) -> ReturnRate | None:
    """The rate from the euro on the period's last day; None when none is known at all."""
    if currency == "EUR":
        return ReturnRate("EUR", Decimal(1), "", last)
    row = db.session.execute(
        select(FxRate.value, FxRate.source, FxRate.as_of)
        .where(FxRate.base == "EUR", FxRate.quote == currency, FxRate.source.in_(OFFICIAL),
               FxRate.as_of >= last, FxRate.as_of <= last + NEXT_WITHIN)
        .order_by(FxRate.as_of, FxRate.source.desc()).limit(1)
    ).first()
    if row is not None:
        return ReturnRate(currency, row.value, row.source, row.as_of)
    known = rate("EUR", currency, last)
    if known is None:
        return None
    return ReturnRate(currency, known.value, known.source, known.as_of, is_final=False)


def converted(amount: Money, own: ReturnRate, target: ReturnRate) -> Money:
    """The amount in the return's currency, to its minor unit, neither up nor down."""
    if own.currency == target.currency:
        return amount
    return Money.from_major(amount.major / own.value * target.value, target.currency)

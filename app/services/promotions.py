"""Which promotions may apply now, and why a coupon may not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update

from app.extensions import db, touched, transaction
from app.kernel import clock
from app.kernel.errors import CouponRefused
from app.kernel.money import Money
from app.kernel.text import choose
from app.models.promotion import Promotion, PromotionUse
from app.rules.facts import PromotionFacts

_ACTIVE = select(Promotion).where(Promotion.is_active, or_(
    Promotion.coupon.is_(None), Promotion.coupon.in_(bindparam("coupons", expanding=True)),
))


def applicable(market: str, currency: str, coupons: Sequence[str], now: datetime,  # noqa: PLR0913 - who buys where and when
               language: str, email: str = "",
               order_id: int | None = None) -> tuple[PromotionFacts, ...]:
    """Automatic promotions of the market and moment, and those of the coupons given.

    order_id  the order that the same cart waits to be paid with: its own uses do not count
    """
    rows = db.session.scalars(_ACTIVE, {"coupons": list(coupons)})
    return tuple(
        _fact(row, currency, language) for row in rows
        if _why_not(row, market, currency, now, email, order_id) is None
    )


@dataclass(frozen=True, slots=True)
class Campaign:
    """A discount that needs neither code nor minimum, from a moment to a moment (half-open)."""

    facts: PromotionFacts
    begin: datetime | None
    end: datetime | None

    def holds(self, moment: datetime) -> bool:
        """It applies at this moment."""
        return (self.begin is None or self.begin <= moment) and (
            self.end is None or moment < self.end)


def campaigns(market: str, currency: str, language: str, since: datetime) -> tuple[Campaign, ...]:
    """Campaigns of a market that have held since a moment, or are still to come."""
    rows = db.session.scalars(
        select(Promotion).where(Promotion.is_active, Promotion.coupon.is_(None),
                                or_(Promotion.valid_until.is_(None),
                                    Promotion.valid_until > since))
        .order_by(Promotion.rank, Promotion.id)
    )
    return tuple(
        Campaign(_fact(row, currency, language), row.valid_from, row.valid_until) for row in rows
        if (not row.markets or market in row.markets) and not row.minimum.get(currency)
        and not (row.minimum and currency not in row.minimum)
        and (row.kind != "amount" or (currency in row.amounts and row.scope != "order"))
    )


def check_coupon(code: str, market: str, currency: str, email: str = "",
                 order_id: int | None = None) -> str:
    """The coupon's own spelling; order_id as in applicable(). Raises CouponRefused (reason)."""
    wanted = "".join(code.split()).upper()[:48]
    row = db.session.scalar(
        select(Promotion).where(Promotion.coupon == wanted, Promotion.is_active)
    ) if wanted else None
    reason = "unknown" if row is None else _why_not(row, market, currency, clock.now(), email,
                                                    order_id)
    if reason is not None:
        raise CouponRefused(reason=reason)
    return wanted


def take(order_id: int, codes: Sequence[str], email: str) -> None:
    """Use the order's coupons up by one each, inside its transaction. Raises CouponRefused."""
    with transaction() as session:
        rows = session.scalars(
            select(Promotion).where(Promotion.coupon.in_(codes)).order_by(Promotion.id)
        ).all()
        for row in rows:
            taken = session.execute(
                update(Promotion)
                .where(Promotion.id == row.id, or_(Promotion.usage_limit.is_(None),
                                                   Promotion.used_count < Promotion.usage_limit))
                .values(used_count=Promotion.used_count + 1)
                .execution_options(synchronize_session=False)
            )
            # After the update, whose row lock makes buyers of one coupon take turns.
            if touched(taken) == 0 or _is_exhausted(row, email):
                raise CouponRefused(reason="used_up")
            session.add(PromotionUse(order_id=order_id, promotion_id=row.id,
                                     email_hash=hash_of(email)))
            session.flush()


def give_back(order_id: int) -> None:
    """The order was not paid: its coupons may be used again. Safe to repeat."""
    with transaction() as session:
        for use in session.scalars(select(PromotionUse).where(PromotionUse.order_id == order_id)):
            session.execute(
                update(Promotion).where(Promotion.id == use.promotion_id)
                .values(used_count=Promotion.used_count - 1)
                .execution_options(synchronize_session=False)
            )
            session.delete(use)


def hash_of(email: str) -> str:
    """An address as a hash, so that counting uses keeps no address."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


def _why_not(row: Promotion, market: str, currency: str, now: datetime,  # noqa: PLR0911, PLR0913 - a return a reason
             email: str, order_id: int | None) -> str | None:
    if row.markets and market not in row.markets:
        return "not_for_these"
    if row.valid_from and now < row.valid_from:
        return "not_yet"
    if row.valid_until and now >= row.valid_until:
        return "over"
    own = _uses(row, PromotionUse.order_id == order_id) if order_id is not None else 0
    if row.usage_limit is not None and row.used_count - own >= row.usage_limit:
        return "used_up"
    if row.kind == "amount" and currency not in row.amounts:
        return "not_for_these"
    if email and _is_exhausted(row, email, order_id):
        return "used_up"
    return None


def _is_exhausted(row: Promotion, email: str, order_id: int | None = None) -> bool:
    if row.per_customer is None:
        return False
    used = _uses(row, PromotionUse.email_hash == hash_of(email),
                 PromotionUse.order_id != (order_id or 0))
    return used >= row.per_customer


def _uses(row: Promotion, *which: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(PromotionUse).where(
        PromotionUse.promotion_id == row.id, *which)) or 0


def _fact(row: Promotion, currency: str, language: str) -> PromotionFacts:
    label = choose(row.name, (language, "en"))
    amount, minimum = row.amounts.get(currency), row.minimum.get(currency)
    return PromotionFacts(
        code=row.code, coupon=row.coupon or "", label=label[1] if label else row.code,
        scope=row.scope, codes=frozenset(row.codes), percent=row.percent,
        amount=Money(int(amount), currency) if amount is not None else None,
        minimum=Money(int(minimum), currency) if minimum is not None else None, rank=row.rank,
    )

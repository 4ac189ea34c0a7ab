"""The ledger of taxed sales: written from frozen quotes and refunds, once each, never changed.

bring_up_to_date() may run at any time and as often as one likes; it finds by itself what has no
entries yet. Days are those of UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import String, cast, exists, literal, select

from app.extensions import db, transaction, upsert
from app.kernel.money import Money
from app.models.order import Order
from app.models.payment import Payment, Refund
from app.models.tax_filing import TaxEntry
from app.rules.tax_entries import Part, given_back, parts_of, relieved, remaining
from app.services.fx.flow import rate

SALE, CREDIT_REASON = "sale", "vat_credit"
AT_ONCE = 500
# Money that was never the price of these goods: it corrects no sale.
SURPLUS = ("paid_twice", "order_cancelled", "sold_out_meanwhile")


def bring_up_to_date() -> int:
    """Enter sales that were paid and refunds that were done. Returns how many were entered."""
    done = 0
    while found := _new_sales():
        for order in found:
            _enter(order, SALE, _paid_day(order), parts_of(order.quote))
        done += len(found)
    while refunds := _new_refunds():
        for refund, order in refunds:
            _enter_refund(refund, order)
        done += len(refunds)
    return done


def left_of(order_id: int, currency: str) -> tuple[Part, ...]:
    """What stands in the ledger for an order, corrections taken off."""
    rows = db.session.scalars(
        select(TaxEntry).where(TaxEntry.order_id == order_id).order_by(TaxEntry.id)
    )
    return remaining(
        Part(row.treatment, row.ship_from, row.jurisdiction, row.tax_name, row.percent,
             Money(row.net_minor, currency), Money(row.tax_minor, currency),
             Money(row.turnover_minor, currency))
        for row in rows
    )


def refunded_of(order_id: int, before_refund: int | None = None) -> int:
    """What has been paid back of an order, in its minor units; only refunds entered here."""
    query = (
        select(Refund.id, Refund.amount_minor).join(Payment, Payment.id == Refund.payment_id)
        .where(Payment.order_id == order_id, Refund.state == "done")
    )
    entered = _causes(order_id)
    return sum(row.amount_minor for row in db.session.execute(query)
               if row.id != before_refund and not {f"refund:{row.id}", f"{CREDIT_REASON}:{row.id}"}
               .isdisjoint(entered))


def _causes(order_id: int) -> set[str]:
    return set(db.session.scalars(
        select(TaxEntry.cause).where(TaxEntry.order_id == order_id).distinct()))


def _new_sales() -> Sequence[Order]:
    return db.session.scalars(
        select(Order).where(
            Order.paid_at.is_not(None),
            ~exists().where(TaxEntry.order_id == Order.id, TaxEntry.cause == SALE),
        ).order_by(Order.id).limit(AT_ONCE)
    ).all()


def _new_refunds() -> Sequence[Any]:
    number = cast(Refund.id, String)
    return db.session.execute(
        select(Refund, Order).join(Payment, Payment.id == Refund.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .where(
            Refund.state == "done", Order.paid_at.is_not(None), Refund.reason.not_in(SURPLUS),
            ~exists().where(TaxEntry.order_id == Order.id, TaxEntry.cause.in_(
                [literal("refund:") + number, literal(f"{CREDIT_REASON}:") + number])),
        ).order_by(Refund.id).limit(AT_ONCE)
    ).all()


def _enter_refund(refund: Refund, order: Order) -> None:
    left = left_of(order.id, order.currency)
    amount = Money(refund.amount_minor, order.currency)
    day = (refund.done_at or refund.asked_at).date()
    if refund.reason == CREDIT_REASON:
        parts = relieved(left, str(order.tax_evidence.get("country", "")))
        cause = f"{CREDIT_REASON}:{refund.id}"
    else:
        paid_left = Money(order.total_minor - refunded_of(order.id, refund.id), order.currency)
        parts = given_back(left, max(paid_left, amount, key=lambda one: one.minor), amount)
        cause = f"refund:{refund.id}"
    _enter(order, cause, day, parts)


def _paid_day(order: Order) -> date:
    assert order.paid_at is not None  # noqa: S101 - asked for by the query
    return order.paid_at.date()


def _enter(order: Order, cause: str, day: date, parts: Sequence[Part]) -> None:
    """One row per part; a cause without parts (nothing was left) has one of nothing, so that it
    is not looked at again."""
    zero = Money.zero(order.currency)
    parts = parts or (Part("", "", "", "", Decimal(0), zero, zero, zero),)
    sale_day = _paid_day(order)
    to_euro = rate(order.currency, "EUR", sale_day)
    number = order.tax_evidence.get("number", "") if (
        order.tax_evidence.get("check") == "valid" or cause.startswith(CREDIT_REASON)) else ""
    rows = [
        {
            "order_id": order.id, "cause": cause, "position": position,
            "seller_id": order.seller_id, "day": day, "sale_day": sale_day,
            "treatment": part.treatment, "ship_from": part.ship_from,
            "country": str(order.address.get("country", "")),
            "region": str(order.address.get("region", ""))[:12],
            "jurisdiction": part.jurisdiction, "tax_name": part.name, "percent": part.percent,
            "net_minor": part.net.minor, "tax_minor": part.tax.minor,
            "turnover_minor": part.turnover.minor, "currency": order.currency,
            "turnover_eur_minor": None if to_euro is None else
            Money.from_major(part.turnover.major * to_euro.value, "EUR").minor,
            "buyer_number": number,
        }
        for position, part in enumerate(parts)
    ]
    with transaction() as session:
        session.execute(upsert(TaxEntry).values(rows).on_conflict_do_nothing(
            index_elements=[TaxEntry.order_id, TaxEntry.cause, TaxEntry.position]))

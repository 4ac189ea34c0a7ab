"""Exchange rates that grow old, move too far, or cost money when a refund goes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.extensions import db, providers, transaction
from app.kernel import clock
from app.kernel import period as periods
from app.kernel.fx import Rate
from app.models.fx_difference import FxDifference
from app.models.order import Order
from app.models.payment import Payment
from app.models.rates import CurrencyPolicy, FxRate
from app.services.fx import flow, gains, status
from app.services.outbox import log
from app.services.payment import refunds
from app.services.rates import book
from app.services.rates.held import rate_book_of
from tests.shoppers import placed

NOVEMBER = periods.read("2026-11")


def dollars(value: str, day: date) -> None:
    """1 EUR = value USD on a day, by the live source."""
    with transaction() as session:
        session.add(FxRate(source="live", base="EUR", quote="USD", value=Decimal(value),
                           as_of=day))
        log.emit("rates")
    book.forget()


def sold(total: int, base_total: int, fx_value: str) -> Order:
    """A paid order in dollars."""
    order = placed("en-us")
    with transaction() as session:
        session.execute(update(Payment).where(Payment.order_id == order.id).values(
            state="paid", amount_minor=total, captured_minor=total))
        row = session.get_one(Order, order.id)
        row.total_minor, row.base_total_minor, row.fx_value = total, base_total, fx_value
        row.state, row.paid_at = "paid", datetime(2026, 11, 2, 12, tzinfo=UTC)
    return db.session.get_one(Order, order.id)


def refund(order: Order, amount: int, day: int) -> None:
    """Money paid back on a day of November."""
    payment = db.session.scalars(select(Payment).where(Payment.order_id == order.id)).one()
    found = refunds.ask(payment, amount, "returned", key=f"{order.id}-{day}")
    with transaction():
        found.state, found.done_at = "done", datetime(2026, 11, day, 12, tzinfo=UTC)
        db.session.add(found)


# Sold 100.00 USD at 1 EUR = 1.25 USD: 80.00 EUR. Back 50.00 at 1.00: worth 40.00, costs 50.00,
# so -10.00. Then 25.00 at 1.60: worth 20.00, costs 15.625 = 15.63: +4.37. The last
# 25.00 takes the rest, 20.00.
def test_the_difference_is_its_own_figure(shop: Flask) -> None:
    dollars("1.00", date(2026, 11, 9))
    dollars("1.60", date(2026, 11, 12))
    order = sold(10000, 8000, "1.25")
    for amount, day in ((5000, 10), (2500, 13), (2500, 14)):
        refund(order, amount, day)
    found = gains.of_period(NOVEMBER)

    assert [(one.at_order.minor, one.at_refund.minor, one.gain.minor) for one in found
            if one.at_refund and one.gain] == [
        (4000, 5000, -1000), (2000, 1563, 437), (2000, 1563, 437)]
    assert gains.bring_up_to_date() == 0


# 10.00 USD are 9.01 EUR; thirds of it: 3.0033…, then 3.005, then the rest 3.00; together 9.01.
def test_the_last_piece_takes_the_rest(shop: Flask) -> None:
    order = sold(1000, 901, "1.11")
    for amount, day in ((333, 10), (333, 11), (334, 12)):
        refund(order, amount, day)
    gains.bring_up_to_date()
    rows = db.session.scalars(select(FxDifference.at_order_minor).order_by(FxDifference.id)).all()

    assert sum(rows) == 901
    assert list(rows) == [300, 300, 301]


def test_the_base_amount_is_that_of_the_quotes_rate(shop: Flask) -> None:
    order = placed("en-us")

    expected = Decimal(order.total_minor) / Decimal(order.fx_value)
    assert abs(order.base_total_minor - expected) <= Decimal("0.5")
    assert order.base_currency == "EUR"
    assert order.fx_source
    assert order.fx_as_of


def test_an_old_rate_is_stale(shop: Flask) -> None:
    known = flow.rate("EUR", "USD")
    assert known is not None
    limit = providers().settings.fx_stale_days

    assert "USD" not in status.stale(known.as_of + timedelta(days=limit))
    assert "USD" in status.stale(known.as_of + timedelta(days=limit + 1))


def test_a_peg_is_as_fresh_as_what_it_is_pegged_to(shop: Flask) -> None:
    known = flow.rate("EUR", "USD")
    assert known is not None
    with transaction() as session:
        for row in session.scalars(select(FxRate).where(FxRate.source == "fixed")):
            row.as_of = date(2020, 1, 1)
        log.emit("rates")
    book.forget()

    ages = {one.currency: one.age_days for one in status.statuses(known.as_of)}
    assert ages["KWD"] == 0


def test_a_step_that_cards_cannot_be_charged_is_told(shop: Flask) -> None:
    with transaction() as session:
        row = session.get(CurrencyPolicy, "KWD")
        assert row is not None
        row.payment_step_minor = 1
        log.emit("rates")
    book.forget()

    assert {one.currency for one in status.statuses() if one.step_problem} == {"KWD"}


@pytest.mark.parametrize(("percent", "is_kept"), [(20, False), (60, True)])
def test_how_far_a_rate_may_move_is_a_setting(shop: Flask, percent: int, is_kept: bool) -> None:
    known = flow.rate("EUR", "USD")
    assert known is not None

    class Wild:
        code = "live"

        def latest(self) -> tuple[Rate, ...]:
            return (Rate("EUR", "USD", known.value * Decimal("1.5"), "live",
                         known.as_of + timedelta(days=1)),)

    providers().settings = replace(providers().settings, fx_largest_move=percent)
    report = flow.update([Wild()])

    assert bool(report.added) is is_kept
    assert bool(report.dropped) is not is_kept


def test_ready_and_metrics_tell(shop: Flask) -> None:
    client = shop.test_client()

    assert "stale_rates" in client.get("/readyz").json  # type: ignore[operator]
    assert 'tradewind_fx_age_days{currency="USD"}' in client.get("/metrics").text


def test_the_commands(shop: Flask) -> None:
    run = shop.test_cli_runner()

    assert "USD  1 EUR =" in run.invoke(args=["fx", "status"]).output
    dollars("1.00", date(2026, 11, 9))
    refund(sold(10000, 8000, "1.25"), 5000, 10)
    assert "2026-11: -10.00 EUR" in run.invoke(args=["fx", "gains", "--period", "2026-11"]).output
    assert run.invoke(args=["fx", "gains", "--period", "x"]).exit_code == 1


def test_a_quote_that_holds_keeps_the_rate_it_began_with(shop: Flask) -> None:
    before = clock.now()
    known = flow.rate("EUR", "USD", before.date())
    assert known is not None
    held = rate_book_of(before).rate("EUR", "USD")
    with transaction() as session:
        session.add(FxRate(source="live", base="EUR", quote="USD", value=known.value * 2,
                           as_of=before.date(), added_at=before + timedelta(minutes=5)))
        log.emit("rates")

    during = rate_book_of(before + timedelta(minutes=4)).rate("EUR", "USD")
    after = rate_book_of(before + timedelta(minutes=6)).rate("EUR", "USD")
    assert held is not None
    assert during is not None
    assert after is not None
    assert during.value == held.value
    assert after.value == known.value * 2

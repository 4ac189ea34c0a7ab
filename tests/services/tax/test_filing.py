"""Ledger, thresholds, returns and due dates, with figures worked out by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.extensions import db, providers, transaction
from app.kernel import period as periods
from app.kernel.errors import Conflict
from app.kernel.money import Money
from app.models.market import Seller
from app.models.order import Order
from app.models.payment import Payment, Refund
from app.models.rates import FxRate
from app.models.tax_filing import RegistrationThreshold, TaxEntry
from app.services import markets
from app.services.cart.view import view
from app.services.checkout import placing
from app.services.outbox import log
from app.services.payment import refunds
from app.services.rates.load import FOLDER, load_tables
from app.services.tax_ids import rechecking
from app.services.tax_ids.vies import Vies
from app.services.tax_returns import calendar, ledger, returns
from app.services.tax_returns.rates import ReturnRate, converted
from app.services.tax_watch import watch
from app.services.tax_watch.union_sales import union_sales, with_union_sales
from tests.registers import Registers
from tests.shoppers import cart_of, pay, placed, ready

Q4 = periods.read("2026Q4")


@pytest.fixture(autouse=True)
def filing(shop: Flask) -> None:
    """The shop with its filing tables, and nothing sold yet."""
    load_tables(FOLDER, ["registration_thresholds", "return_rules"])


@pytest.fixture
def registers() -> Iterator[Registers]:
    with Registers() as found:
        found.known["DE136695976"] = True
        yield found


def sold(net: int, tax: int, *, day: str = "2026-11-10", currency: str = "EUR",
         treatment: str = "OSS_UNION", ship_from: str = "PT", to: str = "DE", percent: str = "19",
         name: str = "VAT", region: str = "", refunded: int = 0) -> Order:
    """A paid order of exactly these figures (minor units)."""
    order = placed("de-de")
    paid_at = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    money = lambda minor: {"minor": minor, "currency": currency}  # noqa: E731
    taxes = [{"jurisdiction": to, "name": name, "percent": percent, "net": money(net),
              "tax": money(tax), "is_included": True, "is_estimate": False,
              "collected_by": "seller", "treatment": treatment, "ship_from": ship_from}]
    quote = {**order.quote, "taxes": taxes if tax else [], "consignments": [{
        "treatment": treatment, "ship_from": ship_from, "paid": money(net + tax)}]}
    with transaction() as session:
        session.execute(update(Payment).where(Payment.order_id == order.id).values(
            state="paid", amount_minor=net + tax, captured_minor=net + tax, currency=currency))
        row = session.get_one(Order, order.id)
        row.quote, row.total_minor, row.currency, row.paid_at = quote, net + tax, currency, paid_at
        row.state, row.address = "paid", {**row.address, "country": to, "region": region}
    ledger.bring_up_to_date()
    if refunded:
        refund(order, refunded, day)
    return db.session.get_one(Order, order.id)


def refund(order: Order, amount: int, day: str, reason: str = "returned") -> Refund:
    """Money paid back on a day."""
    payment = db.session.scalars(select(Payment).where(Payment.order_id == order.id)).one()
    key = f"{order.id}-{day}-{amount}-{payment.refunded_minor}"
    found = refunds.ask(payment, amount, reason, key=key)
    with transaction():
        found.state, found.done_at = "done", datetime.fromisoformat(f"{day}T13:00:00+00:00")
        db.session.add(found)
    ledger.bring_up_to_date()
    return found


def figures(found: returns.Return) -> list[tuple[Any, ...]]:
    return [(row.corrects, row.consumed_in, row.sent_from, str(row.percent.normalize()),
             row.net.minor, row.amount.minor) for row in found.rows]


def seller() -> Seller:
    return returns.seller_of("")


def test_a_sale_is_entered_once() -> None:
    order = sold(10000, 1900)
    ledger.bring_up_to_date()
    rows = db.session.scalars(select(TaxEntry)).all()

    assert [(row.order_id, row.cause, row.net_minor, row.tax_minor) for row in rows] == [
        (order.id, "sale", 10000, 1900)]
    assert rows[0].turnover_eur_minor == 10000


def test_a_real_order_is_entered_as_it_was_quoted() -> None:
    order = placed("de-de")
    pay(order)
    ledger.bring_up_to_date()
    rows = db.session.scalars(select(TaxEntry)).all()

    tax = sum(row.tax_minor for row in rows)
    assert tax == order.quote["tax"]["minor"]
    assert sum(row.net_minor for row in rows) + tax == order.total_minor
    assert {row.treatment for row in rows} == {"OSS_UNION"}


# 119.00 of which 40.00 comes back, then 40.00, then 39.00: 19.00 × 40/119 = 6.386… = 6.39; then of
# 12.61 left 40/79 = 6.384… = 6.38; the last takes the rest, 6.23.
def test_refunds_take_their_share_and_the_last_the_rest() -> None:
    order = sold(10000, 1900)
    for amount in (4000, 4000, 3900):
        refund(order, amount, "2026-11-12")
    rows = db.session.scalars(select(TaxEntry).where(TaxEntry.cause != "sale").order_by(
        TaxEntry.id)).all()

    assert [row.tax_minor for row in rows] == [-639, -638, -623]
    assert [row.net_minor for row in rows] == [-3361, -3362, -3277]
    assert ledger.left_of(order.id, "EUR") == ()


# Rules page, 1.3: PLN 500.00 net, 115.00 tax, ECB 4.3690 -> EUR 114.44 / 26.32.
def test_oss_converts_with_the_rate_of_the_last_day() -> None:
    own = ReturnRate("PLN", Decimal("4.3690"), "ecb", date(2026, 12, 31))
    euro = ReturnRate("EUR", Decimal(1), "", date(2026, 12, 31))

    assert [converted(Money(minor, "PLN"), own, euro).minor for minor in (50000, 11500)] == [
        11444, 2632]


def test_oss_rows_by_state_dispatch_and_rate() -> None:
    with transaction() as session:
        session.add(FxRate(source="ecb", base="EUR", quote="PLN", value=Decimal("4.3690"),
                           as_of=date(2026, 12, 31)))
    sold(30000, 6900, currency="PLN", to="PL", percent="23")
    sold(20000, 4600, currency="PLN", to="PL", percent="23")
    sold(10000, 1900)
    sold(5000, 350, percent="7")
    sold(9000, 1710, ship_from="DE", to="AT", percent="20")
    sold(7000, 1610, treatment="DOMESTIC", to="PT", percent="23")  # not in OSS
    sold(4000, 760, day="2026-09-30")  # the quarter before
    found = returns.compute("OSS", Q4, seller())

    assert figures(found) == [
        ("", "AT", "DE", "2E+1", 9000, 1710),
        ("", "DE", "PT", "7", 5000, 350),
        ("", "DE", "PT", "19", 10000, 1900),
        ("", "PL", "PT", "23", 11444, 2632),
    ]
    assert found.due == date(2027, 1, 31)
    assert found.is_final
    assert found.tax.minor == 1710 + 350 + 1900 + 2632


def test_the_next_published_day_is_taken_else_it_is_preliminary() -> None:
    sold(10000, 2300, currency="PLN", to="PL", percent="23")
    before = returns.compute("OSS", Q4, seller())
    with transaction() as session:
        session.add(FxRate(source="ecb", base="EUR", quote="PLN", value=Decimal("4.0"),
                           as_of=date(2027, 1, 4)))
    after = returns.compute("OSS", Q4, seller())

    assert not before.is_final
    assert after.is_final
    assert figures(after) == [("", "PL", "PT", "23", 2500, 575)]


def test_a_refund_within_the_period_is_netted_and_a_later_one_corrects_it() -> None:
    order = sold(10000, 1900, day="2026-08-10", refunded=5950)
    refund(order, 5950, "2026-10-05")

    assert figures(returns.compute("OSS", periods.read("2026Q3"), seller())) == [
        ("", "DE", "PT", "19", 5000, 950)]
    assert figures(returns.compute("OSS", Q4, seller())) == [
        ("2026Q3", "DE", "PT", "19", -5000, -950)]


def test_ioss_is_monthly() -> None:
    sold(10000, 1900, treatment="IOSS", ship_from="SG")
    found = returns.compute("IOSS", periods.read("2026-11"), seller())

    assert figures(found) == [("", "DE", "SG", "19", 10000, 1900)]
    assert found.due == date(2026, 12, 31)


def test_the_home_return_has_exports_without_tax_and_no_oss() -> None:
    sold(10000, 2300, treatment="DOMESTIC", to="PT", percent="23")
    sold(5000, 1000, treatment="UK_LOW_VALUE_POS", to="GB", percent="20", currency="EUR")
    sold(8000, 0, treatment="IMPORT", to="JP")
    sold(4000, 760)

    assert [(row.consumed_in, row.treatment, row.net.minor, row.amount.minor)
            for row in returns.compute("PT", Q4, seller()).rows] == [
        ("GB", "EXPORT", 5000, 0), ("JP", "EXPORT", 8000, 0), ("PT", "DOMESTIC", 10000, 2300)]
    assert [(row.treatment, str(row.percent)) for row in returns.compute(
        "GB", Q4, seller()).rows] == [("UK_LOW_VALUE_POS", "2E+1")]


def test_a_state_return_counts_its_sales() -> None:
    sold(10000, 725, treatment="US_SALES_TAX", to="US-CA", name="Sales tax", percent="7.25",
         currency="USD")
    found = returns.compute("US-CA", Q4, seller())

    assert [(row.consumed_in, row.net.minor, row.amount.minor) for row in found.rows] == [
        ("US-CA", 10000, 725)]
    assert found.currency == "USD"


def test_the_shipped_tables_can_be_loaded_and_name_their_sources() -> None:
    report = load_tables(FOLDER, ["registration_thresholds", "return_rules"])

    assert report.errors == ()
    assert not report.has_changed
    rows = db.session.scalars(select(RegistrationThreshold)).all()
    assert {"EU", "AU", "NZ", "SG", "NO", "CH", "CA", "US-CA", "US-NY"} <= {
        row.jurisdiction for row in rows}
    assert all(row.source for row in rows)


def test_a_surplus_that_goes_back_corrects_no_sale() -> None:
    order = sold(10000, 1900)
    refund(order, 11900, "2026-11-12", reason="paid_twice")

    assert [part.tax.minor for part in ledger.left_of(order.id, "EUR")] == [1900]


@pytest.mark.parametrize(("name", "first", "last"), [
    ("2026Q4", date(2026, 10, 1), date(2026, 12, 31)), ("2028-02", date(2028, 2, 1),
                                                       date(2028, 2, 29)),
    ("2026", date(2026, 1, 1), date(2026, 12, 31)),
])
def test_periods(name: str, first: date, last: date) -> None:
    found = periods.read(name)

    assert (found.first, found.last, found.name) == (first, last, name)


# UK: one month and seven days after the quarter; PT: the 20th of the second month after.
@pytest.mark.parametrize(("scheme", "due"), [
    ("OSS", date(2026, 10, 31)), ("GB", date(2026, 11, 7)), ("PT", date(2026, 11, 20)),
    ("US-NY", date(2026, 10, 20)),
])
def test_due_dates(scheme: str, due: date) -> None:
    rule = returns.rule_of(scheme, date(2026, 9, 30))

    assert periods.read("2026Q3").due(rule.due_months, rule.due_day) == due


def test_what_is_due_is_listed_by_day() -> None:
    found = calendar.upcoming(date(2026, 10, 15))

    assert found[0].days >= 0
    assert [one.due for one in found] == sorted(one.due for one in found)
    assert ("OSS", "2026Q3", date(2026, 10, 31)) in {
        (one.scheme, one.period.name, one.due) for one in found}


@pytest.mark.parametrize(("net", "state"), [
    (799900, "ok"), (800000, "warn"), (999900, "warn"), (1000000, "due")])
def test_the_union_threshold_warns_from_eighty_percent(net: int, state: str) -> None:
    change_seller(registrations=["PT"])
    sold(net, net // 5)

    found = {one.jurisdiction: one for one in watch.standings(date(2026, 11, 20))}
    assert found["EU"].state == state
    assert found["EU"].turnover.minor == net


def test_who_is_registered_is_not_warned() -> None:
    sold(2000000, 400000)

    found = {one.jurisdiction: one for one in watch.standings(date(2026, 11, 20))}
    assert found["EU"].state == "registered"


def test_states_count_sales_or_amount() -> None:
    with transaction() as session:
        row = session.scalars(select(RegistrationThreshold).where(
            RegistrationThreshold.jurisdiction == "US-OH")).one()
        row.sales_count = 2
    sold(1000, 0, treatment="US_NO_NEXUS", to="US", region="OH", currency="USD")
    sold(1000, 0, treatment="US_NO_NEXUS", to="US", region="OH", currency="USD")

    found = {one.jurisdiction: one for one in watch.standings(date(2026, 11, 20))}
    assert (found["US-OH"].state, found["US-OH"].percent) == ("due", 100)


# Rules page, 1.2: year to date 9,880.00, then a sale of 150.00 net crosses and is taxed at the
# destination; with 9,800.00 it would not.
@pytest.mark.parametrize(("so_far", "treatment"), [
    (500000, "ORIGIN_BELOW_10K"), (999900, "OSS_UNION")])
def test_the_year_so_far_decides_the_treatment(so_far: int, treatment: str) -> None:
    change_seller(registrations=["PT"], oss_opted=False)
    sold(so_far, 0, treatment="ORIGIN_BELOW_10K", day=f"{datetime.now(UTC):%Y-%m-%d}")
    quoted = view(cart_of("de-de")).quote

    assert quoted is not None
    assert {part.treatment for part in quoted.consignments} == {treatment}
    year = datetime.now(UTC).year
    assert union_sales(markets.find("de").seller_id, year).minor == so_far
    assert with_union_sales(markets.find("de"), datetime.now(UTC)).sales_this_year == Money(
        so_far, "EUR")


def test_a_number_that_turns_out_valid_brings_the_tax_back(registers: Registers) -> None:
    cart = ready("de-de")
    with transaction():
        cart.address = {**cart.address, "tax_id": "DE136695976"}
    order = placing.place(cart)
    pay(order)
    assert order.tax_evidence["check"] == "unavailable"
    tax = order.quote["tax"]["minor"]
    assert [one.state for one in rechecking.recheck()] == ["unknown"]
    with pytest.raises(Conflict):
        rechecking.credit(order.number, "staff")

    providers().tax_ids = {"vies": Vies(registers.url)}
    found = rechecking.recheck()

    assert [(one.state, one.credit.minor) for one in found] == [("valid", tax)]
    assert db.session.get_one(Order, order.id).attention == "tax_id_confirmed"
    first = rechecking.credit(order.number, "staff")
    again = rechecking.credit(order.number, "staff")
    assert first.id == again.id
    assert first.amount_minor == tax
    with transaction():
        first.state, first.done_at = "done", datetime.now(UTC)
        db.session.add(first)
    ledger.bring_up_to_date()
    left = ledger.left_of(order.id, "EUR")
    assert [(part.treatment, part.tax.minor, part.net.minor) for part in left] == [
        ("INTRA_COMMUNITY_SUPPLY", 0, order.total_minor - tax)]
    period = periods.of_day(datetime.now(UTC).date(), "month")
    esl = returns.compute("ESL", period, seller())
    assert [(row.buyer, row.net.minor) for row in esl.rows] == [
        ("DE136695976", order.total_minor - tax)]


def test_the_commands(tmp_path: Path, shop: Flask) -> None:
    sold(10000, 1900)
    run = shop.test_cli_runner()
    file = tmp_path / "oss.csv"
    made = run.invoke(args=["tax", "return", "--scheme", "OSS", "--period", "2026Q4", "--csv",
                            str(file)])

    assert made.exit_code == 0, made.output
    with file.open(encoding="utf-8") as rows:
        row = next(csv.DictReader(rows))
    assert (row["consumed_in"], row["percent"], row["net"], row["tax_amount"]) == (
        "DE", "19", "100.00", "19.00")
    assert run.invoke(args=["tax", "return", "--scheme", "OSS", "--period", "soon"]).exit_code == 1
    assert "OSS" in run.invoke(args=["tax", "due"]).output
    assert run.invoke(args=["tax", "watch", "--all"]).exit_code == 0
    assert "checksum" in run.invoke(args=["tax", "check-id", "DE136695976"]).output
    assert run.invoke(args=["tax", "check-id", "DE136695977"]).exit_code == 1
    assert "origin" in run.invoke(args=["tax", "business", "de", "--unproven", "origin"]).output


def change_seller(**values: object) -> None:
    with transaction() as session:
        for one in session.scalars(select(Seller)):
            for name, value in values.items():
                setattr(one, name, value)
        log.emit("market")

"""Dates promised: cut-off, weekends, holidays and customs on both ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.delivery import add_working_days, is_working_day, plan, promise
from app.rules.rate_book import CalendarRow
from app.rules.shipping_rows import WarehouseRow

HOLIDAYS = frozenset({date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)})
PORTUGAL = CalendarRow("PT", holidays=HOLIDAYS)
KUWAIT = CalendarRow("KW", weekend=frozenset({4, 5}), customs_days=1)
LISBON = WarehouseRow("LIS", "PT", "Europe/Lisbon", time(15))
SHUWAIKH = WarehouseRow("SHU", "KW", "Asia/Kuwait", time(14))


@pytest.mark.parametrize(
    ("ordered_at", "dispatch", "earliest", "latest"),
    [
        ("2026-11-23T12:59:00+00:00", "2026-11-23", "2026-11-25", "2026-11-26"),
        ("2026-11-23T13:00:00+00:00", "2026-11-24", "2026-11-26", "2026-11-27"),
        ("2026-11-23T13:01:00+00:00", "2026-11-24", "2026-11-26", "2026-11-27"),
        ("2026-11-27T13:01:00+00:00", "2026-11-30", "2026-12-02", "2026-12-03"),
        ("2026-11-28T09:00:00+00:00", "2026-11-30", "2026-12-02", "2026-12-03"),
        ("2026-12-24T09:00:00+00:00", "2026-12-24", "2026-12-29", "2026-12-30"),
        ("2026-12-24T23:30:00+00:00", "2026-12-28", "2026-12-30", "2026-12-31"),
        ("2026-12-31T12:00:00+00:00", "2026-12-31", "2027-01-05", "2027-01-06"),
    ],
)
def test_an_hour_east_with_a_cut_off_at_two(
    ordered_at: str, dispatch: str, earliest: str, latest: str
) -> None:
    local = datetime.fromisoformat(ordered_at).astimezone(timezone(timedelta(minutes=60)))
    made = plan(local, time(14), 0, (2, 3), PORTUGAL, PORTUGAL)
    assert (made.dispatch, made.earliest, made.latest) == (
        date.fromisoformat(dispatch), date.fromisoformat(earliest), date.fromisoformat(latest)
    )


def test_a_kuwaiti_weekend_is_friday_and_saturday() -> None:
    now = datetime(2026, 12, 10, 13, tzinfo=UTC)  # Thursday 16:00 in Kuwait
    made = promise(now, SHUWAIKH, 0, 2, 3, KUWAIT, KUWAIT)
    assert made.dispatch == date(2026, 12, 13)
    assert (made.earliest, made.latest) == (date(2026, 12, 15), date(2026, 12, 16))
    assert made.order_by == datetime(2026, 12, 13, 11, tzinfo=UTC)


def test_handling_counts_at_the_origin_and_customs_at_the_destination() -> None:
    now = datetime(2026, 11, 24, 10, tzinfo=UTC)  # Tuesday
    made = promise(now, LISBON, 1, 1, 2, PORTUGAL, KUWAIT, KUWAIT.customs_days)
    assert made.dispatch == date(2026, 11, 25)
    assert (made.earliest, made.latest) == (date(2026, 11, 29), date(2026, 11, 30))
    assert made.order_by == datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "order_by"),
    [
        (datetime(2026, 3, 27, 16, tzinfo=UTC), datetime(2026, 3, 30, 14, tzinfo=UTC)),
        (datetime(2026, 10, 23, 15, tzinfo=UTC), datetime(2026, 10, 26, 15, tzinfo=UTC)),
    ],
)
def test_the_cut_off_follows_summer_time(now: datetime, order_by: datetime) -> None:
    assert promise(now, LISBON, 0, 1, 2, PORTUGAL, PORTUGAL).order_by == order_by


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        promise(datetime(2026, 11, 24), LISBON, 0, 1, 2, PORTUGAL, PORTUGAL)


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="no working days"):
        add_working_days(date(2026, 11, 24), 1, CalendarRow("XX", weekend=frozenset(range(7))))


calendars = st.builds(
    CalendarRow,
    st.just("XX"),
    st.frozensets(st.integers(0, 6), max_size=4),
    st.frozensets(st.dates(date(2026, 11, 1), date(2027, 1, 31)), max_size=8),
)
moments = st.datetimes(
    datetime(2026, 11, 1), datetime(2026, 12, 31), timezones=st.just(UTC)
)


@given(moments, st.integers(0, 5), st.integers(0, 9), st.integers(0, 9), st.integers(0, 4),
       calendars, calendars)
def test_never_in_the_past_and_always_in_order(
    now: datetime, handling: int, low: int, high: int, customs: int,
    origin: CalendarRow, destination: CalendarRow,
) -> None:
    made = promise(now, LISBON, handling, low, high, origin, destination, customs)
    assert now.date() <= made.dispatch <= made.earliest <= made.latest
    assert now < made.order_by
    assert is_working_day(made.dispatch, origin)
    assert is_working_day(made.earliest, destination)
    # until order_by the promise stands; from then on it leaves later
    before = made.order_by - timedelta(seconds=1)
    assert promise(before, LISBON, handling, low, high, origin, destination, customs) == made
    after = promise(made.order_by, LISBON, handling, low, high, origin, destination, customs)
    assert after.dispatch > made.dispatch

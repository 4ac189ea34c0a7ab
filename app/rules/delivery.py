"""When a parcel leaves and arrives: a promise as a range of days, never one in the past.

Before the cut-off on a working day of the warehouse it is taken the same day, otherwise the next
working day; handling counts working days of the origin, transit and customs those of the
destination. Weekends and holidays are rows of the calendar, not Saturday and Sunday by nature.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.rules.rate_book import CalendarRow
from app.rules.shipping_rows import WarehouseRow

_DAY = timedelta(days=1)
_LONGEST_REST = 60  # days; a calendar without working days is a mistake in the data


@dataclass(frozen=True, slots=True)
class Promise:
    """dispatch <= earliest <= latest; ordering before order_by (UTC) keeps this dispatch day."""

    dispatch: date
    earliest: date
    latest: date
    order_by: datetime


def promise(  # noqa: PLR0913 - warehouse, service and both calendars
    now: datetime,
    warehouse: WarehouseRow,
    handling_days: int,
    days_min: int,
    days_max: int,
    origin: CalendarRow,
    destination: CalendarRow,
    customs_days: int = 0,
) -> Promise:
    """What may be promised for an order at `now` (aware), by the warehouse's own clock.

    customs_days  working days of the destination, 0 where no customs border is crossed
    raises        ValueError  for a naive `now`
    """
    if now.tzinfo is None:
        raise ValueError("a promise needs an aware moment")
    local = now.astimezone(ZoneInfo(warehouse.time_zone))
    return plan(
        local, warehouse.cut_off, handling_days, (days_min, days_max), origin, destination,
        customs_days,
    )


def plan(  # noqa: PLR0913 - warehouse, service and both calendars
    local: datetime,
    cut_off: time,
    handling_days: int,
    transit_days: tuple[int, int],
    origin: CalendarRow,
    destination: CalendarRow,
    customs_days: int = 0,
) -> Promise:
    """The promise for an order at this local (aware) time of the warehouse.

    Before the cut-off means before: an order at 14:00:00 misses a cut-off of 14:00.
    """
    day = local.date()
    if local.time() >= cut_off:
        day += _DAY
    taken = add_working_days(day, 0, origin)
    dispatch = add_working_days(taken, handling_days, origin)
    low, high = min(transit_days), max(transit_days)
    return Promise(
        dispatch,
        add_working_days(dispatch, low + customs_days, destination),
        add_working_days(dispatch, high + customs_days, destination),
        datetime.combine(taken, cut_off, local.tzinfo).astimezone(UTC),
    )


def is_working_day(day: date, calendar: CalendarRow) -> bool:
    """True when neither weekend nor holiday."""
    return day.weekday() not in calendar.weekend and day not in calendar.holidays


def add_working_days(day: date, count: int, calendar: CalendarRow) -> date:
    """The count-th working day after `day`; for 0 the day itself or the next working day.

    raises  ValueError  when the calendar has no working day within two months
    """
    if count <= 0:
        return _next_working(day, calendar)
    for _ in range(count):
        day = _next_working(day + _DAY, calendar)
    return day


def _next_working(day: date, calendar: CalendarRow) -> date:
    for _ in range(_LONGEST_REST):
        if is_working_day(day, calendar):
            return day
        day += _DAY
    raise ValueError(f"the calendar of {calendar.country!r} has no working days")

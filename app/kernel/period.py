"""Tax periods: a month, a quarter or a year, by the name people write ("2026-11", "2026Q4")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {"month": 1, "quarter": 3, "year": 12}
_NAME = re.compile(r"(?P<year>\d{4})(?:Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """`kind`: month, quarter or year; `first` its first day."""

    first: date
    kind: str

    @property
    def last(self) -> date:
        """Its last day."""
        return month_after(self.first, MONTHS[self.kind]) - timedelta(days=1)

    @property
    def name(self) -> str:
        """2026-11, 2026Q4 or 2026."""
        if self.kind == "month":
            return f"{self.first:%Y-%m}"
        if self.kind == "quarter":
            return f"{self.first.year}Q{(self.first.month + 2) // 3}"
        return str(self.first.year)

    def next(self) -> Period:
        """The period after this one."""
        return Period(month_after(self.first, MONTHS[self.kind]), self.kind)

    def due(self, months: int, day: int) -> date:
        """The day a return is due: of the `months`th month after the last; day 0 is its end."""
        start = month_after(self.last.replace(day=1), months)
        end = month_after(start, 1) - timedelta(days=1)
        return end if day == 0 else min(start + timedelta(days=day - 1), end)


def read(name: str) -> Period:
    """The period of a name. Raises ValueError for what is none."""
    found = _NAME.fullmatch(name.strip().upper())
    if found is None:
        raise ValueError(f"{name} is no period like 2026-11, 2026Q4 or 2026")
    year = int(found["year"])
    if found["quarter"]:
        return Period(date(year, 3 * int(found["quarter"]) - 2, 1), "quarter")
    if found["month"]:
        return Period(date(year, int(found["month"]), 1), "month")
    return Period(date(year, 1, 1), "year")


def of_day(day: date, kind: str) -> Period:
    """The period of this kind a day lies in."""
    months = MONTHS[kind]
    return Period(date(day.year, (day.month - 1) // months * months + 1, 1), kind)


def month_after(first: date, months: int) -> date:
    """The first of a month so many months later."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)

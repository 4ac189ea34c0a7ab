"""The promise of the home page: true, dated, and gone when it is no longer."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask

from app.services import markets
from app.services.rates.book import rate_book
from app.services.rates.holiday import Calendars
from app.services.shipping import outages
from app.services.shipping.promising import promised

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_to_germany_in_working_days_until_the_cut_off(shop: Flask) -> None:
    found = promised(markets.find("de"), "EUR", TUESDAY)
    assert found is not None
    assert (found.country, found.is_import, found.is_prepaid) == ("DE", False, True)
    assert TUESDAY.date() < found.earliest <= found.latest
    assert found.until == datetime(2026, 11, 24, 15, tzinfo=UTC)  # 15:00 in Lisbon
    later = promised(markets.find("de"), "EUR", datetime(2026, 11, 24, 15, tzinfo=UTC))
    assert later is not None
    assert later.earliest > found.earliest
    assert found.free_from is not None
    assert found.free_from.minor == 6000


def test_customs_and_the_weekend_of_kuwait(shop: Flask) -> None:
    found = promised(markets.find("kw"), "KWD", TUESDAY)
    assert found is not None
    assert found.is_import
    assert {found.earliest.weekday(), found.latest.weekday()} & {4, 5} == set()


def test_nothing_is_promised_where_nothing_is_offered(shop: Flask) -> None:
    for carrier in {row.carrier for row in rate_book().services.values()}:
        outages.mark_down(carrier)
    assert promised(markets.find("de"), "EUR", TUESDAY) is None


def test_holidays_by_region_and_weekends_of_other_countries(shop: Flask) -> None:
    book = rate_book(TUESDAY.date())
    epiphany, friday = date(2027, 1, 6), 4
    assert epiphany in book.calendar("DE", "BY").holidays
    assert epiphany not in book.calendar("DE", "BE").holidays
    assert epiphany not in book.calendar("DE").holidays
    assert book.calendar("DE", "??").holidays == book.calendar("DE").holidays
    assert friday in book.calendar("SA").weekend
    assert friday in Calendars({}, 2026)["BD"].weekend  # no row of ours: as the package knows it
    assert book.calendar("AE").weekend == {5, 6}
    assert book.calendar("QX").weekend == {5, 6}

"""The RateBook of a day, read once per change of rates and shared by the whole process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import Any

from babel.numbers import get_territory_currencies
from sqlalchemy import select

from app.extensions import db, versions
from app.kernel import clock
from app.models.rates import (
    Calendar,
    CurrencyPolicy,
    DutyRate,
    FeeRule,
    ImportRule,
    OriginGroup,
    ParcelRegime,
    TaxRate,
    Territory,
    VatexCode,
)
from app.models.restriction import Restriction
from app.rules.rate_book import RateBook
from app.services.fx.stored import euro_rates
from app.services.rates import restriction_table, rows, words
from app.services.rates.holiday import Calendars
from app.services.shipping import rows as shipping

DAYS_KEPT = 16

_cache: dict[tuple[int, int, date], RateBook] = {}
_lock = Lock()


def rate_book(on: date | None = None) -> RateBook:
    """Every dated row, with the exchange rates that hold on a day (UTC; default today).

    Read from the database once per day asked for and change of "rates"; a reader that finds the
    book of its day pays for two dictionary look-ups. Holidays cover the year of `on` and two more.
    """
    on = on or clock.now().date()
    engine, version = id(db.engine), versions().of("rates")
    key = (engine, version, on)
    found = _cache.get(key)
    if found is None:
        # Two threads may both read: harmless, and better than one waiting for the other's query.
        found = _on_day(_any_of(engine, version, on.year), on, version)
        with _lock:
            _forget_others(engine, version)
            _cache[key] = found
    return found


def forget() -> None:
    """Drop the books of this process (tests, and a database that was replaced beneath us)."""
    with _lock:
        _cache.clear()


def _any_of(engine: int, version: int, year: int) -> RateBook | None:
    """A book of the same state and year: all but the exchange rates can be taken from it."""
    for (its_engine, its_version, day), book in list(_cache.items()):
        if (its_engine, its_version, day.year) == (engine, version, year):
            return book
    return None


def _forget_others(engine: int, version: int) -> None:
    for key in [key for key in _cache if key[:2] != (engine, version)]:
        del _cache[key]
    while len(_cache) >= DAYS_KEPT:
        del _cache[next(iter(_cache))]


def _on_day(same: RateBook | None, on: date, version: int) -> RateBook:
    book = same or _read(on.year)
    carried = replace(book.shipping, shipped_kg=shipping.shipped_kg(on))
    return replace(book, version=version, fx=euro_rates(on), shipping=carried)


def _read(year: int) -> RateBook:
    return RateBook(
        tax_rates=rows.grouped(map(rows.tax_rate, _all(TaxRate)), lambda row: row.jurisdiction),
        territories=rows.grouped(map(rows.territory, _all(Territory)), lambda row: row.country),
        imports=rows.grouped(
            (rows.import_rule(row, currency_of(row.country)) for row in _all(ImportRule)),
            lambda row: row.country,
        ),
        duties=rows.grouped(
            (rows.duty_rate(row, currency_of(row.destination)) for row in _all(DutyRate)),
            lambda row: row.destination,
        ),
        origin_groups=rows.origin_groups(_all(OriginGroup)),
        fees=rows.grouped(map(rows.fee_rule, _all(FeeRule)), lambda row: row.destination),
        regimes=rows.grouped(
            map(rows.parcel_regime, _all(ParcelRegime)), lambda row: row.destination),
        vatex={row.treatment: rows.vatex(row) for row in _all(VatexCode)},
        currencies={row.currency: rows.currency_policy(row) for row in _all(CurrencyPolicy)},
        calendars=Calendars(
            {row.country: rows.calendar(row, year) for row in _all(Calendar)}, year),
        services=shipping.services(), free_shipping=shipping.free_shipping(),
        warehouses=shipping.warehouses(), shipping=shipping.shipping_book(),
        restrictions=rows.grouped(map(restriction_table.row, _all(Restriction)),
                                  lambda row: row.destination),
        categories=words.categories(), postcode_regions=words.postcode_regions(),
    )


def _all(model: Any) -> Sequence[Any]:
    """Every row of a table, in the order of its key so that ties are always the same."""
    return db.session.scalars(select(model).order_by(*model.__table__.primary_key)).all()


def currency_of(area: str) -> str:
    """The legal tender of a country or union: amounts per unit in a tariff are in it."""
    if area == "EU":
        return "EUR"
    return next(iter(get_territory_currencies(area)), "")

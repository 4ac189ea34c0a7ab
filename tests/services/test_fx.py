"""Exchange rates: where they come from, which one holds, and which are not believed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import requests
import responses
from sqlalchemy import func, select

from app.extensions import db
from app.kernel.errors import ProviderUnavailable
from app.kernel.fx import Rate
from app.models.outbox import OutboxEvent
from app.models.rates import FxRate
from app.services.fx import flow
from app.services.fx.ecb import EcbHistory
from app.services.fx.fixed import FixedRates
from app.services.fx.live import LiveRates
from app.services.fx.stored import choose
from app.services.rates.load import FOLDER
from tests.services import price_shop

URL = "https://rates.example/daily.xml"
DAILY = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube><Cube time='2026-11-20'>
 <Cube currency='USD' rate='1.1100'/><Cube currency='JPY' rate='161.5'/>
 <Cube currency='XYZ' rate='2'/></Cube></Cube></gesmes:Envelope>"""
DAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def rates_shop(tmp_path: Path) -> Iterator[price_shop.Doubles]:
    with price_shop.open_shop(tmp_path) as doubles:
        yield doubles


class Told:
    """A source that says what it was given."""

    def __init__(self, code: str, **values: str) -> None:
        self.code, self.values, self.day = code, values, DAY

    def latest(self) -> tuple[Rate, ...]:
        return tuple(
            Rate("EUR", quote, Decimal(value), self.code, self.day)
            for quote, value in self.values.items()
        )


class Silent:
    """A source that does not answer."""

    code = "live"

    def latest(self) -> tuple[Rate, ...]:
        raise ProviderUnavailable(provider="live", reason="ConnectTimeout")


def stored() -> int:
    return db.session.scalar(select(func.count(FxRate.id))) or 0


def test_the_history_that_comes_along_has_todays_currencies_exactly() -> None:
    rates = {rate.quote: rate for rate in EcbHistory().latest()}

    assert len(rates) > 25
    assert "EEK" not in rates
    assert "BGN" not in rates
    assert isinstance(rates["USD"].value, Decimal)
    assert rates["USD"].as_of >= date(2026, 10, 30)


def test_the_history_gives_every_published_day() -> None:
    rates = EcbHistory().since(date(2026, 10, 26))

    assert [r.as_of for r in rates] == sorted(r.as_of for r in rates)
    assert {r.as_of for r in rates if r.as_of <= date(2026, 10, 30)} == {
        date(2026, 10, day) for day in range(26, 31)
    }


def test_fixed_rates_are_read_from_the_file() -> None:
    rates = {rate.quote: rate for rate in FixedRates(FOLDER / "fx_fixed.csv").latest()}

    assert (rates["AED"].base, rates["AED"].value) == ("USD", Decimal("3.6725"))


def test_a_file_that_is_not_there_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailable):
        FixedRates(tmp_path / "none.csv").latest()


@responses.activate
def test_the_daily_file_is_read_and_unknown_currencies_are_left_out() -> None:
    responses.get(URL, body=DAILY)

    rates = LiveRates(URL).latest()

    assert rates == (
        Rate("EUR", "USD", Decimal("1.1100"), "live", DAY),
        Rate("EUR", "JPY", Decimal("161.5"), "live", DAY),
    )


@pytest.mark.parametrize(
    "body",
    [
        DAILY.replace("<gesmes:Envelope", '<!DOCTYPE x [<!ENTITY a "b">]><gesmes:Envelope', 1),
        DAILY.replace("1.1100", "NaN"), DAILY.replace("1.1100", "-1"), DAILY[:200], "", "{}",
        DAILY.replace("2026-11-20", "yesterday"), "<Cube/>",
    ],
)
@responses.activate
def test_a_strange_answer_is_no_answer(body: str) -> None:
    responses.get(URL, body=body)

    with pytest.raises(ProviderUnavailable):
        LiveRates(URL).latest()


@pytest.mark.parametrize("failure", [requests.ConnectTimeout(), requests.ConnectionError()])
@responses.activate
def test_no_answer_is_said_so(failure: Exception) -> None:
    responses.get(URL, body=failure)

    with pytest.raises(ProviderUnavailable) as caught:
        LiveRates(URL).latest()
    assert caught.value.params["reason"] == type(failure).__name__


@responses.activate
def test_an_error_of_theirs_is_no_rate() -> None:
    responses.get(URL, status=500, body=DAILY)

    with pytest.raises(ProviderUnavailable):
        LiveRates(URL).latest()


def test_an_update_adds_rows_once_and_says_so_once() -> None:
    first = flow.update([Told("live", USD="1.1", JPY="160")])
    second = flow.update([Told("live", USD="1.1", JPY="160")])

    assert (first.added, second.added) == ({"live": 2}, {})
    assert stored() == 2
    assert db.session.scalar(select(func.count(OutboxEvent.id))) == 1


def test_a_stored_rate_is_never_changed() -> None:
    flow.update([Told("live", USD="1.1")])

    report = flow.update([Told("live", USD="1.2")])

    assert [rate.value for rate in report.differing] == [Decimal("1.2")]
    assert flow.rate("EUR", "USD", DAY).value == Decimal("1.1")  # type: ignore[union-attr]


def test_one_source_that_fails_does_not_stop_the_others() -> None:
    report = flow.update([Silent(), Told("ecb", USD="1.1")])

    assert report.failed == {"live": "ConnectTimeout"}
    assert report.added == {"ecb": 1}


def test_a_rate_that_jumps_is_not_believed_unless_somebody_says_so() -> None:
    flow.update([Told("ecb", USD="1.10", JPY="160")])
    wild = Told("live", USD="1.40", JPY="165")

    report = flow.update([wild])

    assert [(d.rate.quote, d.before.value) for d in report.dropped] == [("USD", Decimal("1.10"))]
    assert report.added == {"live": 1}
    assert flow.update([wild], accept={"USD"}).added == {"live": 1}


def test_the_shops_own_sources_are_asked(rates_shop: price_shop.Doubles) -> None:
    rates_shop.rates = {
        "ecb": EcbHistory(), "fixed": FixedRates(FOLDER / "fx_fixed.csv"),
    }

    report = flow.update()

    assert report.added["ecb"] > 1000
    assert report.added["fixed"] >= 6
    aed = flow.rate("EUR", "AED", date(2026, 11, 21))
    usd = flow.rate("EUR", "USD", date(2026, 11, 21))
    assert aed is not None
    assert usd is not None
    assert aed.value == usd.value * Decimal("3.6725")
    assert aed.source == "ecb + fixed"
    assert flow.update().added == {}


def test_the_weekend_has_fridays_rate_and_its_age() -> None:
    price_shop.put_rates(DAY, USD="1.1")

    sunday = date(2026, 11, 22)
    assert flow.rate("EUR", "USD", sunday).as_of == DAY  # type: ignore[union-attr]
    assert flow.age_days("EUR", "USD", sunday) == 2
    assert flow.age_days("EUR", "USD", date(2026, 11, 19)) is None
    assert flow.age_days("USD", "USD", sunday) == 0


def test_cross_rates_go_through_the_euro_without_rounding() -> None:
    price_shop.put_rates(DAY, USD="1.1", GBP="0.84")

    assert flow.rate("GBP", "USD", DAY).value == 1 / Decimal("0.84") * Decimal("1.1")  # type: ignore[union-attr]


def rate(source: str, quote: str, value: str, day: int, base: str = "EUR") -> Rate:
    return Rate(base, quote, Decimal(value), source, date(2026, 11, day))


@pytest.mark.parametrize(
    ("rates", "source"),
    [
        ([rate("live", "KRW", "1", 20), rate("ecb", "KRW", "2", 20)], "live"),
        ([rate("live", "KRW", "1", 18), rate("ecb", "KRW", "2", 20)], "ecb"),
        ([rate("ecb", "KRW", "1", 1), rate("fixed", "KRW", "2", 20)], "ecb"),
        ([rate("ecb", "USD", "1", 1), rate("fixed", "KRW", "2", 20, "USD")], "ecb + fixed"),
        ([rate("fixed", "KRW", "2", 20)], "fixed"),
    ],
)
def test_the_newest_market_rate_goes_first_and_a_typed_one_last(
    rates: list[Rate], source: str
) -> None:
    assert choose(rates)["KRW"].source == source


def test_a_peg_holds_on_days_before_it_was_typed_in() -> None:
    price_shop.put_rates(date(2026, 11, 1), USD="1.1")
    price_shop.put_rates(date(2026, 11, 21), "fixed", AED="4.04")

    assert flow.rate("EUR", "AED", date(2026, 11, 2)).value == Decimal("4.04")  # type: ignore[union-attr]

"""Prices: set, planned, converted, renewed, looked up, listed. Nothing that has held changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Invalid, NotFound
from app.kernel.money import Money
from app.models.outbox import OutboxEvent
from app.models.price import ListingPrice, Price, PriceList
from app.models.rates import CurrencyPolicy, FxRate
from app.services import markets
from app.services.outbox.log import emit
from app.services.prices import listing, lookup
from app.services.prices.explain import explain
from app.services.prices.renewal import refresh_due, renew_converted
from app.services.prices.setting import PriceChange, set_price, set_prices, withdraw_price
from tests.services import price_shop

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Time:
    """The shop's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **spans: float) -> datetime:
        self.now += timedelta(**spans)
        return self.now


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    moved = Time()
    monkeypatch.setattr(clock, "now", moved)
    return moved


@pytest.fixture(autouse=True)
def prices_shop(tmp_path: Path, time: Time) -> Iterator[None]:
    with price_shop.open_shop(tmp_path):
        price_shop.furnish()
        yield


@pytest.fixture
def lamp() -> int:
    return price_shop.put_product("lamp")[0]


def put(
    variant_id: int, amount: int, code: str = "base", currency: str = "EUR", **more: Any
) -> bool:
    return set_price(variant_id, code, currency, amount, author="Mia", **more)


def costs(variant_id: int, market: str = "de", currency: str = "EUR") -> int | None:
    row = lookup.current([variant_id], markets.find(market).price_list, currency).get(variant_id)
    return row.amount.minor if row else None


def rows(variant_id: int, code: str = "base", currency: str = "EUR") -> list[tuple[Any, ...]]:
    found = db.session.execute(
        select(Price.amount_minor, Price.valid_from, Price.valid_until)
        .join(PriceList).where(
            Price.variant_id == variant_id, PriceList.code == code, Price.currency == currency
        ).order_by(Price.valid_from)
    )
    return [tuple(row) for row in found]


def test_a_price_is_closed_and_followed_never_overwritten(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    later = time.pass_(days=1)
    put(lamp, 9900)

    assert rows(lamp) == [(8900, START, later), (9900, later, None)]
    assert costs(lamp) == 9900


def test_the_same_price_again_is_nothing(lamp: int, time: Time) -> None:
    assert put(lamp, 8900, compare_at_minor=9900) is True
    time.pass_(days=1)

    assert put(lamp, 8900, compare_at_minor=9900) is False
    assert len(rows(lamp)) == 1
    assert put(lamp, 8900) is True


def test_two_prices_at_one_moment_leave_the_second(lamp: int) -> None:
    put(lamp, 8900)
    put(lamp, 9900)

    assert rows(lamp) == [(9900, START, None)]


def test_a_planned_price_begins_by_itself(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    put(lamp, 7900, valid_from=START + 3 * DAY)

    assert costs(lamp) == 8900
    time.pass_(days=3)
    assert costs(lamp) == 7900


def test_a_price_for_a_time_gives_way_to_the_one_before(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    time.pass_(days=1)
    put(lamp, 6900, compare_at_minor=8900, valid_until=START + 3 * DAY)

    assert rows(lamp) == [
        (8900, START, START + DAY), (6900, START + DAY, START + 3 * DAY),
        (8900, START + 3 * DAY, None),
    ]
    time.pass_(days=2)
    assert costs(lamp) == 8900


def test_a_new_price_stays_after_a_planned_sale(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    put(lamp, 6900, valid_from=START + 2 * DAY, valid_until=START + 4 * DAY)
    now = time.pass_(days=1)
    put(lamp, 9900)

    assert rows(lamp) == [
        (8900, START, now), (9900, now, START + 2 * DAY),
        (6900, START + 2 * DAY, START + 4 * DAY), (9900, START + 4 * DAY, None),
    ]


def test_a_new_price_during_a_sale_ends_it(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    now = time.pass_(days=1)
    put(lamp, 6900, valid_until=START + 3 * DAY)
    later = time.pass_(hours=1)
    put(lamp, 9900)

    assert rows(lamp) == [(8900, START, now), (6900, now, later), (9900, later, None)]


def test_a_sale_over_a_plan_takes_the_plan_up_afterwards(lamp: int) -> None:
    put(lamp, 8900)
    put(lamp, 9900, valid_from=START + 2 * DAY)
    put(lamp, 6900, valid_from=START + DAY, valid_until=START + 3 * DAY)

    assert [row[0] for row in rows(lamp)] == [8900, 6900, 9900]
    assert rows(lamp)[2][1:] == (START + 3 * DAY, None)


def test_a_first_price_may_lie_in_the_past_but_the_log_is_not_rewritten(lamp: int) -> None:
    put(lamp, 9900, valid_from=START - 60 * DAY, valid_until=START - 20 * DAY)
    put(lamp, 8900, valid_from=START - 20 * DAY)

    assert costs(lamp) == 8900
    with pytest.raises(Invalid) as caught:
        put(lamp, 1, valid_from=START - 10 * DAY)
    assert caught.value.fields == {"valid_from": "in_the_past"}


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("amount", {"amount": -1}), ("compare_at", {"compare_at_minor": 8900}),
        ("currency", {"currency": "XXX"}), ("valid_until", {"valid_until": START}),
    ],
)
def test_what_makes_no_sense_is_refused(lamp: int, field: str, change: dict[str, Any]) -> None:
    amount = change.pop("amount", 8900)

    with pytest.raises(Invalid) as caught:
        put(lamp, amount, **change)
    assert list(caught.value.fields) == [field]
    assert rows(lamp) == []


def test_an_unknown_list_or_variant_is_refused(lamp: int) -> None:
    with pytest.raises(NotFound):
        put(lamp, 8900, "vip")
    with pytest.raises(NotFound):
        put(999, 8900)


def test_every_currency_of_the_shop_gets_a_converted_price(lamp: int) -> None:
    put(lamp, 8900, compare_at_minor=9990)

    row = lookup.current([lamp], markets.find("de").price_list, "USD")[lamp]
    assert (row.amount, row.compare_at) == (Money(9799, "USD"), Money(10999, "USD"))
    assert (row.origin, row.derivation["rate"], row.derivation["base_minor"]) == (
        "converted", "1.10", 8900
    )
    assert costs(lamp, currency="JPY") == 14240
    assert costs(lamp, "gb", "GBP") == 7495


def test_a_net_list_takes_the_tax_out_first(lamp: int) -> None:
    put(lamp, 8900)

    row = lookup.current([lamp], markets.find("us").price_list, "USD")[lamp]
    assert row.derivation["base_minor"] == 7236
    assert row.derivation["gross_minor"] == 8900
    assert row.amount == Money(7999, "USD")
    assert row.list_code == "us"
    assert costs(lamp, "us", "EUR") == 7190


def test_a_gross_price_never_stands_in_for_a_net_one(lamp: int) -> None:
    put(lamp, 8900)
    with transaction() as session:
        us = session.scalar(select(PriceList.id).where(PriceList.code == "us"))
        session.execute(delete(Price).where(Price.price_list_id == us))

    assert costs(lamp, "us", "USD") is None
    assert costs(lamp, "gb", "EUR") == 8900


def test_a_set_price_goes_before_a_converted_one_and_back(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    time.pass_(hours=1)
    put(lamp, 9500, currency="USD")
    assert costs(lamp, currency="USD") == 9500
    put(lamp, 6900, "gb", "GBP")
    assert costs(lamp, "gb", "GBP") == 6900

    time.pass_(hours=1)
    assert withdraw_price(lamp, "base", "USD") is True
    assert withdraw_price(lamp, "gb", "GBP") is True
    assert withdraw_price(lamp, "gb", "GBP") is False
    assert costs(lamp, currency="USD") == 9799
    assert costs(lamp, "gb", "GBP") == 7495


def test_a_small_move_of_the_rate_moves_no_price(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    time.pass_(days=1)
    price_shop.put_rates(time.now.date(), USD="1.105", JPY="170")

    report = renew_converted()

    assert report.kept >= 1
    assert costs(lamp, currency="USD") == 9799
    assert costs(lamp, currency="JPY") == 15130
    assert rows(lamp, currency="JPY") == [(14240, START, time.now), (15130, time.now, None)]
    assert renew_converted().replaced == 0


def test_a_new_base_price_moves_every_converted_one(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    time.pass_(days=1)
    put(lamp, 8990)

    assert costs(lamp, currency="USD") == 9899
    assert costs(lamp, "us", "USD") == 7999
    assert len(rows(lamp, "us", "USD")) == 2


def test_a_new_policy_moves_the_prices(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    time.pass_(days=1)
    with transaction() as session:
        policy = session.get(CurrencyPolicy, "USD")
        assert policy is not None
        policy.ending_minor = 50
        emit("rates")
    renew_converted()

    assert costs(lamp, currency="USD") == 9750


def test_without_a_rate_the_last_price_stays_and_it_is_said(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    with transaction() as session:
        session.execute(delete(FxRate).where(FxRate.quote == "JPY"))
        emit("rates")
    time.pass_(days=1)

    assert renew_converted().without_rate == {"JPY"}
    assert costs(lamp, currency="JPY") == 14240


def test_without_a_base_price_there_is_no_converted_one(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    time.pass_(days=1)
    withdraw_price(lamp, "base", "EUR")

    assert costs(lamp, currency="USD") is None
    assert db.session.scalars(select(ListingPrice)).all() == []


def test_a_converted_price_gives_way_to_a_plan(lamp: int, time: Time) -> None:
    put(lamp, 5000, currency="USD", valid_from=START + 2 * DAY)
    put(lamp, 8900)

    assert costs(lamp, currency="USD") == 9799
    time.pass_(days=1)
    put(lamp, 9900)
    assert rows(lamp, currency="USD")[-2:] == [
        (10899, time.now, START + 2 * DAY), (5000, START + 2 * DAY, None)
    ]


def listed(product_id: int, code: str = "base", currency: str = "EUR") -> tuple[Any, ...] | None:
    row = db.session.execute(
        select(
            ListingPrice.low_minor, ListingPrice.high_minor, ListingPrice.compare_at_minor,
            ListingPrice.changes_at,
        ).join(PriceList).where(
            ListingPrice.product_id == product_id, PriceList.code == code,
            ListingPrice.currency == currency,
        )
    ).first()
    return tuple(row) if row else None


def test_a_product_is_listed_from_its_lowest_price() -> None:
    small, large = price_shop.put_product("rug", "rug-s", "rug-l")
    put(small, 4900, compare_at_minor=5900)
    put(large, 8900)

    assert listed(1) == (4900, 8900, 5900, None)
    assert listed(1, "us", "USD") == (4399, 7999, 5299, None)
    assert listed(1, "gb", "GBP") is None


def test_a_list_with_one_price_of_its_own_lists_every_product(lamp: int) -> None:
    (rug,) = price_shop.put_product("rug")
    set_prices([PriceChange(lamp, "base", "EUR", 8900), PriceChange(rug, "base", "EUR", 4900)],
               author="Mia")
    gb = markets.find("gb").price_list
    assert listing.source(gb, "GBP") == markets.find("de").price_list.id

    put(lamp, 5000, "gb", "GBP")

    assert listing.source(gb, "GBP") == gb.id
    assert listed(1, "gb", "GBP") == (5000, 5000, None, None)
    assert listed(2, "gb", "GBP") == (4095, 4095, None, None)
    assert listing.source(gb, "EUR") == markets.find("de").price_list.id


def test_the_sweep_brings_a_planned_price_everywhere(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    put(lamp, 7900, valid_from=START + DAY)
    assert listed(1) == (8900, 8900, None, START + DAY)
    assert refresh_due() == 0

    time.pass_(days=1)

    assert refresh_due() == 1
    assert listed(1) == (7900, 7900, None, None)
    assert costs(lamp, currency="USD") == 8699
    assert refresh_due() == 0


def test_the_sweep_finds_a_product_whose_first_price_begins(lamp: int, time: Time) -> None:
    put(lamp, 8900, valid_from=START + DAY)
    assert listed(1) is None

    time.pass_(days=1)

    assert refresh_due() == 1
    assert listed(1) == (8900, 8900, None, None)
    assert costs(lamp, currency="USD") == 9799


def test_a_change_is_noted_for_its_product(lamp: int) -> None:
    put(lamp, 8900)

    topics = db.session.execute(
        select(OutboxEvent.topic, OutboxEvent.subject).where(OutboxEvent.topic == "price")
    )
    assert {tuple(row) for row in topics} == {("price", "1")}


def test_many_prices_are_set_in_one_go_and_a_later_one_wins() -> None:
    ids = [price_shop.put_product(f"p{i}")[0] for i in range(30)]
    changes = [PriceChange(i, "base", "EUR", 1000 + i) for i in ids]

    assert set_prices([*changes, PriceChange(ids[0], "base", "EUR", 2000)], author="import") == 31
    assert costs(ids[0]) == 2000
    found = lookup.current(ids, markets.find("de").price_list, "EUR")
    assert len(found) == 30
    assert found[ids[5]].author == "import"


def test_a_bad_price_among_many_stops_them_all(lamp: int) -> None:
    with pytest.raises(Invalid):
        set_prices([PriceChange(lamp, "base", "EUR", 1), PriceChange(lamp, "base", "USD", -1)],
                   author="import")
    assert rows(lamp) == []


def test_the_lowest_of_30_days_is_the_law(lamp: int, time: Time) -> None:
    prices = markets.find("de").price_list
    put(lamp, 12000)
    time.pass_(days=40)
    put(lamp, 9900)
    time.pass_(days=7)
    put(lamp, 12000)
    assert lookup.lowest_30_days([lamp], prices, "EUR") == {}
    time.pass_(days=13)
    put(lamp, 9500, compare_at_minor=12000)

    assert lookup.lowest_30_days([lamp], prices, "EUR") == {lamp: Money(9900, "EUR")}
    time.pass_(days=2)
    put(lamp, 9000)
    assert lookup.lowest_30_days([lamp], prices, "EUR") == {lamp: Money(9900, "EUR")}


def test_a_first_price_is_no_reduction(lamp: int) -> None:
    put(lamp, 9500, compare_at_minor=12000)

    assert lookup.lowest_30_days([lamp], markets.find("de").price_list, "EUR") == {}


def test_the_log_tells_what_held_and_who_said_so(lamp: int, time: Time) -> None:
    put(lamp, 8900)
    time.pass_(days=1)
    put(lamp, 7900)

    log = lookup.history(lamp, markets.find("de").price_list, "EUR", START)

    assert [(row.amount.minor, row.author) for row in log] == [(8900, "Mia"), (7900, "Mia")]
    assert len(lookup.history(lamp, markets.find("de").price_list, "EUR", time.now)) == 1


def test_a_price_is_explained(lamp: int) -> None:
    put(lamp, 8900)

    found = explain("lamp", "us")

    assert found.price is not None
    assert found.price.derivation["strip_rate"] == "0.23"
    assert Decimal(found.price.derivation["rate"]) == Decimal("1.10")
    with pytest.raises(NotFound):
        explain("sofa", "us")

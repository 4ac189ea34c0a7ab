"""What a campaign is measured from: the lowest price of the 30 days before it, worked out by hand.

Directive 98/6/EC Art. 6a; CJEU C-330/23: the percentage refers to that price, rounded down.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import delete

from app.extensions import transaction
from app.kernel.money import Money
from app.models.price import Price
from app.models.promotion import Promotion
from app.services import markets
from app.services.outbox import log
from app.services.prices import lookup
from app.services.prices.campaigns import CampaignPrice, campaign_price
from tests.world import CUP, variant_id

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TABLE = frozenset({"table"})


def ago(days: int) -> datetime:
    """A moment before now."""
    return NOW - timedelta(days=days)


@pytest.fixture(autouse=True)
def bare(shop: Flask) -> None:
    """A cup without prices and no campaign."""
    with transaction() as session:
        session.execute(delete(Price).where(Price.variant_id == variant_id(CUP)))
        log.emit("price")
    assert shop.testing


def prices(*steps: tuple[int, int], code: str = "base", currency: str = "EUR") -> None:
    """The cup's price from so many days ago, one after another."""
    with transaction() as session:
        list_id = markets.find("us" if code == "us" else "de").price_list.id
        begins = [ago(days) for days, _minor in steps]
        for (_days, minor), begin, end in zip(steps, begins, [*begins[1:], None], strict=True):
            session.add(Price(variant_id=variant_id(CUP), price_list_id=list_id,
                              currency=currency, amount_minor=minor, compare_at_minor=None,
                              valid_from=begin, valid_until=end))
        log.emit("price")


def campaign(percent: str, since: int, until: int | None = None, **changes: object) -> None:
    """A discount that applies by itself, from so many days ago until so many days ago."""
    with transaction() as session:
        session.add(Promotion(**{
            "code": f"c{percent}-{since}", "name": {"en": f"{percent} %"}, "kind": "percent",
            "percent": Decimal(percent), "scope": "product", "codes": ["cup"],
            "valid_from": ago(since),
            "valid_until": ago(until) if until is not None else None, **changes}))
        log.emit("promotion")


def found(market: str = "de") -> CampaignPrice | None:
    """What the shopper is told about the cup now."""
    here = markets.find(market)
    price = lookup.current([variant_id(CUP)], here.price_list, here.currencies[0], NOW)
    return campaign_price(price[variant_id(CUP)], "cup", TABLE, here, "en", NOW)


def told(market: str = "de") -> tuple[int, int | None, int | None] | None:
    """(price now, price before, percent)."""
    one = found(market)
    return one and (one.now.minor, one.was.minor if one.was else None, one.percent)


def test_a_steady_price_is_the_one_before() -> None:
    prices((90, 10000))
    campaign("15", since=5)

    assert told() == (8500, 10000, 15)
    assert found() == CampaignPrice("15 %", Money(8500, "EUR"), Money(10000, "EUR"), 15,
                                    is_30_day_low=True)


def test_a_price_raised_just_before_is_not_what_counts() -> None:
    prices((90, 10000), (7, 13000))
    campaign("30", since=2)  # 13000 - 30 % = 9100; 900 of 10000

    assert told() == (9100, 10000, 9)


def test_a_campaign_that_only_takes_back_a_raise_is_no_reduction() -> None:
    prices((90, 10000), (7, 13000))
    campaign("20", since=2)  # 10400

    assert told() == (10400, None, None)


def test_an_earlier_campaign_of_the_30_days_counts_as_a_price() -> None:
    prices((90, 10000))
    campaign("25", since=25, until=20)  # 7500 for five days
    campaign("30", since=2)

    assert told() == (7000, 7500, 6)


def test_one_that_ended_before_the_30_days_does_not() -> None:
    prices((90, 10000))
    campaign("25", since=50, until=40)
    campaign("30", since=2)

    assert told() == (7000, 10000, 30)


def test_a_reduction_that_deepens_keeps_its_first_day() -> None:
    prices((90, 10000), (10, 9000))
    campaign("10", since=5)  # 8100, after 9000 of ten days ago

    assert told() == (8100, 10000, 19)


def test_goods_new_since_ten_days_take_the_lowest_since_then() -> None:
    prices((10, 8000))
    campaign("10", since=3)

    assert told() == (7200, 8000, 10)


def test_goods_that_began_with_the_campaign_were_never_dearer() -> None:
    prices((3, 8000))
    campaign("10", since=3)

    assert told() == (7200, None, None)


def test_a_converted_currency_is_measured_in_itself() -> None:
    prices((90, 10000))
    prices((90, 11000), (20, 10500), code="us", currency="USD")
    campaign("10", since=5)

    assert told("us") == (9450, 10500, 10)
    assert told() == (9000, 10000, 10)


@pytest.mark.parametrize("changes", [
    {"coupon": "SECRET"}, {"minimum": {"EUR": "5000"}}, {"codes": ["tea"]}, {"markets": ["fr"]},
    {"is_active": False},
])
def test_what_needs_a_code_a_minimum_or_other_goods_is_no_price(changes: dict[str, object]) -> None:
    prices((90, 10000))
    campaign("15", since=5, **changes)

    assert told() is None

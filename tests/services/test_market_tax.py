"""What a market and its seller say about tax decides the quote of a cart, by its day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import transaction
from app.kernel import clock
from app.kernel.address import Destination
from app.models.catalogue import Variant
from app.models.market import Market
from app.rules.quote import quote
from app.rules.result import Quote
from app.services import markets, registrations
from app.services.cart.facts import Wanted, gather
from app.services.outbox.log import emit
from app.services.rates.book import rate_book
from app.services.rates.future import NewRate, add_rate

BERLIN = Destination("DE", postal_code="10115")


def told(code: str, **settings: str) -> None:
    """The market's settings, as a market file would change them."""
    with transaction() as session:
        row = session.get_one(Market, code)
        for name, value in settings.items():
            setattr(row, name, value)
        emit("market")


def cart(to: Destination, market: str, *skus: str, at: datetime | None = None) -> Quote:
    """The quote of one piece of each, in a market and at a moment."""
    now = at or clock.now()
    with transaction() as session:
        ids = {row.sku: row.id for row in session.scalars(select(Variant))}
    here = markets.find(market)
    wanted = [Wanted(str(i), ids[sku], 1) for i, sku in enumerate(skus)]
    facts = gather(wanted, here, here.currencies[0], to, now).facts
    return quote(facts, rate_book(now.date()))


def test_the_rounding_of_the_market_is_used(either_shop: Flask) -> None:
    """CUP 5.00 and LAMP-like 5.00 pieces: two gross amounts of 19 %, rounded three ways."""
    goods, rate = cart(BERLIN, "de", "CUP", "VASE"), 19
    gross = [500, 4000, goods.shipping.minor]
    nets = [round(minor * 100 / (100 + rate)) for minor in gross]
    told("de", rounding="line")
    assert cart(BERLIN, "de", "CUP", "VASE").tax.minor == sum(gross) - sum(nets)
    told("de", rounding="sum_by_net")
    by_net = cart(BERLIN, "de", "CUP", "VASE")
    assert by_net.tax.minor == round(sum(nets) * rate / 100)
    assert by_net.total.minor == sum(nets) + by_net.tax.minor


@pytest.mark.parametrize(("shipping", "rates"), [("follows", 2), ("highest", 2)])
def test_the_tax_of_delivery_follows_or_is_the_highest(
    either_shop: Flask, shipping: str, rates: int
) -> None:
    told("de", shipping_tax=shipping)
    found = cart(BERLIN, "de", "TEA", "CUP")
    at = {int(tax.percent): tax.net + tax.tax for tax in found.taxes}
    assert len(at) == rates
    assert (at[7].minor == 1999) is (shipping == "highest" or not found.shipping)


def test_prices_across_rates_and_for_export(either_shop: Flask) -> None:
    """VASE 40.00 holds the seller's 23 %: 32.52 net, 40.65 with Sweden's 25 %, ending on .90."""
    told("eu", price_across_rates="keep_net")
    sweden = cart(Destination("SE", postal_code="11120"), "eu", "VASE")
    (line,) = sweden.lines
    assert line.unit_price.minor == 4090
    assert cart(BERLIN, "de", "VASE").lines[0].unit_price.minor == 4000
    told("es", price_for_export="strip")
    assert cart(Destination("ES", postal_code="35001"), "es", "VASE").goods.minor == 3252


def test_registrations_count_from_their_first_day(either_shop: Flask) -> None:
    home, seller = Destination("US", "TX", "73301"), "porto-nova"
    first = clock.now().date() + timedelta(days=30)
    registrations.add(registrations.Wanted(seller, "US:TX", "3-20000-0000-0", first))
    day_before = datetime.combine(first, datetime.min.time(), UTC) - timedelta(hours=1)
    before, after = (markets.find("us").seller_on(moment.date()).registrations
                     for moment in (day_before, day_before + timedelta(hours=2)))
    assert "US:TX" in after - before
    assert {"PT", "OSS:PT", "US:CA"} <= before
    treatments = [cart(home, "us", "CUP", at=moment).consignments[0].treatment
                  for moment in (day_before, day_before + timedelta(hours=2))]
    assert treatments[0] != treatments[1] == "US_SALES_TAX"


def test_a_rate_of_a_future_day_is_in_the_quote_of_that_day(either_shop: Flask) -> None:
    first = date(clock.now().year + 1, 1, 1)
    add_rate(NewRate("DE", "standard", "20", first), end_previous=True)
    then = datetime.combine(first, datetime.min.time(), UTC)
    assert {tax.percent for tax in cart(BERLIN, "de", "CUP", at=then).taxes} == {20}
    assert {tax.percent for tax in cart(BERLIN, "de", "CUP").taxes} == {19}

"""What holds at every border: parts add up, more value is never less duty, DDP is DAP and due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.arrival import Arrival, DutyLine
from app.rules.duty import DutySum, assess
from app.rules.facts import MarketFacts
from app.rules.rate_book import RateBook
from tests.rules.asked import ask, law, line, seller, tariff

DAY = date(2026, 11, 21)
PLACES = {
    "DE": Destination("DE", postal_code="10115"), "GB": Destination("GB", postal_code="SW1A 1AA"),
    "AU": Destination("AU", postal_code="2000"), "JP": Destination("JP", postal_code="100-0001"),
    "CH": Destination("CH", postal_code="8001"), "CA": Destination("CA", "ON", "M5V 2T6"),
    "US": Destination("US", "NY", "10001"), "BR": Destination("BR"), "MX": Destination("MX"),
    "IN": Destination("IN"), "KR": Destination("KR"), "CN": Destination("CN"),
}
FROM = st.sampled_from(["CN", "US", "JP"])
UNTIMED = settings(deadline=None)  # the first example reads the tables
VALUES = st.lists(st.integers(1, 400_000), min_size=1, max_size=5)


def border(area: str, values: list[int], book: RateBook, **changes: object) -> DutySum:
    """The duty of lines with these customs values, in euro."""
    lines = [DutyLine(str(i), f"S{i}", "610910", "CN", 1, Money(value, "EUR"), 300)
             for i, value in enumerate(values)]
    whole = Money(sum(values), "EUR")
    arrival = Arrival(area, area, whole, book.import_rule(area, DAY), "consumer", DAY,
                      ship_from="CN", freight=Money(0, "EUR"))
    return assess(lines, replace(arrival, **changes), book)  # type: ignore[arg-type]


@UNTIMED
@given(st.sampled_from(["EU", "GB", "US", "AU", "IN", "BR", "MX", "CN", "JP"]), VALUES)
def test_lines_of_duty_add_up(area: str, values: list[int]) -> None:
    found = border(area, values, law())
    if found.duty is None:
        return
    assert found.duty == Money.total(found.by_line, "EUR")
    assert found.duty == Money.total((one.duty for one in found.duties), "EUR")
    for _, fee in found.fees:
        assert not fee.headings or fee.amount == Money.total(
            (part for _, part in fee.headings), "EUR")


@UNTIMED
@given(st.integers(1, 400_000), st.integers(0, 50_000), st.sampled_from(["0", "3.9", "12", "60"]))
def test_more_value_is_never_less_duty(value: int, more: int, percent: str) -> None:
    book = tariff("US", ("", "*", "mfn", percent), ("61", "CN", "antidumping", "25"))
    less, greater = border("US", [value], book), border("US", [value + more], book)
    assert less.duty is not None
    assert greater.duty is not None
    assert less.duty <= greater.duty


@UNTIMED
@given(st.lists(st.integers(0, 400_000), min_size=1, max_size=5), st.integers(0, 30_000))
def test_freight_is_shared_out_exactly(prices: list[int], freight: int) -> None:
    book = tariff("EU", ("", "*", "mfn", "100"))
    lines = [line(price, line=str(i), sku=f"S{i}") for i, price in enumerate(prices)]
    found = ask(PLACES["DE"], *lines, shipping=freight, ship_from="CN", book=book,
                market=MarketFacts("m", tax_included=False), seller=seller("CN", "CN"))
    if sum(prices) > 15_000:  # above, the duty of 100 % is the customs value
        assert found.duty == Money(sum(prices) + freight, "EUR")


@UNTIMED
@given(st.sampled_from(sorted(PLACES)), FROM, VALUES, st.integers(0, 20_000), st.booleans())
def test_ddp_is_dap_and_what_is_due(code: str, ship_from: str, prices: list[int], freight: int,
                                    is_proven: bool) -> None:
    lines = [line(price, line=str(i), sku=f"S{i}", hs_code=("610910", "871200")[i % 2])
             for i, price in enumerate(prices)]
    paid, due = (
        ask(PLACES[code], *lines, shipping=freight, ship_from=ship_from, incoterm=incoterm,
            market=MarketFacts("m", tax_included=False), seller=seller("CN", "CN"),
            has_origin_proof=is_proven)
        for incoterm in ("DDP", "DAP")
    )
    at_door = due.due_at_door
    if not at_door.is_known:
        assert paid.due_at_door == at_door, "what is not known is not charged either"
        return
    assert at_door.duty is not None
    assert at_door.tax is not None
    assert at_door.fees is not None
    assert paid.total == due.total + at_door.duty + at_door.tax + at_door.fees
    nothing = Money(0, "EUR")
    assert paid.due_at_door.duty == paid.due_at_door.fees == nothing, "never half and half"
    assert due.duty == due.fees == nothing


@pytest.mark.parametrize(("ship_from", "area", "limit"), [("US", "CA", 40), ("CN", "CA", 20)])
def test_a_limit_is_within_its_own_day_and_place(ship_from: str, area: str, limit: int) -> None:
    """CAD 40 by courier from the US, CAD 20 from elsewhere, at the law's rate of 1.5 per euro."""
    euro = limit * 100 * 2 // 3  # CAD 40 are EUR 26.66 and a bit
    book = tariff("CA", ("", "*", "mfn", "18"))
    for value, is_free in ((euro, True), (euro + 1, False)):
        found = ask(PLACES[area], line(value), ship_from=ship_from, book=book,
                    market=MarketFacts("m", tax_included=False), seller=seller("CN", "CN"))
        assert (not found.tax) is is_free

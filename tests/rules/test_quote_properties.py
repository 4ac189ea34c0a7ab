"""What holds for every quote, whatever is in the cart and wherever it goes."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.facts import CustomerFacts, MarketFacts, PromotionFacts, QuoteFacts
from app.rules.quote import quote
from app.rules.rate_book import CurrencyRow, RateBook
from app.rules.result import Quote
from app.rules.tax_amounts import MODES
from tests.rules.asked import RATES, company, facts, law, line, percent_off, seller, served

PLACES = [
    Destination("DE", postal_code="10115"), Destination("FR", postal_code="75001"),
    Destination("ES", postal_code="35001"), Destination("GB", postal_code="SW1A 1AA"),
    Destination("GB", postal_code="BT1 1AA"), Destination("CH", postal_code="8001"),
    Destination("NO", postal_code="0150"), Destination("US", "CA", "90012"),
    Destination("CA", "QC", "H2X 1Y4"), Destination("JP", postal_code="100-0001"),
    Destination("AU", postal_code="2000"), Destination("KW"), Destination("BR"),
    Destination("AD", postal_code="AD500"), Destination("AQ"), Destination("FR"),
]
SELLERS = [
    seller("DE"), seller("PT", "PT", "OSS:PT", "IOSS", "GB", "US:CA"), seller("CN", "CN"),
    seller("DE", "DE", oss_opted=False), seller("US", "US:CA"),
    seller("DE", "DE", "IOSS", "NO:VOEC", "CH", "AU", "CA"),
]
CUSTOMERS = [CustomerFacts(), company("FR40303265045"), company("DE136695976"),
             company("GB980780684"), company("x", "unavailable")]
GOODS = [("610910", "CN", "standard"), ("490199", "PT", "books"), ("", "", "food"),
         ("871200", "CN", "standard"), ("090240", "IN", "food"), ("999999", "XX", "alcohol")]


@st.composite
def questions(draw: st.DrawFn) -> tuple[QuoteFacts, RateBook]:
    """Any cart to any place."""
    currency = draw(st.sampled_from(sorted(RATES)))
    place = draw(st.sampled_from(PLACES))
    lines = []
    for i in range(draw(st.integers(1, 4))):
        hs, origin, category = draw(st.sampled_from(GOODS))
        minor = draw(st.integers(0, 300_000))
        lines += [
            line(minor, currency, line=str(i), sku=f"S{i}", hs_code=hs, origin=origin,
                 tax_category=category, quantity=draw(st.integers(1, 5)), warehouse=code)
            for code in draw(st.sampled_from([["A"], ["B"], ["A", "B"]]))
        ]
    off: tuple[PromotionFacts, ...] = ()
    if draw(st.booleans()):
        off = (percent_off(str(draw(st.integers(0, 100)))),)
    market = MarketFacts("m", draw(st.booleans()), draw(st.sampled_from(sorted(MODES))))
    asked = facts(
        place, *lines, promotions=off, market=market, seller=draw(st.sampled_from(SELLERS)),
        customer=draw(st.sampled_from(CUSTOMERS)), has_origin_proof=draw(st.booleans()),
    )
    book = served(
        law(), place, Money(draw(st.integers(0, 9_000)), currency),
        ship_from=draw(st.sampled_from(["DE", "CN", "GB", "US", "CH"])),
        incoterm=draw(st.sampled_from(["DDP", "DAP"])), warehouses=("A", "B"),
    )
    step = draw(st.sampled_from([1, 1, 10]))
    return asked, replace(book, currencies={currency: CurrencyRow(currency, payment_step=step)})


def amounts(value: Any) -> list[Money]:
    """Every Money inside a value."""
    if isinstance(value, Money):
        return [value]
    if is_dataclass(value) and not isinstance(value, type):
        return [one for field in fields(value) for one in amounts(getattr(value, field.name))]
    return [one for item in value for one in amounts(item)] if isinstance(value, tuple) else []


def no_fraction(value: Any) -> bool:
    """No float anywhere inside."""
    if is_dataclass(value) and not isinstance(value, type):
        return all(no_fraction(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple):
        return all(map(no_fraction, value))
    return not isinstance(value, float)


def parts_add_up(found: Quote, step: int) -> None:
    assert found.total == (
        found.goods - found.discount + found.shipping + (found.tax - found.tax_included)
        + found.duty + found.fees + found.rounding
    )
    assert found.rounding.minor == 0 or step > 1
    assert abs(found.rounding.minor) <= step // 2 + 1
    zero = Money.zero(found.currency)
    assert Money.total((one.paid for one in found.lines), found.currency) == (
        found.goods - found.discount)
    assert Money.total((one.amount for one in found.discounts), found.currency) == found.discount
    for discount in found.discounts:
        assert sum((share for _, share in discount.shares), zero) == discount.amount
    assert Money.total((tax.tax for tax in found.taxes), found.currency) == found.tax
    assert Money.total((duty.duty for duty in found.duties), found.currency) == found.duty
    assert Money.total((fee.amount for fee in found.fees_lines), found.currency) == found.fees
    for fee in found.fees_lines:
        if fee.headings:
            assert sum((part for _, part in fee.headings), zero) == fee.amount


@given(questions())
@settings(max_examples=300, deadline=None)
def test_every_quote(question: tuple[QuoteFacts, RateBook]) -> None:
    asked, book = question
    found = quote(asked, book)
    parts_add_up(found, book.currency(asked.currency).payment_step)
    assert {one.currency for one in amounts(found)} <= {asked.currency}
    assert no_fraction(found)
    assert found == quote(asked, book)  # pure: the same question, the same answer
    assert all(one.minor >= 0 for one in amounts(
        (found.total, found.tax, found.duty, found.fees, found.goods, found.discount)))
    assert asked.market.tax_included or not found.tax_included
    unknown = {why.figure for why in found.why if why.rule == "duty_unknown"}
    assert not unknown or found.due_at_door.duty is None
    for one in found.consignments:
        assert one.treatment
        assert one.incoterm in {"DDP", "DAP"}


@given(questions())
@settings(max_examples=100, deadline=None)
def test_two_warehouses_keep_goods_discount_and_shipping(
    question: tuple[QuoteFacts, RateBook]
) -> None:
    asked, book = question
    found = quote(asked, book)
    together = quote(replace(asked, lines=tuple(
        replace(one, warehouse="A") for one in asked.lines)), book)
    assert (found.goods, found.discount) == (together.goods, together.discount)
    assert {one.line: one.paid for one in found.lines} == {
        one.line: one.paid for one in together.lines}
    assert len(found.consignments) == len({one.warehouse for one in asked.lines})

"""Discounts: one order, whole shares, never more than there is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.money import CurrencyMismatch, Money
from app.rules.facts import LineFacts, PriceFacts, PromotionFacts
from app.rules.promotions import Step, apply, discounts


def line(
    name: str, minor: int, quantity: int = 1, product: str = "", categories: Sequence[str] = (),
    warehouse: str = "LIS", currency: str = "EUR",
) -> LineFacts:
    """A cart line, or the part of it one warehouse sends."""
    return LineFacts(
        name, f"SKU-{name}", product or name, frozenset(categories), quantity,
        Money(minor, currency), PriceFacts("base", "set"), "standard", "", "PT", 500,
        (200, 150, 100), warehouse,
    )


def promotion(
    code: str, *, percent: str | None = None, amount: int | None = None, scope: str = "order",
    codes: Sequence[str] = (), minimum: int | None = None, rank: int = 0,
) -> PromotionFacts:
    """A promotion in euro."""
    return PromotionFacts(
        code, "", code, scope, frozenset(codes),
        None if percent is None else Decimal(percent),
        None if amount is None else Money(amount, "EUR"),
        None if minimum is None else Money(minimum, "EUR"),
        rank,
    )


STEPS = [
    ("KWD 10 % of 3 × 1.234", [3702], [("percent_order", "10")], [3332]),
    ("15 % per line", [999, 999, 999], [("percent_lines", "15")], [849, 849, 849]),
    ("15 % of the order", [999, 999, 999], [("percent_order", "15")], [849, 849, 849]),
    ("shared out", [1999, 2999, 4999], [("amount_order", "1000")], [1799, 2699, 4499]),
    ("ties to the earlier", [500, 500, 500], [("amount_order", "1")], [499, 500, 500]),
    ("capped", [300, 700], [("amount_order", "5000")], [0, 0]),
    ("percent, then fixed", [10000], [("percent_order", "10"), ("amount_order", "500")], [8500]),
    ("fixed, then percent", [10000], [("amount_order", "500"), ("percent_order", "10")], [8550]),
    ("each line capped", [300, 700], [("amount_lines", "500")], [0, 200]),
    ("nothing to take from", [0, 0], [("percent_order", "10"), ("amount_order", "5")], [0, 0]),
    ("a half cent goes up", [50], [("percent_order", "1")], [49]),
    ("never a surcharge", [1000], [("percent_order", "-10")], [1000]),
]


@pytest.mark.parametrize(
    ("amounts", "steps", "left"), [case[1:] for case in STEPS], ids=[case[0] for case in STEPS]
)
def test_steps(amounts: list[int], steps: list[tuple[str, str]], left: list[int]) -> None:
    assert discounts(amounts, [Step(kind, Decimal(value)) for kind, value in steps]) == left


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [(1000, [3333, 3333, 3334], [333, 333, 334]), (1, [500, 500, 500], [1, 0, 0])],
)
def test_parts_add_up(total: int, weights: list[int], parts: list[int]) -> None:
    assert [one.minor for one in Money(total, "EUR").split(weights)] == parts


def test_goods_come_before_the_order_whatever_the_rank() -> None:
    cart = [line("lamp", 8900, categories=["lighting"]), line("book", 2200)]
    offers = [
        promotion("welcome10", percent="10", rank=1),
        promotion("light15", percent="15", scope="category", codes=["lighting"], rank=9),
    ]
    result = apply(cart, offers, "EUR")
    assert [(one.code, one.amount.minor) for one in result.discounts] == [
        ("light15", 1335), ("welcome10", 977)
    ]
    assert result.discounts[0].shares == (("lamp", Money(1335, "EUR")),)
    assert {name: one.minor for name, one in result.paid.items()} == {"lamp": 6808, "book": 1980}
    assert [why.figure for why in result.why] == ["discount:light15", "discount:welcome10"]
    assert result.why[0].rate == "15 %"


@pytest.mark.parametrize(
    ("minimum", "taken"), [(5000, 500), (5001, 0)]
)
def test_a_minimum_sees_goods_before_order_discounts(minimum: int, taken: int) -> None:
    cart = [line("lamp", 6000, product="lamp")]
    offers = [
        promotion("goods", amount=1000, scope="product", codes=["lamp"]),
        promotion("first", percent="10", rank=1),
        promotion("second", amount=500, minimum=minimum, rank=2),
    ]
    result = apply(cart, offers, "EUR")
    assert result.off["lamp"].minor == 1000 + 500 + taken
    if not taken:
        assert result.why[-1].rule == "minimum_not_reached"
        assert result.why[-1].params["missing_minor"] == "1"


def test_a_line_from_two_warehouses_is_one_line_to_a_promotion() -> None:
    whole = apply([line("mug", 999, 3)], [promotion("ten", percent="10")], "EUR")
    parts = [line("mug", 999, 2), line("mug", 999, 1, warehouse="SIN")]
    split = apply(parts, [promotion("ten", percent="10")], "EUR")
    assert split.discounts == whole.discounts
    assert split.paid == whole.paid == {"mug": Money(2697, "EUR")}
    assert split.paid_rows == (Money(1798, "EUR"), Money(899, "EUR"))


def test_a_promotion_without_effect_is_no_line() -> None:
    offers = [promotion("none", percent="10", scope="product", codes=["other"])]
    result = apply([line("mug", 999)], offers, "EUR")
    assert result.discounts == () == result.why


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        apply([line("mug", 999, currency="USD")], [promotion("five", amount=500)], "USD")
    with pytest.raises(CurrencyMismatch):
        apply([line("mug", 999, currency="USD")], [], "EUR")


lines = st.lists(
    st.builds(
        line, st.sampled_from("abcd"), st.integers(0, 50_000), st.integers(1, 9),
        categories=st.lists(st.sampled_from("xyz"), max_size=2),
        warehouse=st.sampled_from(["LIS", "SIN"]),
    ),
    max_size=8,
)
percents = st.decimals(0, 150, places=2).map(str)
offers = st.lists(
    st.one_of(
        st.builds(promotion, st.sampled_from("pqr"), percent=percents,
                  scope=st.sampled_from(["order", "category"]), codes=st.just(["x"]),
                  rank=st.integers(0, 3)),
        st.builds(promotion, st.sampled_from("stu"), amount=st.integers(0, 90_000),
                  scope=st.sampled_from(["order", "product"]), codes=st.just(["a"]),
                  minimum=st.none() | st.integers(0, 90_000)),
    ),
    max_size=5,
)


@given(lines, offers)
def test_shares_add_up_and_nothing_falls_below_zero(
    cart: list[LineFacts], promotions: list[PromotionFacts]
) -> None:
    result = apply(cart, promotions, "EUR")
    for one in result.discounts:
        assert one.amount.minor > 0
        assert Money.total((share for _, share in one.shares), "EUR") == one.amount
    for name, goods in result.goods.items():
        taken = [share for one in result.discounts for at, share in one.shares if at == name]
        assert Money.total(taken, "EUR") == result.off[name]
        assert result.paid[name] == goods - result.off[name]
        assert result.paid[name].minor >= 0
    for row, paid in zip(cart, result.paid_rows, strict=True):
        assert 0 <= paid.minor <= row.unit_price.minor * row.quantity
    assert Money.total(result.paid_rows, "EUR") == Money.total(result.paid.values(), "EUR")
    assert apply(cart, promotions[::-1], "EUR").paid == result.paid or len(
        {(one.scope == "order", one.rank, one.code) for one in promotions}
    ) < len(promotions)

"""Boxes: what is packed is all there, fits the service, and is the same every time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.money import Money
from app.rules.facts import LineFacts, PriceFacts
from app.rules.parcel import Limits, Parcel
from app.rules.parcels import pack
from app.rules.shipping_rows import BoxRow

PARCEL_SERVICE = Limits(31_500, 2_000, 4_000)
LETTER = Limits(2_000, 600, 900)


def goods(weight_g: int, size_mm: tuple[int, int, int], quantity: int = 1) -> LineFacts:
    """A line of equal pieces."""
    return LineFacts(
        "1", "SKU", "product", frozenset(), quantity, Money(100, "EUR"), PriceFacts("base", "set"),
        "standard", "", "PT", weight_g, size_mm, "LIS",
    )


@pytest.mark.parametrize(
    ("lines", "parcels"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(
            [goods(420, (190, 90, 140))], [Parcel(420, 190, 140, 90, 1)], id="one piece, as it is"
        ),
        pytest.param(
            [goods(60, (80, 80, 80), 6)], [Parcel(360, 240, 160, 80, 6)], id="a compact block"
        ),
        pytest.param(
            [goods(2150, (400, 290, 80)), goods(140, (150, 100, 60))],
            [Parcel(2290, 400, 290, 140, 2)], id="small on large",
        ),
        pytest.param(
            [goods(10_400, (960, 540, 220)), goods(140, (150, 100, 60))],
            [Parcel(10_400, 960, 540, 220, 1), Parcel(140, 150, 100, 60, 1)],
            id="bulky in its own carton",
        ),
        pytest.param(
            [goods(14_000, (300, 300, 300), 3)],
            [Parcel(28_000, 600, 300, 300, 2), Parcel(14_000, 300, 300, 300, 1)],
            id="two where one would be too heavy",
        ),
    ],
)
def test_lines_become_parcels(lines: Sequence[LineFacts], parcels: list[Parcel]) -> None:
    assert list(pack(lines, PARCEL_SERVICE) or ()) == parcels


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        (goods(2_000, (300, 200, 50)), True),
        (goods(2_001, (300, 200, 50)), False),
        (goods(500, (600, 100, 50)), True),
        (goods(500, (601, 100, 50)), False),
        (goods(500, (500, 150, 50)), True),
        (goods(500, (500, 151, 50)), False),
    ],
)
def test_a_value_on_the_limit_is_taken(line: LineFacts, taken: bool) -> None:
    assert (pack([line], LETTER) is not None) is taken


def test_the_order_of_lines_does_not_matter() -> None:
    lines = [goods(300, (200, 150, 40), 3), goods(700, (340, 220, 120), 2), goods(60, (80, 80, 80))]
    assert pack(lines, PARCEL_SERVICE) == pack(lines[::-1], PARCEL_SERVICE)


sizes = st.tuples(*[st.integers(1, 1_200)] * 3)
carts = st.lists(
    st.builds(goods, st.integers(0, 20_000), sizes, st.integers(1, 40)), min_size=1, max_size=8
)


@given(carts)
def test_nothing_is_lost_and_every_parcel_is_allowed(lines: list[LineFacts]) -> None:
    parcels = pack(lines, PARCEL_SERVICE)
    if parcels is None:
        alone = [pack([goods(line.weight_g, line.size_mm)], PARCEL_SERVICE) for line in lines]
        assert None in alone
    else:
        assert sum(one.pieces for one in parcels) == sum(line.quantity for line in lines)
        assert sum(one.weight_g for one in parcels) == sum(
            line.weight_g * line.quantity for line in lines
        )
        assert sum(one.volume_mm3 for one in parcels) >= sum(
            line.size_mm[0] * line.size_mm[1] * line.size_mm[2] * line.quantity for line in lines
        )
        assert all(PARCEL_SERVICE.allow(one) for one in parcels)
        assert all(one.length_mm >= one.width_mm >= one.height_mm for one in parcels)
        assert parcels == pack(lines, PARCEL_SERVICE)


BOXES = (
    BoxRow("S", (200, 150, 100), (210, 160, 110), 60, 5_000),
    BoxRow("M", (320, 240, 160), (330, 250, 170), 220, 12_000),
    BoxRow("L", (580, 380, 340), (592, 392, 352), 780, 28_000),
)
TARE = {"": 0} | {box.code: box.tare_g for box in BOXES}


@given(carts)
def test_cartons_hold_what_they_can_bear_and_nothing_is_lost(lines: list[LineFacts]) -> None:
    parcels = pack(lines, PARCEL_SERVICE, BOXES)
    if parcels is None:
        return
    assert sum(one.pieces for one in parcels) == sum(line.quantity for line in lines)
    assert sum(one.weight_g - TARE[one.box] for one in parcels) == sum(
        line.weight_g * line.quantity for line in lines)
    assert all(PARCEL_SERVICE.allow(one) for one in parcels)
    assert all(one.pieces == 1 for one in parcels if not one.box)
    for box in BOXES:
        inner = box.inner_mm[0] * box.inner_mm[1] * box.inner_mm[2]
        for one in (one for one in parcels if one.box == box.code):
            assert one.weight_g - box.tare_g <= box.max_weight_g
            assert sorted(box.outer_mm, reverse=True) == [one.length_mm, one.width_mm,
                                                         one.height_mm]
        volume = sum(line.size_mm[0] * line.size_mm[1] * line.size_mm[2] * line.quantity
                     for line in lines)
        if len(parcels) == 1 and parcels[0].box == box.code:
            assert volume <= inner
    assert parcels == pack(lines[::-1], PARCEL_SERVICE, BOXES)

"""Which warehouse serves which line, with the fewest parcels."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from app.services.cart.facts import Wanted, allocate

A, B = Wanted("a", 1, 2), Wanted("b", 2, 1)
ORDER = ("LIS", "SIN", "NYC")


@pytest.mark.parametrize(
    ("stocks", "places"),
    [
        # the first that has everything, in the market's order
        ({1: {"LIS": 2, "SIN": 2}, 2: {"LIS": 1, "SIN": 1}},
         {"a": [("LIS", 2)], "b": [("LIS", 1)]}),
        # the second alone rather than the first and the second
        ({1: {"LIS": 5, "SIN": 5}, 2: {"SIN": 1}}, {"a": [("SIN", 2)], "b": [("SIN", 1)]}),
        # two are needed: the pair that keeps lines whole
        ({1: {"LIS": 2}, 2: {"SIN": 1, "NYC": 1}}, {"a": [("LIS", 2)], "b": [("SIN", 1)]}),
        ({1: {"LIS": 1, "SIN": 1, "NYC": 2}, 2: {"LIS": 1}},
         {"a": [("NYC", 2)], "b": [("LIS", 1)]}),
        # a line that nobody has whole is split over the smallest group, and b goes along
        ({1: {"LIS": 1, "NYC": 1}, 2: {"SIN": 1, "NYC": 1}},
         {"a": [("LIS", 1), ("NYC", 1)], "b": [("NYC", 1)]}),
    ],
)
def test_the_fewest_warehouses(
    stocks: Mapping[int, Mapping[str, int]], places: Mapping[str, list[tuple[str, int]]]
) -> None:
    assert allocate([A, B], stocks, ORDER) == (places, {})


def test_what_is_short_says_how_much_there_is() -> None:
    places, short = allocate([A, B], {1: {"LIS": 1}, 2: {"SIN": 1}}, ORDER)
    assert short == {"a": 1}
    assert places["b"] == [("SIN", 1)]
    assert allocate([A], {}, ORDER) == ({"a": [("LIS", 2)]}, {"a": 0})

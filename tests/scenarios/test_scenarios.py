"""Every worked case beside this file, through the same door as `flask quote solve`.

The amounts were worked out from the text of the rules, not printed by the engine; a case may leave
out fields of the answer, but what it names must agree to the minor unit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.services.rates.shipped import shipped_book
from app.services.scenarios.solve import solve

HERE = Path(__file__).parent


def cases() -> Iterator[Any]:
    """Each case under its own name; test_shipping_scenarios.py has those of parcels."""
    for file in sorted(set(HERE.glob("*.json")) - set(HERE.glob("shipping_*.json"))):
        for case in json.loads(file.read_text(encoding="utf-8"))["cases"]:
            yield pytest.param(case, id=f"{case['id']} {case['title']}")


def agrees(expected: Any, given: Any) -> bool:
    """Everything expected is given; what else is given does not matter."""
    if isinstance(expected, dict):
        return isinstance(given, dict) and all(
            name in given and agrees(value, given[name]) for name, value in expected.items())
    if isinstance(expected, list):
        return isinstance(given, list) and len(expected) == len(given) and all(
            map(agrees, expected, given))
    return bool(expected == given)


@pytest.mark.parametrize("case", list(cases()))
def test_case(case: dict[str, Any]) -> None:
    answer = solve({"cases": [case]}, explain=True, book_of=lambda day: shipped_book())[case["id"]]
    wrong = {name: (value, answer.get(name, answer.get("error") or answer.get("unsupported")))
             for name, value in case["expected"].items()
             if name not in answer or not agrees(value, answer[name])}
    assert not wrong, f"field: (expected, given) {wrong}"
    if case["op"] == "quote" and "unsupported" not in answer:
        assert answer["explain"]["treatment"][0]["source"], "a treatment without its source"
    assert all(reason["rule"] for rows in answer.get("explain", {}).values()
               for reason in rows)

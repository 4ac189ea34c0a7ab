"""Section 13 of the cross-border rules, sentence by sentence, asked through `quote solve`.

The expected values stand in the files beside this one and were worked out by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.rules.rate_book import RateBook
from app.services.scenarios.solve import solve

CASES = [
    case for path in sorted(Path(__file__).parent.glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
]


@pytest.mark.parametrize("case", CASES, ids=[f"{one['id']} {one['title']}" for one in CASES])
def test_the_answer_is_the_one_of_the_rules(case: dict[str, Any]) -> None:
    answer = solve({"cases": [case]}, book_of=lambda _: RateBook())[case["id"]]
    assert {name: answer.get(name) for name in case["expected"]} == case["expected"]


def test_every_case_has_its_own_id() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)

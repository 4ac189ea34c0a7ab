"""Licences, certificates and prohibitions of a destination, from the rule's own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.kernel.address import Destination
from app.rules.rate_book import Validity
from app.rules.restrictions import HeldDocument, RestrictionRow
from app.services.rates.shipped import shipped_book
from tests.rules.asked import ask, law, line

PAPER = "Phytosanitary certificate"
FRANCE, SWITZERLAND, NORWAY = Destination("FR"), Destination("CH"), Destination("NO")
SAUDI = Destination("SA")


def row(destination: str, hs: str = "", kind: str = "certificate", *, goods: str = "",
        applies: str = "import", first: date = date(2020, 1, 1), last: date | None = None,
        ) -> RestrictionRow:
    """A rule of a destination."""
    document = "" if kind == "prohibited" else PAPER
    return RestrictionRow(f"{destination}:{hs}:{goods}:{kind}", destination, hs, goods, kind,
                          document, applies, "", Validity(first, last, "its source"))


def codes(to: Destination, *rows: RestrictionRow, **changes: object) -> list[str]:
    """Kinds of the rules that keep a plant out of a place, in a quote."""
    ship_from = str(changes.pop("ship_from", "DE"))
    found: dict[str, tuple[RestrictionRow, ...]] = {}
    for one in rows:
        found[one.destination] = (*found.get(one.destination, ()), one)
    book = replace(law(), restrictions=found)
    goods = line(1000, **{"hs_code": "060290", "origin": "PT", **changes})
    quoted = ask(to, goods, book=book, ship_from=ship_from)
    assert ("restricted" in quoted.problems) == bool(quoted.barred)
    assert [why.figure for why in quoted.why if why.rule.startswith("restricted")] == [
        f"restricted:{one.sku}" for one in quoted.barred]
    return [one.kind for one in quoted.barred]


def held(document: str = PAPER, destination: str = "*", first: date = date(2026, 1, 1),
         last: date | None = None) -> tuple[HeldDocument, ...]:
    """A paper in hand; the quotes are asked on 2026-11-21."""
    return (HeldDocument(document, destination, first, last),)


@pytest.mark.parametrize(("to", "rule", "expected"), [
    (SWITZERLAND, row("CH", "0602"), ["certificate"]),
    (SWITZERLAND, row("CH", "06"), ["certificate"]),
    (SWITZERLAND, row("CH", "0603"), []),
    (NORWAY, row("CH", "0602"), []),
    (SWITZERLAND, row("*", "0602", "prohibited"), ["prohibited"]),
    (SAUDI, row("GCC", "0602", "licence"), ["licence"]),
    (SWITZERLAND, row("CH", goods="plants"), ["certificate"]),
    (SWITZERLAND, row("CH", goods="medicine"), []),
    (SWITZERLAND, row("CH", "0602", goods="medicine"), []),
    (SWITZERLAND, row("CH", kind="prohibited"), ["prohibited"]),
    (SWITZERLAND, row("CH", "0602", first=date(2026, 11, 22)), []),
    (SWITZERLAND, row("CH", "0602", last=date(2026, 11, 20)), []),
    (SWITZERLAND, row("CH", "0602", last=date(2026, 11, 21)), ["certificate"]),
])
def test_a_rule_holds_for_its_place_goods_and_days(to: Destination, rule: RestrictionRow,
                                                   expected: list[str]) -> None:
    assert codes(to, rule, categories=frozenset({"plants"})) == expected


@pytest.mark.parametrize(("papers", "expected"), [
    (held(), []),
    (held(PAPER.upper()), []),
    (held(destination="CH"), []),
    (held(destination="NO"), ["certificate"]),
    (held("Fumigation certificate"), ["certificate"]),
    (held(last=date(2026, 11, 20)), ["certificate"]),
    (held(last=date(2026, 11, 21)), []),
    (held(first=date(2026, 11, 22)), ["certificate"]),
])
def test_the_document_of_the_day_and_place_opens_the_way(
        papers: tuple[HeldDocument, ...], expected: list[str]) -> None:
    assert codes(SWITZERLAND, row("CH", "0602"), documents=papers) == expected


def test_nothing_lifts_a_prohibition() -> None:
    assert codes(SWITZERLAND, row("CH", "0602", "prohibited"), documents=held("")) == ["prohibited"]


def test_a_rule_of_import_does_not_hold_within_the_union() -> None:
    rules = row("EU", "0602"), row("EU", "0602", "licence", applies="always")

    assert codes(FRANCE, *rules, ship_from="DE") == ["licence"]
    assert codes(FRANCE, *rules, ship_from="CH") == ["certificate", "licence"]


def test_goods_without_a_code_are_known_by_their_class_only() -> None:
    assert codes(SWITZERLAND, row("CH", "0602"), hs_code="") == []
    assert codes(SWITZERLAND, row("CH", goods="standard"), hs_code="") == ["certificate"]


def test_figures_stay_what_they_are() -> None:
    plain = ask(SWITZERLAND, line(1000, hs_code="060290"))
    barred = ask(SWITZERLAND, line(1000, hs_code="060290"),
                 book=replace(law(), restrictions={"CH": (row("CH", "0602"),)}))

    assert barred.total == plain.total
    assert barred.problems == ("restricted",)


def test_the_shipped_law_holds_nobody_back_who_only_asks_a_scenario() -> None:
    assert not shipped_book().restrictions

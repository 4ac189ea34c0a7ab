"""From frozen quotes to the parts of returns, and back with refunds and late numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.money import Money
from app.rules.tax_entries import Part, credit_of, given_back, parts_of, relieved, remaining


def money(minor: int) -> dict[str, object]:
    return {"minor": minor, "currency": "EUR"}


def tax(net: int, amount: int, percent: str, name: str = "VAT",
        **more: object) -> dict[str, object]:
    return {"jurisdiction": "DE", "name": name, "percent": percent, "net": money(net),
            "tax": money(amount), "is_included": True, "collected_by": "seller",
            "treatment": "OSS_UNION", "ship_from": "PT", **more}


def quote(taxes: list[dict[str, object]], *consignments: tuple[str, str, int]) -> dict[str, object]:
    return {"taxes": taxes, "consignments": [
        {"treatment": treatment, "ship_from": ship_from, "paid": money(paid)}
        for treatment, ship_from, paid in consignments]}


def part(treatment: str, net: int, amount: int, ship_from: str = "PT") -> Part:
    return Part(treatment, ship_from, "DE", "VAT", Decimal(19), Money(net, "EUR"),
                Money(amount, "EUR"), Money(net, "EUR"))


def test_two_taxes_on_one_base_are_one_turnover() -> None:
    found = parts_of(quote([
        tax(10000, 500, "5", "GST", treatment="CA_GST_HST"),
        tax(10000, 998, "9.975", "QST", treatment="CA_GST_HST"),
    ], ("CA_GST_HST", "PT", 10000)))

    assert [(one.name, one.net.minor, one.turnover.minor) for one in found] == [
        ("GST", 10000, 10000), ("QST", 10000, 0)]


def test_two_rates_of_one_tax_are_two_bases_even_where_they_are_equal() -> None:
    found = parts_of(quote([tax(100, 7, "7"), tax(100, 19, "19")], ("OSS_UNION", "PT", 226)))

    assert [one.turnover.minor for one in found] == [100, 100]


def test_tax_for_customs_is_not_the_sellers() -> None:
    found = parts_of(quote([
        tax(12000, 2400, "20", treatment="IMPORT", collected_by="customs"),
    ], ("IMPORT", "PT", 12000)))

    assert [(one.jurisdiction, one.net.minor, one.tax.minor) for one in found] == [("", 9600, 0)]


def test_each_consignment_has_its_own() -> None:
    found = parts_of(quote([
        tax(1000, 190, "19"), tax(2000, 380, "19", treatment="DOMESTIC", ship_from="DE"),
    ], ("OSS_UNION", "PT", 1190), ("DOMESTIC", "DE", 2380)))

    assert [(one.treatment, one.ship_from, one.tax.minor) for one in found] == [
        ("OSS_UNION", "PT", 190), ("DOMESTIC", "DE", 380)]


# Only what would have been exempt: not the domestic part, not goods that left the buyer's member.
@pytest.mark.parametrize(("country", "owed"), [
    ("DE", 190), ("PT", 0), ("EL", 190), ("XI", 190), ("GB", 0), ("AU", 0)])
def test_a_late_number_relieves_what_crossed_a_border(country: str, owed: int) -> None:
    left = (part("OSS_UNION", 1000, 190), part("DOMESTIC", 2000, 380, "DE"))

    assert credit_of(left, country, "EUR").minor == owed


def test_what_is_relieved_stands_again_without_tax() -> None:
    left = (part("OSS_UNION", 1000, 190),)

    assert [(one.treatment, one.net.minor, one.tax.minor)
            for one in remaining([*left, *relieved(left, "DE")])] == [
        ("INTRA_COMMUNITY_SUPPLY", 1000, 0)]


def test_more_than_is_left_cannot_come_back() -> None:
    with pytest.raises(ValueError, match="of 100"):
        given_back((part("OSS_UNION", 84, 16),), Money(100, "EUR"), Money(101, "EUR"))


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**6)), min_size=1, max_size=5),
       st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_refunds_in_any_pieces_leave_nothing(figures: list[tuple[int, int]],
                                            pieces: list[int]) -> None:
    parts = [Part("OSS_UNION", "PT", "DE", "VAT", Decimal(i), Money(net, "EUR"),
                  Money(amount, "EUR"), Money(net, "EUR"))
             for i, (net, amount) in enumerate(figures)]
    entries, left = list(parts), sum(pieces)
    for piece in pieces:
        entries += given_back(remaining(entries), Money(left, "EUR"), Money(piece, "EUR"))
        left -= piece

    assert remaining(entries) == ()

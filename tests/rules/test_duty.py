"""Tariff rows, the flat duty of the EU, parcel fees, amounts per unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.arrival import Arrival, DutyLine
from app.rules.duty import DutySum, assess
from app.rules.facts import MarketFacts
from app.rules.rate_book import DutyRow, FeeRow, RateBook
from app.rules.restrictions import HeldDocument
from app.rules.result import Quote
from tests.rules.asked import LAW, ask, law, line, seller, tariff

DAY = date(2026, 11, 21)


def goods(minor: int = 10_000, **changes: Any) -> DutyLine:
    row: dict[str, Any] = {"line": "1", "sku": "TEE", "hs_code": "610910", "origin": "CN",
                           "quantity": 1, "weight_g": 2_500}
    return DutyLine(value=Money(minor, changes.pop("currency", "EUR")), **(row | changes))


def arriving(*lines: DutyLine, book: RateBook, area: str = "EU", country: str = "DE",
             **changes: Any) -> DutySum:
    intrinsic = Money.total((one.value for one in lines), lines[0].value.currency)
    day = changes.pop("day", DAY)
    row: dict[str, Any] = {"rule": book.import_rule(area, day), "customer": "consumer"}
    return assess(lines, Arrival(area, country, intrinsic, day=day, **(row | changes)), book)


def owed(found: DutySum) -> list[tuple[str, int]]:
    return [(duty.kind, duty.duty.minor) for duty in found.duties]


def test_the_longest_prefix_wins_within_a_kind_and_kinds_add_up() -> None:
    book = tariff("EU", ("", "*", "mfn", "5"), ("61", "*", "mfn", "12"),
                  ("61", "CN", "mfn", "13"), ("610910", "*", "mfn", "10"),
                  ("6109", "CN", "antidumping", "20"), ("", "*", "surcharge", "1"))
    found = arriving(goods(20_000), book=book)
    assert owed(found) == [("mfn", 2000), ("antidumping", 4000), ("surcharge", 200)]
    assert found.duty == Money(6200, "EUR")


def test_a_named_origin_comes_before_any_origin() -> None:
    book = tariff("EU", ("61", "*", "mfn", "12"), ("61", "CN", "mfn", "13"))
    assert owed(arriving(goods(20_000), book=book)) == [("mfn", 2600)]


def test_a_group_of_origins() -> None:
    book = replace(tariff("EU", ("61", "*", "mfn", "12"), ("61", "GRP", "preference", "3")),
                   origin_groups={"GRP": frozenset({"CN"})})
    assert owed(arriving(goods(20_000), book=book)) == [("mfn", 2400)]
    assert owed(arriving(goods(20_000), book=book, has_proof=True)) == [("preference", 600)]


def test_an_additional_duty_alone_is_no_tariff() -> None:
    book = tariff("EU", ("61", "CN", "antidumping", "20"))
    assert arriving(goods(20_000), book=book).duty is None


@pytest.mark.parametrize("changes", [{"hs_code": ""}, {"origin": ""}, {"hs_code": "999999"}])
def test_what_is_not_known_is_none(changes: dict[str, str]) -> None:
    found = arriving(goods(20_000), goods(20_000, **changes), book=tariff(
        "EU", ("61", "*", "mfn", "12")))
    assert found.duty is None
    assert "duty_unknown" in {why.rule for why in found.why}


@pytest.mark.parametrize(
    ("unit", "combine", "minor"),
    [("item", "add", 1200 + 900), ("item", "max", 1200), ("item", "min", 900),
     ("kg", "add", 1200 + 750), ("kg", "max", 1200), ("kg", "min", 750)],
)
def test_amounts_per_unit(unit: str, combine: str, minor: int) -> None:
    row = DutyRow("r", "GB", "61", "*", "mfn", Decimal(12), Money(300, "GBP"), unit, combine,
                  proof_required=False, validity=LAW)
    book = replace(law(), duties={"GB": (row,)})
    lines = goods(10_000, currency="GBP", quantity=3)
    found = arriving(lines, goods(4_000, currency="GBP", origin=""), book=book, area="GB",
                     country="GB")
    assert [duty.duty.minor for duty in found.duties] == [minor]


def test_an_amount_per_unit_without_exchange_rate_is_not_known() -> None:
    row = DutyRow("r", "GB", "61", "*", "mfn", Decimal(12), Money(300, "GBP"), "item", "add",
                  proof_required=False, validity=LAW)
    book = replace(law(), duties={"GB": (row,)}, fx={})
    assert arriving(goods(90_000), book=book, area="GB", country="GB").duty is None


@pytest.mark.parametrize(
    ("day", "customer", "minor", "fees"),
    [
        (date(2026, 6, 30), "consumer", 14_000, 0), (date(2026, 7, 1), "consumer", 14_000, 600),
        (date(2026, 7, 1), "consumer", 15_000, 600), (date(2026, 7, 1), "consumer", 15_001, 0),
        (date(2026, 7, 1), "business", 14_000, 0), (date(2028, 7, 1), "consumer", 14_000, 0),
    ],
)
def test_the_flat_duty_of_the_union(day: date, customer: str, minor: int, fees: int) -> None:
    lines = [goods(minor - 4_000, quantity=5), goods(2_000), goods(2_000, hs_code="910211")]
    found = arriving(*lines, book=law(), day=day, customer=customer)
    assert sum(fee.amount.minor for _, fee in found.fees) == fees


def test_a_full_declaration_counts_ten_digits_except_under_ioss() -> None:
    lines = [goods(1_000, taric="6109100010"), goods(1_000, taric="6109100090")]
    full = arriving(*lines, book=law(), declaration="H1")
    assert [code for code, _ in full.fees[0][1].headings] == ["6109100010", "6109100090"]
    assert len(arriving(*lines, book=law(), declaration="H1", is_ioss=True)
               .fees[0][1].headings) == 1


def test_preference_may_be_claimed_instead_of_the_flat_duty() -> None:
    book = replace(law(), duties={"EU": tariff(
        "EU", ("61", "*", "mfn", "12"), ("61", "CN", "preference", "0")).duties["EU"]})
    how: dict[str, Any] = {"book": book, "declaration": "H1", "has_proof": True}
    claimed = arriving(goods(5_000), goods(5_000, hs_code="910211"), **how)
    assert owed(claimed) == [("preference", 0)]
    assert [code for code, _ in claimed.fees[0][1].headings] == ["910211"]
    assert arriving(goods(5_000), **how).fees == ()
    assert arriving(goods(5_000), is_ioss=True, **how).fees


def test_the_flat_duty_in_another_currency_is_rounded_per_heading() -> None:
    found = arriving(goods(1_000, currency="RON"), goods(1_000, currency="RON", hs_code="910211"),
                     book=law())
    assert found.fees[0][1].amount == Money(3060, "RON")  # 15.2973 each


def test_goods_without_a_code_are_a_heading_of_their_own() -> None:
    found = arriving(goods(1_000, hs_code=""), goods(1_000, hs_code="", sku="CUP"), book=law())
    assert [code for code, _ in found.fees[0][1].headings] == ["TEE", "CUP"]


def test_the_limit_of_the_destination() -> None:
    book = tariff("GB", ("", "*", "mfn", "10"))
    how: dict[str, Any] = {"book": book, "area": "GB", "country": "GB"}
    assert arriving(goods(13_500, currency="GBP"), **how).duty == Money(0, "GBP")
    assert arriving(goods(13_501, currency="GBP"), **how).duty == Money(1350, "GBP")
    assert arriving(goods(13_501, currency="GBP"), is_duty_free=True, **how).duty == Money(
        0, "GBP")


def test_the_code_of_the_place_of_arrival_finds_its_row() -> None:
    """The world's six digits give 12 %, the ten digits the EU knows these goods by 7 %."""
    book = tariff("EU", ("610910", "*", "mfn", "12"), ("6109100010", "*", "mfn", "7"))
    shirt = line(20_000, codes=(("EU", "6109100010"), ("US", "6109100099")))
    for one, minor in ((shirt, 1_400), (line(20_000), 2_400)):
        found = ask(Destination("DE", postal_code="10115"), one, ship_from="CN", book=book,
                    market=MarketFacts("m", tax_included=False))
        assert found.duty == Money(minor, "EUR")


def test_measures_of_one_kind_add_up_and_within_one_the_longest_prefix_wins() -> None:
    rows = [DutyRow(f"r{i}", "US", hs, "*", kind, Decimal(percent), None, "", "add",
                    proof_required=False, validity=LAW, measure=measure)
            for i, (hs, kind, percent, measure) in enumerate((
                ("", "mfn", "10", ""), ("", "surcharge", "10", "122"),
                ("6109", "surcharge", "25", "301"), ("61", "surcharge", "7.5", "301")))]
    book = replace(law(), duties={"US": tuple(rows)})
    found = arriving(goods(20_000), book=book, area="US", country="US")
    assert owed(found) == [("mfn", 2_000), ("surcharge", 2_000), ("surcharge", 5_000)]


def test_brokerage_is_asked_by_its_carrier_alone() -> None:
    fee = FeeRow("f", "GB", "BROKER", "Clearance", "consignment", Money(1_400, "GBP"), None, "",
                 in_import_tax_base=False, in_scheme_tax_base=False, replaces_duty=False,
                 validity=LAW, percent=Decimal("2.5"), carrier="C")
    for carrier, minor in (("C", 1_400), ("D", 0)):
        book = replace(tariff("GB", ("", "*", "mfn", "12")),
                       fees={"GB": (replace(fee, carrier=carrier),)})
        found = ask(Destination("GB", postal_code="SW1A 1AA"), line(20_000, "GBP"), book=book,
                    market=MarketFacts("m", tax_included=False))
        assert found.fees == Money(minor, "GBP")


@pytest.mark.parametrize(
    ("hs_code", "incoterm", "duty"), [("610910", "DDP", Money(2_400, "EUR")), ("", "DAP", None)],
)
def test_a_service_that_cannot_prepay_is_offered_dap(hs_code: str, incoterm: str,
                                                     duty: Money | None) -> None:
    found = ask(Destination("DE", postal_code="10115"), line(20_000, hs_code=hs_code),
                ship_from="CN", book=tariff("EU", ("61", "*", "mfn", "12")),
                market=MarketFacts("m", tax_included=False))
    assert found.option is not None
    assert {one.incoterm for one in (*found.options, found.option)} == {incoterm}
    assert found.consignments[0].incoterm == incoterm
    if duty is None:
        assert found.due_at_door.duty is None
        assert "not_prepaid" in {why.rule for why in found.why}
    else:
        assert found.duty == duty


@pytest.mark.parametrize(
    ("paper", "minor"),
    [
        (HeldDocument("Statement on origin", "EU", DAY), 0),
        (HeldDocument("statement on origin", "*", DAY, DAY), 0),
        (HeldDocument("Statement on origin", "NO", DAY), 2_400),
        (HeldDocument("Statement on origin", "EU", date(2026, 11, 22)), 2_400),
        (HeldDocument("Statement on origin", "EU", date(2020, 1, 1), date(2026, 11, 20)), 2_400),
        (HeldDocument("Phytosanitary certificate", "EU", DAY), 2_400),
    ],
)
def test_a_paper_of_a_line_proves_its_origin_alone(paper: HeldDocument, minor: int) -> None:
    """T-shirts made in the UK, EUR 200: 12 % or, by the agreement, nothing; beside them a bicycle
    from China whose tariff no paper changes (14 % and 48.5 % of EUR 100)."""
    lines = [line(20_000, origin="GB", documents=(paper,)),
             line(10_000, line="2", sku="BIKE", hs_code="871200")]
    found = ask(Destination("NL", postal_code="1011 AB"), *lines, ship_from="GB",
                market=MarketFacts("m", tax_included=False))
    assert found.duty == Money(minor + 1_400 + 4_850, "EUR")


def test_every_consignment_has_values_and_limits_of_its_own() -> None:
    """EUR 100 from each of two warehouses: twice the flat duty; EUR 200 from one: the tariff."""
    def asked(*warehouses: str) -> Quote:
        lines = [line(10_000, line=str(i), sku=f"S{i}", warehouse=code)
                 for i, code in enumerate(warehouses)]
        return ask(Destination("DE", postal_code="10115"), *lines, ship_from="CN",
                   market=MarketFacts("m", tax_included=False))

    apart, together = asked("A", "B"), asked("A", "A")
    assert (apart.duty, apart.fees) == (Money(0, "EUR"), Money(600, "EUR"))
    assert (together.duty, together.fees) == (Money(2_400, "EUR"), Money(0, "EUR"))


@pytest.mark.parametrize(("is_taxed", "tax"), [(False, 1_900), (True, 1_957)])
def test_whether_the_flat_duty_is_taxed_under_ioss_is_data(is_taxed: bool, tax: int) -> None:
    """19 % of EUR 100, or of EUR 100 and the EUR 3."""
    fees = tuple(replace(row, in_scheme_tax_base=is_taxed) for row in law().fees["EU"])
    found = ask(Destination("DE", postal_code="10115"), line(10_000), ship_from="CN",
                book=replace(law(), fees={**law().fees, "EU": fees}),
                market=MarketFacts("m", tax_included=False), seller=seller("CN", "IOSS"))
    assert (found.tax, found.fees) == (Money(tax, "EUR"), Money(300, "EUR"))

"""Chargeable weight, rate cards, zones and the delivery options of a cart."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app.rules
from app.kernel.address import Destination
from app.kernel.fx import Rate
from app.kernel.money import Money
from app.rules.chargeable import Measured, WeightRule, chargeable_weight, weigh
from app.rules.facts import (
    CustomerFacts,
    LineFacts,
    MarketFacts,
    PriceFacts,
    QuoteFacts,
    SellerFacts,
)
from app.rules.offers import service_cost
from app.rules.parcels import Parcel
from app.rules.rate_book import EU_MEMBERS, CalendarRow, RateBook, Validity
from app.rules.rate_card import Surcharge, ZoneRates, rate_card_price
from app.rules.shipping import crosses_customs_border, delivery_options, free_from
from app.rules.shipping_rows import FreeShippingRow, RateStep, ServiceRow, WarehouseRow, ZoneRow
from app.rules.zones import zone_of

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday
SINCE = Validity(date(2026, 1, 1), source="card 2026")


def kg_rule(divisor: str, per: str = "parcel") -> WeightRule:
    """Half kilograms to 30 kg, then whole ones; at least half a kilogram."""
    steps = ((Decimal(30), Decimal("0.5")), (None, Decimal(1)))
    return WeightRule(Decimal(divisor), steps, Decimal("0.5"), per)


INCH = WeightRule(Decimal(139), ((None, Decimal(1)),), Decimal(1), dimension_step=Decimal(1))
USPS = WeightRule(Decimal(166), ((None, Decimal(1)),), volumetric_above=Decimal(1728))


def measured(sides: str, weight: str) -> Measured:
    length, width, height = map(Decimal, sides.split("x"))
    return Measured((length, width, height), Decimal(weight))


@pytest.mark.parametrize(
    ("parcels", "rule", "each", "total"),
    [
        (["40x30x20 3.2"], kg_rule("5000"), ["5"], "5"),
        (["40x30x20 3.2"], kg_rule("6000"), ["4"], "4"),
        (["45x35x25 3"], kg_rule("5000"), ["8"], "8"),
        (["45x35x25 3"], kg_rule("6000"), ["7"], "7"),
        (["10x10x10 0.1"], kg_rule("5000"), ["0.5"], "0.5"),
        (["10x10x10 30.2"], kg_rule("5000"), ["31"], "31"),
        (["14.2x10.3x8.1 5"], INCH, ["11"], "11"),
        (["12x12x12 3"], USPS, ["3"], "3"),
        (["13x12x12 3"], USPS, ["12"], "12"),
        (["40x30x20 1", "10x10x10 6"], kg_rule("5000"), ["5", "6"], "11"),
        (["40x30x20 1", "10x10x10 6"], kg_rule("5000", "shipment"), ["5", "6"], "7"),
    ],
)
def test_carriers_weigh(
    parcels: list[str], rule: WeightRule, each: list[str], total: str
) -> None:
    result = weigh([measured(*parcel.split(" ")) for parcel in parcels], rule)
    assert [str(one) for one in result.parcels] == each
    assert str(result.total) == total


@pytest.mark.parametrize(
    ("parcel", "divisor", "step", "grams"),
    [
        (Parcel(3200, 400, 300, 200), 5000, 500, 5000),
        (Parcel(3200, 400, 300, 200), 6000, 500, 4000),
        (Parcel(3200, 400, 300, 200), 0, 500, 3500),
        (Parcel(7000, 400, 300, 200), 5000, 500, 7000),
        (Parcel(7001, 400, 300, 200), 5000, 500, 7500),
    ],
)
def test_the_shop_weighs_in_grams(parcel: Parcel, divisor: int, step: int, grams: int) -> None:
    assert chargeable_weight(parcel, divisor, step) == grams


sides = st.integers(1, 3000)


@given(
    st.builds(Parcel, st.integers(0, 10**6), sides, sides, sides),
    st.integers(0, 9000), st.integers(1, 5000),
)
def test_chargeable_is_never_below_actual(parcel: Parcel, divisor: int, step: int) -> None:
    grams = chargeable_weight(parcel, divisor, step)
    assert grams >= parcel.weight_g
    assert grams % step == 0
    assert grams * divisor >= parcel.volume_mm3 * bool(divisor)
    assert grams - step < max(parcel.weight_g, parcel.volume_mm3 / divisor if divisor else 0) or (
        grams == 0
    )


EU1 = ZoneRates(
    tuple((Decimal(kg), minor) for kg, minor in
          (("1", 990), ("5", 1490), ("10", 1990), ("31.5", 2990)))
)
ASIA = ZoneRates(
    first=Decimal("0.5"), first_minor=3200, step=Decimal("0.5"), step_minor=650
)
SURCHARGES = (
    Surcharge("remote_area", "per_kg_min", minor=55, minimum=2600, in_fuel=True),
    Surcharge("peak", "fixed", minor=150),
    Surcharge("demand", "percent_base", percent=Decimal(4), in_fuel=True),
    Surcharge("fuel", "fuel", percent=Decimal("18.5")),
)


@pytest.mark.parametrize(
    ("rates", "kg", "apply", "lines"),
    [
        (EU1, "5", [], [("base", 1490)]),
        (EU1, "5.5", [], [("base", 1990)]),
        (EU1, "31.5", [], [("base", 2990)]),
        (EU1, "31.6", [], None),
        (ASIA, "0.5", [], [("base", 3200)]),
        (ASIA, "0.6", [], [("base", 3850)]),
        (ASIA, "3", [], [("base", 6450)]),
        (EU1, "5", ["fuel"], [("base", 1490), ("fuel", 276)]),
        (EU1, "10", ["fuel", "remote_area"],
         [("base", 1990), ("remote_area", 2600), ("fuel", 849)]),
        (ASIA, "60", ["remote_area"], [("base", 80550), ("remote_area", 3300)]),
        (EU1, "5", ["fuel", "demand", "peak"],
         [("base", 1490), ("peak", 150), ("demand", 60), ("fuel", 287)]),
    ],
)
def test_rate_cards(
    rates: ZoneRates, kg: str, apply: list[str], lines: list[tuple[str, int]] | None
) -> None:
    price = rate_card_price(rates, SURCHARGES, [Decimal(kg)], apply)
    if lines is None:
        assert price is None
    else:
        assert price is not None
        assert list(price.lines) == lines
        assert price.cost == sum(minor for _, minor in lines)


def test_fuel_is_asked_once_on_base_and_remote_area() -> None:
    card = (Surcharge("remote", "fixed", 2600, in_fuel=True),
            Surcharge("fuel", "fuel", percent=Decimal(20)))
    price = rate_card_price(ZoneRates(((10, 1990),)), card, [8], ["remote", "fuel"])
    assert price is not None
    assert price.cost == 5508


def test_a_surcharge_the_card_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="toll"):
        rate_card_price(EU1, SURCHARGES, [Decimal(1)], ["toll"])


ZONES = (
    ZoneRow("main", "ES", "", False, 2, 4),
    ZoneRow("islands", "ES", "07", False, 4, 6),
    ZoneRow("ibiza", "ES", "078", False, 5, 7),
    ZoneRow("none", "ES", "35", True, 0, 0),
    ZoneRow("nearly", "ES", "35001", False, 1, 1),
    ZoneRow("gb", "GB", "", False, 3, 5),
    ZoneRow("highlands", "GB", "IV1", False, 4, 8),
)


@pytest.mark.parametrize(
    ("country", "postcode", "zone"),
    [
        ("ES", "28001", "main"), ("ES", "", "main"), ("ES", "07001", "islands"),
        ("ES", "07800", "ibiza"), ("ES", "35001", None), ("GB", "iv1 1aa", "highlands"),
        ("GB", "SW1A 1AA", "gb"), ("FR", "75001", None),
    ],
)
def test_the_longest_prefix_wins_and_an_excluded_place_over_all(
    country: str, postcode: str, zone: str | None
) -> None:
    found = zone_of(ZONES, Destination(country, postal_code=postcode))
    assert (found and found.zone) == zone


@pytest.mark.parametrize(
    ("origin", "country", "crosses"),
    [("PT", "PT", False), ("PT", "DE", False), ("PT", "MC", False), ("PT", "GB", True),
     ("SG", "DE", True), ("SG", "SG", False), ("CH", "LI", False)],
)
def test_customs_borders(origin: str, country: str, crosses: bool) -> None:
    assert crosses_customs_border(origin, Destination(country)) is crosses


def service(code: str, tier: str, warehouse: str = "LIS", **changes: Any) -> ServiceRow:
    """A service to Germany and Japan: 10.00 to 5 kg, 20.00 to 20 kg, unless changed."""
    amounts: Mapping[int, int] = changes.pop("amounts", {5_000: 1000, 20_000: 2000})
    countries: Sequence[str] = changes.pop("countries", ("DE", "JP"))
    row: dict[str, Any] = {
        "carrier": "Linha Azul", "label": {"en": code}, "incoterm": "DDP", "divisor": 5000,
        "step_g": 500, "max_weight_g": 31_500, "max_side_mm": 2000, "max_girth_mm": 4000,
        "fuel_percent": Decimal(0), "handling_days": 0, "is_tracked": True, "needs_phone": False,
        "zones": tuple(ZoneRow("z", country, "", False, 2, 4) for country in countries),
        "steps": tuple(
            RateStep("z", grams, Money(minor, "EUR"), SINCE) for grams, minor in amounts.items()
        ),
    }
    return ServiceRow(code=code, tier=tier, warehouse=warehouse, **(row | changes))


def book(*services: ServiceRow, **changes: Any) -> RateBook:
    rows: dict[str, Any] = {
        "services": {one.code: one for one in services},
        "warehouses": {
            "LIS": WarehouseRow("LIS", "PT", "Europe/Lisbon", time(15)),
            "SIN": WarehouseRow("SIN", "SG", "Asia/Singapore", time(14)),
        },
        "fx": {"JPY": Rate("EUR", "JPY", Decimal("171.2345"), "ECB", date(2026, 11, 23))},
        "calendars": {"DE": CalendarRow("DE", customs_days=2)},
        "free_shipping": (
            FreeShippingRow("de", "standard", Money(6000, "EUR"), SINCE),
            FreeShippingRow("de", "standard", Money(1, "EUR"), Validity(last=date(2025, 12, 31))),
        ),
    }
    return RateBook(**(rows | changes))


def piece(warehouse: str = "LIS", weight_g: int = 800, quantity: int = 1) -> LineFacts:
    return LineFacts(
        f"line-{warehouse}", "SKU", "product", frozenset(), quantity, Money(5000, "EUR"),
        PriceFacts("base", "set"), "standard", "", "PT", weight_g, (300, 200, 100), warehouse,
    )


def facts(
    *lines: LineFacts, country: str = "DE", currency: str = "EUR", carriers: Sequence[str] = ()
) -> QuoteFacts:
    return QuoteFacts(
        MarketFacts("de", tax_included=True, carriers=tuple(carriers)),
        SellerFacts("demo", "PT", frozenset(), frozenset()), CustomerFacts(), currency,
        Destination(country), tuple(lines), (), "", NOW,
    )


PAID = Money(5000, "EUR")


def test_the_cheapest_service_of_a_tier_is_taken_and_tiers_are_sorted_by_price() -> None:
    tables = book(
        service("dear", "standard", amounts={5_000: 1200}),
        service("cheap", "standard", fuel_percent=Decimal("12.5")),
        service("fast", "express", amounts={5_000: 3000}, needs_phone=True),
        service("post", "post", amounts={5_000: 400}, is_tracked=False),
    )
    options, why, _ = delivery_options(facts(piece()), PAID, tables)
    assert [(one.id, one.price.minor) for one in options] == [
        ("post", 400), ("standard", 1125), ("express", 3000)
    ]
    assert options[1].services == (("LIS", "cheap"),)
    assert [one.needs_phone for one in options] == [False, False, True]
    assert [one.is_tracked for one in options] == [False, True, True]
    standard = next(one for one in why if one.params["option"] == "standard")
    assert (standard.rule, standard.rate, standard.day, standard.source) == (
        "rate_card", "12.5 %", "2026-01-01", "card 2026"
    )


def test_every_warehouse_must_be_served() -> None:
    tables = book(
        service("lis-standard", "standard"), service("sin-standard", "standard", "SIN"),
        service("lis-express", "express"),
    )
    options, why, _ = delivery_options(facts(piece("LIS"), piece("SIN")), PAID, tables)
    assert [one.tier for one in options] == ["standard"]
    assert options[0].cost.minor == 2000
    assert options[0].services == (("LIS", "lis-standard"), ("SIN", "sin-standard"))
    # 24 November + 2 days, + 2 days of customs from Singapore, where it is past the cut-off
    assert (options[0].earliest, options[0].latest) == (date(2026, 12, 1), date(2026, 12, 3))
    missing = next(one for one in why if one.rule == "tier_not_offered")
    assert missing.params == {"option": "express", "warehouse": "SIN", "reason": "no_service"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (service("s", "standard", countries=["FR"]), "not_served"),
        (service("s", "standard", max_weight_g=700), "too_large"),
        (service("s", "standard", amounts={1_000: 500}), "over_last_step"),
        (service("s", "standard", steps=()), "over_last_step"),
    ],
)
def test_what_is_not_offered_says_why(row: ServiceRow, reason: str) -> None:
    options, why, _ = delivery_options(facts(piece()), PAID, book(row))
    assert options == ()
    assert [one.params["reason"] for one in why] == [reason]


def test_without_an_exchange_rate_nothing_is_offered() -> None:
    options, why, _ = delivery_options(
        facts(piece(), currency="KWD"), Money(1, "KWD"), book(service("s", "standard"))
    )
    assert options == ()
    assert why[0].params["reason"] == "no_exchange_rate"


def test_only_carriers_of_the_market() -> None:
    tables = book(service("a", "standard"), service("b", "express", carrier="Merlion Post"))
    options, _, _ = delivery_options(facts(piece(), carriers=["Merlion Post"]), PAID, tables)
    assert [one.tier for one in options] == ["express"]


def test_a_cost_is_converted_once_and_says_so() -> None:
    options, why, _ = delivery_options(
        facts(piece(), country="JP", currency="JPY"), Money(8000, "JPY"),
        book(service("s", "standard", amounts={5_000: 1333})),
    )
    assert options[0].price == Money(2283, "JPY")  # 13.33 × 171.2345 = 2282.56
    converted = next(one for one in why if one.rule == "converted")
    assert (converted.rate, converted.day) == ("1 EUR = 171.234500 JPY", "2026-11-23")


@pytest.mark.parametrize(
    ("paid", "currency", "price"),
    [(5999, "EUR", 1000), (6000, "EUR", 0), (10273, "JPY", 1712), (10274, "JPY", 0)],
)
def test_free_from_a_goods_value_after_discount(paid: int, currency: str, price: int) -> None:
    options, why, _ = delivery_options(
        facts(piece(), currency=currency), Money(paid, currency), book(service("s", "standard"))
    )
    option = options[0]
    assert option.price.minor == price
    assert option.cost.minor > 0
    assert option.is_free_by == ("" if price else "threshold")
    assert any(one.rule == "free_from" for one in why) is (not price)


def test_a_threshold_in_the_currency_counts_before_a_converted_one() -> None:
    rows = (
        FreeShippingRow("jp", "standard", Money(5000, "EUR"), SINCE),
        FreeShippingRow("jp", "standard", Money(9000, "JPY"), SINCE),
    )
    tables = book(free_shipping=rows)
    assert free_from(tables, "jp", "standard", "JPY", NOW.date()) == Money(9000, "JPY")
    assert free_from(tables, "jp", "express", "JPY", NOW.date()) is None


def test_one_dap_parcel_makes_the_option_dap() -> None:
    tables = book(service("a", "standard"), service("b", "standard", "SIN", incoterm="DAP"))
    assert delivery_options(facts(piece("LIS")), PAID, tables)[0][0].incoterm == "DDP"
    both = facts(piece("LIS"), piece("SIN"))
    assert delivery_options(both, PAID, tables)[0][0].incoterm == "DAP"


def test_parcels_are_priced_one_by_one_and_fuel_once() -> None:
    row = service("s", "standard", fuel_percent=Decimal("2.5"))
    parcels = [Parcel(800, 300, 200, 100)] * 3
    cost = service_cost(row, "z", parcels, NOW.date())
    assert cost is not None
    assert cost.cost == Money(3075, "EUR")
    assert cost.chargeable_g == 4500  # 1.2 kg by volume, 1.5 on the step, three times


def test_a_newer_rate_replaces_an_older_one_of_the_same_step() -> None:
    newer = RateStep("z", 5_000, Money(1100, "EUR"), Validity(date(2026, 6, 1)))
    row = service("s", "standard")
    row = service("s", "standard", steps=(*row.steps, newer))
    for day, minor in ((NOW.date(), 1100), (date(2026, 5, 1), 1000)):
        cost = service_cost(row, "z", [Parcel(800, 1, 1, 1)], day)
        assert cost is not None
        assert cost.cost.minor == minor


prices = st.integers(0, 9_000)


@given(
    st.lists(
        st.tuples(st.sampled_from(["post", "standard", "express"]),
                  st.sampled_from(["LIS", "SIN"]), prices, st.sampled_from(["DDP", "DAP"])),
        max_size=8,
    ),
    st.lists(st.tuples(st.sampled_from(["LIS", "SIN"]), st.integers(1, 4_000)), max_size=4),
    st.integers(0, 12_000),
)
def test_options_are_sorted_whole_and_ahead(
    cards: list[tuple[str, str, int, str]], pieces: list[tuple[str, int]], paid: int
) -> None:
    rows = [
        service(f"s{i}", tier, warehouse, amounts={20_000: minor}, incoterm=incoterm)
        for i, (tier, warehouse, minor, incoterm) in enumerate(cards)
    ]
    lines = [piece(warehouse, grams) for warehouse, grams in pieces]
    options, _, _ = delivery_options(facts(*lines), Money(paid, "EUR"), book(*rows))
    assert [one.price.minor for one in options] == sorted(one.price.minor for one in options)
    used = {line.warehouse for line in lines}
    for one in options:
        assert {warehouse for warehouse, _ in one.services} == used
        assert NOW.date() < one.earliest <= one.latest
        assert 0 <= one.price.minor <= one.cost.minor
    served = [
        tier for tier in ("post", "standard", "express")
        if used and used == {row.warehouse for row in rows if row.tier == tier} & used
    ]
    assert sorted(one.tier for one in options) == sorted(served)


DEMO = json.loads(
    (Path(app.rules.__path__[0]).parent / "demo" / "shipping.json").read_text("utf-8")
)
LANGUAGES = {"en", "de", "fr", "es", "ja", "zh-Hans", "ar"}


def reached(tier: str, warehouse: str) -> set[str]:
    return {
        zone["country"]
        for row in DEMO["services"] if (row["tier"], row["warehouse"]) == (tier, warehouse)
        for zone in row["zones"] if not zone.get("is_excluded")
    }


def test_the_demo_reaches_its_markets_and_no_sanctioned_country() -> None:
    markets = EU_MEMBERS | {"US", "CA", "GB", "CH", "JP", "AE", "KW", "SG", "AU"}
    assert markets <= reached("standard", "LIS") & reached("express", "LIS")
    assert markets <= reached("standard", "SIN") & reached("express", "SIN")
    sent = {zone["country"] for row in DEMO["services"] for zone in row["zones"]}
    assert not sent & {"IR", "KP", "SY", "CU", "RU", "BY"}


def test_the_demo_rate_cards_are_whole() -> None:
    for row in DEMO["services"]:
        assert set(row["label"]) == LANGUAGES
        assert {zone["zone"] for zone in row["zones"] if not zone.get("is_excluded")} == set(
            row["rates"]
        )
        places = [(zone["country"], zone.get("postcode_prefix", "")) for zone in row["zones"]]
        assert len(places) == len(set(places))
        for steps in row["rates"].values():
            assert steps == sorted(steps)
            assert [minor for _, minor in steps] == sorted(minor for _, minor in steps)

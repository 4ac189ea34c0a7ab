"""What a service takes, where it goes, what its card asks and which one is chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.kernel.address import Destination, kind_of
from app.kernel.money import Money
from app.rules.chargeable import WeightRule, weigh_parcels
from app.rules.dangerous import Dangerous, may_travel
from app.rules.facts import LineFacts, LiveFacts, QuoteFacts
from app.rules.offers import service_cost, volume_percent
from app.rules.parcel import Limits, Parcel
from app.rules.parcels import pack
from app.rules.rate_book import RateBook
from app.rules.shipping import Delivery, delivery_options
from app.rules.shipping_rows import (
    AreaRow,
    BoxRow,
    ChoiceRow,
    DangerousRow,
    OutageRow,
    RateStep,
    ServiceRow,
    ShippingBook,
    SurchargeRow,
    VolumeRow,
    ZoneRow,
)
from app.rules.validity import Validity
from app.rules.zones import zone_of
from tests.rules.test_shipping import NOW, PAID, SINCE, book, facts, piece, service

DAY = NOW.date()


def shipped(*services: ServiceRow, **tables: Any) -> RateBook:
    """The tables of these services with some of the choice."""
    return replace(book(*services), shipping=ShippingBook(**tables))


def asked(rows: RateBook, where: Destination | None = None, line: LineFacts | None = None,
          **changes: Any) -> Delivery:
    """The options of one piece to Germany."""
    asking: QuoteFacts = replace(facts(line or piece()), **changes)
    return delivery_options(replace(asking, destination=where or asking.destination), PAID, rows)


PLACES = (
    ZoneRow("any", "*", "", False, 9, 12), ZoneRow("us", "US", "", False, 4, 6),
    ZoneRow("west", "US", "", False, 3, 5, "CA"), ZoneRow("bay", "US", "940", False, 2, 3, "",
                                                          "941"),
    ZoneRow("none", "RU", "", True, 0, 0),
)


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        (Destination("US"), "us"), (Destination("US", "CA"), "west"),
        (Destination("US", "CA", "94105"), "bay"), (Destination("US", "", "94000"), "bay"),
        (Destination("US", "CA", "94200"), "west"), (Destination("US", "NY", "10001"), "us"),
        (Destination("US", "CA", "9"), "west"), (Destination("BR"), "any"),
        (Destination("RU"), None),
    ],
)
def test_postcode_before_state_before_country_before_anywhere(
    place: Destination, zone: str | None
) -> None:
    found = zone_of(PLACES, place)
    assert (found and found.zone) == zone


REMOTE = SurchargeRow("remote", "per_kg_min", "EUR", SINCE, area="far", minor=55, minimum=2600,
                      in_fuel=True, position=1)
PEAK = SurchargeRow("peak", "fixed", "EUR", Validity(date(2026, 11, 16), date(2027, 1, 15)),
                    minor=150, position=2, per_parcel=True)
FUEL = SurchargeRow("fuel", "fuel", "EUR", SINCE, percent=Decimal("18.5"))
FAR = {"far": {"DE": (AreaRow("DE", "", "25", "27"),)}}


@pytest.mark.parametrize(
    ("postcode", "day", "lines"),
    [
        # 10.00 base for 1.5 kg; 18.5 % of 10.00 = 1.85
        ("10115", date(2026, 6, 1), (("base", 1000), ("fuel", 185))),
        # + 26.00 at least for the island: 18.5 % of 36.00 = 6.66
        ("25980", date(2026, 6, 1), (("base", 1000), ("remote", 2600), ("fuel", 666))),
        ("27498", date(2026, 11, 16),
         (("base", 1000), ("remote", 2600), ("peak", 150), ("fuel", 666))),
        ("28000", date(2027, 1, 15), (("base", 1000), ("peak", 150), ("fuel", 185))),
        ("28000", date(2027, 1, 16), (("base", 1000), ("fuel", 185))),
    ],
)
def test_remote_area_peak_and_fuel(
    postcode: str, day: date, lines: tuple[tuple[str, int], ...]
) -> None:
    row = service("s", "standard", surcharges=(FUEL, PEAK, REMOTE), fuel_percent=Decimal(99))
    cost = service_cost(row, "z", [Parcel(800, 300, 200, 100)], day,
                        destination=Destination("DE", postal_code=postcode),
                        book=ShippingBook(areas=FAR))
    assert cost is not None
    assert cost.lines == lines


def test_a_remote_parcel_of_a_hundred_kilograms_is_charged_by_weight() -> None:
    row = service("s", "standard", surcharges=(REMOTE,), amounts={200_000: 9000})
    cost = service_cost(row, "z", [Parcel(100_000, 300, 200, 100)], DAY,
                        destination=Destination("DE", postal_code="25980"),
                        book=ShippingBook(areas=FAR))
    assert cost is not None
    assert cost.lines == (("base", 9000), ("remote", 5500))


def test_first_and_steps_and_tiers_by_value() -> None:
    first = RateStep("z", 500, Money(3200, "EUR"), SINCE, 500, 650)
    row = service("s", "standard", steps=(first,))
    cost = service_cost(row, "z", [Parcel(800, 300, 200, 100)], DAY)  # 1.5 kg: two steps more
    assert cost is not None
    assert cost.cost == Money(4500, "EUR")
    tiers = (RateStep("z", 0, Money(790, "EUR"), SINCE, up_to_value=5000),
             RateStep("z", 0, Money(490, "EUR"), SINCE, up_to_value=20_000))
    row = service("s", "standard", steps=tiers)
    prices = [service_cost(row, "z", [Parcel(800, 1, 1, 1)], DAY, value=value)
              for value in (5000, 5001, 20_001)]
    assert [one and one.cost.minor for one in prices] == [790, 490, None]


def test_american_scales() -> None:
    """361 × 262 × 206 mm is 14.21 × 10.31 × 8.11 in: 15 × 11 × 9 / 139 = 10.68, so 11 lb."""
    rule = WeightRule(Decimal(139), ((None, Decimal(1)),), Decimal(1), dimension_step=Decimal(1),
                      unit="lb")
    assert weigh_parcels([Parcel(2268, 361, 262, 206)], rule) == (4990,)  # 11 lb = 4989.5 g
    assert weigh_parcels([Parcel(2268, 305, 305, 305)], rule) == (7258,)  # 13^3 / 139 = 15.8
    row = service("s", "standard", divisor=139, weighing=rule,
                  amounts={4990: 1100, 5444: 1200})
    cost = service_cost(row, "z", [Parcel(2268, 361, 262, 206)], DAY)
    assert cost is not None
    assert cost.cost.minor == 1100


def test_a_carrier_that_rates_the_shipment_looks_up_one_weight() -> None:
    rule = WeightRule(Decimal(5000), ((None, Decimal("0.5")),), per="shipment")
    row = service("s", "standard", weighing=rule, amounts={7_000: 700, 20_000: 2000})
    boxes = [Parcel(1000, 400, 300, 200), Parcel(6000, 100, 100, 100)]
    cost = service_cost(row, "z", boxes, DAY)
    assert cost is not None
    assert (cost.cost.minor, cost.chargeable_g) == (700, 7000)


@pytest.mark.parametrize(
    ("kg", "percent"), [(0, "0"), (99, "0"), (100, "4"), (499, "4"), (500, "9"), (900, "9")],
)
def test_volume_tiers_by_last_months_weight(kg: int, percent: str) -> None:
    tiers = tuple(VolumeRow("Linha Azul", low, Decimal(off), SINCE)
                  for low, off in ((0, 0), (100, 4), (500, 9)))
    tables = ShippingBook(volumes=tiers, shipped_kg={"Linha Azul": kg})
    assert volume_percent(tables, "Linha Azul", DAY) == Decimal(percent)
    cost = service_cost(service("s", "standard"), "z", [Parcel(800, 1, 1, 1)], DAY, book=tables)
    assert cost is not None
    assert cost.cost.minor == 1000 - 10 * int(percent)


LITHIUM = {
    ("UN3481", "air"): DangerousRow("UN3481", "air", True, Decimal(20), Decimal(100)),
    ("UN3480", "air"): DangerousRow("UN3480", "air", False),
    ("UN1950", "ground"): DangerousRow("UN1950", "ground", True),
}


@pytest.mark.parametrize(
    ("un", "cell", "battery", "transport", "taken"),
    [
        ("UN3481", "19", "19", "air", True),  # 3.8 V × 5 Ah
        ("UN3481", "20", "100", "air", True), ("UN3481", "20.1", "100", "air", False),
        ("UN3481", "20", "100.1", "air", False), ("UN3481", None, "50", "air", False),
        ("UN3480", "5", "5", "air", False), ("UN3480", "5", "5", "post", False),
        ("UN1950", None, None, "ground", True), ("UN1950", None, None, "air", False),
        ("UN9999", None, None, "ground", False),
    ],
)
def test_dangerous_goods(
    un: str, cell: str | None, battery: str | None, transport: str, taken: bool
) -> None:
    goods = Dangerous(un, Decimal(cell) if cell else None, Decimal(battery) if battery else None)
    assert may_travel(goods, transport, LITHIUM) is taken


def test_goods_post_boxes_and_outages_say_why_a_service_is_not_offered() -> None:
    by_air, by_road = service("a", "express", transport="air"), service("b", "standard",
                                                                         takes_po_box=False)
    spray = replace(piece(), dangerous=Dangerous("UN1950"))
    rows = shipped(by_air, by_road, dangerous=LITHIUM)
    found = asked(rows, line=spray)
    assert [one.id for one in found.options] == ["standard"]
    assert {one.service: one.refused for one in found.comparison} == {"a": "goods_not_taken",
                                                                      "b": ""}
    found = asked(rows, Destination("DE", kind="po_box"))
    assert {one.service: one.refused for one in found.comparison} == {"a": "", "b": "no_po_box"}
    down = shipped(by_air, by_road, outages=(OutageRow("Linha Azul", "b", "DE"),))
    found = asked(down)
    assert [one.id for one in found.options] == ["express"]
    assert asked(down, Destination("JP")).comparison[1].refused == ""


def test_the_fallback_takes_the_place_of_a_carrier_that_is_down() -> None:
    cheap, dear = service("a", "standard"), service("b", "standard", carrier="Merlion",
                                                    amounts={5_000: 1500})
    assert asked(shipped(cheap, dear)).options[0].services == (("LIS", "a"),)
    rows = shipped(cheap, dear, outages=(OutageRow("Linha Azul"),))
    assert asked(rows).options[0].services == (("LIS", "b"),)


def rule(prefer: str, **changes: Any) -> ChoiceRow:
    row: dict[str, Any] = {"market": "", "tier": "", "minimum": None, "maximum": None,
                           "needs_tracking": False}
    return ChoiceRow(**(row | changes), prefer=prefer, validity=SINCE)


@pytest.mark.parametrize(
    ("rules", "taken"),
    [
        ((), "cheap"), ((rule("speed"),), "fast"), ((rule("score"),), "good"),
        ((rule("speed", minimum=Money(5001, "EUR")),), "cheap"),
        ((rule("speed", minimum=Money(5000, "EUR")),), "fast"),
        ((rule("speed", maximum=Money(5000, "EUR")),), "cheap"),
        ((rule("speed", market="fr"), rule("score", tier="standard")), "good"),
        ((rule("cost", needs_tracking=True),), "good"),
    ],
)
def test_rules_choose_by_value_urgency_and_cost(
    rules: tuple[ChoiceRow, ...], taken: str
) -> None:
    days = (ZoneRow("z", "DE", "", False, 1, 1),)
    rows = shipped(
        service("cheap", "standard", is_tracked=False),
        service("fast", "standard", carrier="B", amounts={5_000: 1400}, zones=days,
                is_tracked=False),
        service("good", "standard", carrier="C", amounts={5_000: 1200}),
        choices=rules, scores={"Linha Azul": 50, "C": 90},
    )
    found = asked(rows)
    assert found.options[0].services == (("LIS", taken),)
    chosen = [one for one in found.comparison if one.is_chosen]
    assert [one.service for one in chosen] == [taken]
    assert len(found.comparison) == 3


def test_a_live_answer_stands_in_for_the_card_and_for_its_days() -> None:
    live = LiveFacts("s", Money(777, "EUR"), 1, "EasyPost", DAY)
    found = asked(shipped(service("s", "standard")), live=(live,))
    assert found.options[0].price == Money(777, "EUR")
    assert found.comparison[0].is_live
    assert found.why[0].rule == "live_rate"
    assert found.options[0].earliest == date(2026, 11, 25)


BOXES = (BoxRow("S", (200, 150, 100), (210, 160, 110), 60, 5_000),
         BoxRow("L", (400, 300, 250), (410, 310, 260), 300, 20_000))
WIDE = Limits(31_500, 2_000, 4_000)


def some(pieces: int, size: tuple[int, int, int], weight_g: int = 300) -> LineFacts:
    return replace(piece(weight_g=weight_g, quantity=pieces), size_mm=size)


@pytest.mark.parametrize(
    ("line", "boxes"),
    [
        (some(1, (150, 100, 50)), [""]),  # one piece goes in its own packaging
        (some(4, (100, 75, 100)), ["S"]), (some(5, (100, 75, 100)), ["L"]),
        (some(2, (390, 290, 240)), ["", ""]), (some(2, (450, 100, 50)), ["", ""]),
    ],
)
def test_the_smallest_carton_that_holds_everything(line: LineFacts, boxes: list[str]) -> None:
    parcels = pack([line], WIDE, BOXES)
    assert parcels is not None
    assert sum(one.pieces for one in parcels) == line.quantity
    assert [one.box for one in parcels] == boxes


def test_sixty_pieces_go_into_two_cartons_with_their_own_weight() -> None:
    parcels = pack([some(60, (100, 75, 100))], WIDE, BOXES)
    assert parcels is not None
    assert len(parcels) == 2
    assert sum(one.pieces for one in parcels) == 60
    tare = sum({"S": 60, "L": 300}[one.box] for one in parcels)
    assert sum(one.weight_g for one in parcels) == 60 * 300 + tare


@pytest.mark.parametrize(
    ("country", "lines", "kind"),
    [
        ("DE", "Postfach 12 34", "po_box"), ("US", "P.O. Box 7", "po_box"),
        ("US", "PO Box 7", "po_box"), ("FR", "BP 12", "po_box"), ("JP", "銀座郵便局私書箱1号",
                                                                  "po_box"),
        ("AE", "P.O. Box 1234", ""), ("DE", "Poststr. 1", ""), ("GB", "1 Boxford Street", ""),
    ],
)
def test_post_office_boxes_by_their_words(country: str, lines: str, kind: str) -> None:
    assert kind_of(country, "", "Town", "", lines) == kind


def test_military_addresses() -> None:
    assert kind_of("US", "AE", "APO", "09012", "Unit 1") == "military"
    assert kind_of("GB", "", "BFPO", "BF1 2AB", "1 Lane") == "military"
    assert Limits(9_000, 900, 2_000, 900).allow(Parcel(1, 300, 300, 300))
    assert not Limits(9_000, 900, 2_000, 900).allow(Parcel(1, 301, 300, 300))

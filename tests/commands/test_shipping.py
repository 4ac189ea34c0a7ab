"""`flask shipping`: cards in and out, prices with their steps, what is down."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app.commands import shipping
from app.extensions import db, transaction
from app.models.order import Shipment
from app.models.shipping import ShippingRate, ShippingService
from app.services.orders import handling
from app.services.rates.book import rate_book
from app.services.shipping.rows import shipped_kg
from tests import shoppers
from tests.world import BOOK, CUP, TEA

HEADER = ("service,zone,basis,up_to,unit,up_to_value_minor,price_minor,step,step_price_minor,"
          "currency,valid_from,valid_to,source\n")
NEXT = HEADER + (
    "lis-standard,pt,weight,1,kg,,500,,,EUR,2027-01-01,,card 2027\n"
    "lis-standard,pt,weight,31.5,kg,,900,,,EUR,2027-01-01,,card 2027\n"
)


def run(shop: Flask, *words: str) -> Result:
    return shop.test_cli_runner().invoke(shipping.group, list(words))


def imported(shop: Flask, folder: Path, content: str, *more: str) -> Result:
    file = folder / "cards.csv"
    file.write_text(content, encoding="utf-8")
    return run(shop, "rates", "import", str(file), *more)


def steps(zone: str = "pt") -> list[tuple[int, int, date, date | None]]:
    rows = db.session.scalars(
        select(ShippingRate).join(ShippingService,
                                  ShippingService.id == ShippingRate.service_id)
        .where(ShippingService.code == "lis-standard", ShippingRate.zone == zone)
        .order_by(ShippingRate.valid_from, ShippingRate.up_to_g))
    found = [(row.up_to_g, row.amount_minor, row.valid_from, row.valid_to) for row in rows]
    db.session.rollback()
    return found


def test_a_new_version_is_dated_and_closes_the_one_before(
    either_shop: Flask, tmp_path: Path
) -> None:
    before = steps()
    first = imported(either_shop, tmp_path, NEXT)
    again = imported(either_shop, tmp_path, NEXT)
    after = steps()

    assert first.output == "cards.csv: 2 new, 0 the same\n"
    assert again.output == "cards.csv: 0 new, 2 the same\n"
    assert after == [(grams, minor, start, date(2026, 12, 31))
                     for grams, minor, start, _ in before] + [
        (1000, 500, date(2027, 1, 1), None), (31_500, 900, date(2027, 1, 1), None)]
    amounts = {day: min(step.amount.minor for step in rate_book(day).services["lis-standard"].steps
                        if step.zone == "pt" and step.validity.covers(day))
               for day in (date(2026, 12, 31), date(2027, 1, 1))}
    assert amounts == {date(2026, 12, 31): before[0][1], date(2027, 1, 1): 500}


def test_everything_written_out_can_be_taken_again(either_shop: Flask, tmp_path: Path) -> None:
    imported(either_shop, tmp_path, NEXT)
    for kind in ("rates", "surcharges", "areas"):
        written = run(either_shop, "rates", "export", "--kind", kind).output
        assert " 0 new, " in imported(either_shop, tmp_path, written, "--kind", kind).output
    file = tmp_path / "shipping.json"
    run(either_shop, "export", "--output", str(file), "--on", "2027-02-01")
    cards = [one for one in json.loads(file.read_text(encoding="utf-8"))["services"]
             if one["code"] == "lis-standard"]
    assert [one["valid_from"] for one in cards] == ["2026-01-01", "2027-01-01"]
    assert list(cards[1]["rates"]) == ["pt"]
    told = run(either_shop, "load", str(file))
    assert told.exit_code == 0, told.output
    assert all(": 0 new, 0 changed" in line for line in told.output.splitlines())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("ghost,pt,weight,1,kg,,5,,,EUR,2027-01-01,,", "cards.csv:2: service there is no service"),
        ("lis-standard,moon,weight,1,kg,,5,,,EUR,2027-01-01,,", "cards.csv:2: zone 'lis-standard'"),
        ("lis-standard,pt,weight,1,kg,,5.5,,,EUR,2027-01-01,,",
         "cards.csv:2: price_minor '5.5' is not a whole number"),
        ("lis-standard,pt,weight,1,kg,,5,,,EUR,tomorrow,,", "cards.csv:2: valid_from 'tomorrow'"),
        ("lis-standard,pt,weight,,kg,,5,,,EUR,2027-01-01,,", "cards.csv:2: up_to is empty"),
        ("lis-standard,pt,value,1,kg,500,5,,,EUR,2027-01-01,,", "cards.csv:2: up_to has no"),
        ("lis-standard,pt,first,1,kg,,5,,,EUR,2027-01-01,,", "cards.csv:2: step is empty"),
        ("lis-standard,pt,weight,1,kg,,5,,,XYZ,2027-01-01,,", "cards.csv:2: currency 'XYZ'"),
        ("lis-standard,pt,weight,1,kg,,5,,,EUR,2026-01-01,,",
         "cards.csv:2: valid_from a version from 2026-01-01 is there already with other values"),
        ("lis-standard,pt,weight,1,kg,,5,,,EUR,2025-01-01,,",
         "cards.csv:2: valid_from a version from 2026-01-01 is there already; a new one"),
        ("lis-standard,pt,weight,1,kg,,5,,,EUR,2027-01-02,2027-01-01,", "valid_to is before"),
        ("lis-standard,pt,weight,1", "has more or fewer cells"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_taken(
    shop: Flask, tmp_path: Path, row: str, reason: str
) -> None:
    before = steps("eu1")
    good = "lis-standard,eu1,weight,1,kg,,500,,,EUR,2027-01-01,,\n"
    told = imported(shop, tmp_path, HEADER + row + "\n" + good)
    assert told.exit_code == 1
    assert reason in told.output
    assert steps("eu1") == before


def test_a_shipping_file_says_every_mistake(shop: Flask, tmp_path: Path) -> None:
    file = tmp_path / "shipping.json"
    wrong: dict[str, Any] = {
        "boxes": [{"warehouse": "MOON", "code": "S", "inner_mm": [1, 1, 1],
                   "outer_mm": [2, 2, 2]}],
        "services": [{"code": "new"}, {"code": "lis-post", "colour": "red"}],
    }
    file.write_text(json.dumps(wrong), encoding="utf-8")
    told = run(shop, "load", str(file))
    assert told.exit_code == 1
    assert "services[2].colour: is not a field of this entry" in told.output
    del wrong["services"][1]
    file.write_text(json.dumps(wrong), encoding="utf-8")
    told = run(shop, "load", str(file))
    assert "boxes[1].warehouse: there is no warehouse 'MOON'" in told.output
    assert "services[1].zones: is missing; 'new' is new" in told.output


def test_a_service_in_pounds_with_first_and_steps(shop: Flask, tmp_path: Path) -> None:
    """Loaded from a file, exported in pounds, quoted by its own scales."""
    file = tmp_path / "us.json"
    file.write_text(json.dumps({"services": [{
        "code": "lis-us-ground", "carrier": "Blue Crow", "tier": "standard", "mode": "line",
        "label": {"en": "Ground"}, "warehouse": "LIS", "divisor": 139,
        "weighing": {"unit": "lb", "steps": [{"step": "1"}], "minimum": "1",
                     "dimension_step": "1"},
        "zones": [{"zone": "us", "country": "US", "days_min": 2, "days_max": 3}],
        "currency": "USD", "valid_from": "2026-01-01", "first_rates": {"us": [454, 700, 454, 50]},
    }]}), encoding="utf-8")
    assert run(shop, "load", str(file)).exit_code == 0
    # 150 × 120 × 100 mm is 5.91 × 4.72 × 3.94 in: 6 × 5 × 4 / 139 = 0.86, so 1 lb
    quoted = run(shop, "quote", "--to", "us", "--region", "NY", "--postcode", "10001", "--sku",
                 "TEA", "--currency", "USD")
    assert "lis-us-ground" in quoted.output
    assert "[base 700 USD]" in quoted.output
    assert ",us,first,1,lb,,700,1,50,USD," in run(shop, "rates", "export").output


def test_a_quote_prints_every_service_with_its_steps(shop: Flask) -> None:
    told = run(shop, "quote", "--to", "JP", "--postcode", "100-0001", "--sku", "TEA:2",
               "--at", "2026-11-24T10:00+00:00")
    lines = told.output.splitlines()
    assert told.exit_code == 0, told.output
    assert any("lis-express" in line and "[base " in line and " + fuel " in line for line in lines)
    assert sum(line.startswith("*") for line in lines) == sum(
        line.startswith("=") for line in lines)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--to", "JP", "--sku", "GHOST"), "unknown_variant (sku=GHOST)"),
        (("--to", "JP", "--sku", "TEA:x"), "is not SKU or SKU:PIECES"),
        (("--to", "JP", "--sku", "TEA", "--at", "now"), "is not a moment"),
        (("--to", "JP", "--sku", "TEA", "--at", "2026-11-24"), "says nothing of its offset"),
        (("--to", "JP", "--sku", "TEA", "--currency", "CHF"), "unknown_currency"),
    ],
)
def test_a_question_that_makes_no_sense(shop: Flask, words: tuple[str, ...], reason: str) -> None:
    told = run(shop, "quote", *words)
    assert told.exit_code == 1
    assert reason in told.output


def test_down_and_up(either_shop: Flask) -> None:
    asked = ("quote", "--to", "DE", "--postcode", "10115", "--sku", "TEA")
    assert run(either_shop, "down", "Nobody").exit_code == 1
    assert run(either_shop, "down", "Linha Azul", "--reason", "strike").exit_code == 0
    assert "already" in run(either_shop, "down", "Linha Azul").output
    assert "strike" in run(either_shop, "show").output
    assert "not offered (carrier_down)" in run(either_shop, *asked).output
    assert run(either_shop, "up", "Linha Azul").output == "1 outages have ended\n"
    assert "carrier_down" not in run(either_shop, *asked).output


def test_the_comparison_is_kept_and_a_backup_takes_over(either_shop: Flask) -> None:
    order = shoppers.placed("de-de", (TEA, 1), (BOOK, 1))
    shoppers.pay(order)
    told = run(either_shop, "compare", order.number).output
    agreed = order.quote["option"]["services"][0][1]
    assert f"goes with {agreed}\n" in told
    carrier = next(row["carrier"] for row in order.quote["comparison"]
                   if row["service"] == agreed)
    run(either_shop, "down", carrier)
    told = run(either_shop, "compare", order.number).output
    assert "DOWN NOW" in told
    assert f"instead of {agreed}, which is down" in told
    handling.ship(order.number, "N1")
    sent = db.session.scalars(select(Shipment)).one()
    assert sent.service != agreed
    assert sent.carrier not in {"", carrier}
    assert sent.chargeable_g > 0


def test_last_months_weight_is_counted_by_carrier(either_shop: Flask) -> None:
    order = shoppers.placed("de-de", (CUP, 1))
    moments = [datetime(2026, 10, 31, 23, 59, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC),
               datetime(2026, 11, 30, 23, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)]
    with transaction() as session:
        session.add_all(Shipment(order_id=order.id, service="s", carrier="Linha Azul",
                                 chargeable_g=60_000, shipped_at=at) for at in moments)
    assert shipped_kg(date(2026, 12, 15)) == {"Linha Azul": 120}
    assert shipped_kg(date(2026, 11, 1)) == {"Linha Azul": 60}


def test_a_packing_plan(shop: Flask) -> None:
    order = shoppers.placed("de-de", (TEA, 2), (CUP, 2))
    told = run(shop, "pack", order.number)
    assert told.exit_code == 0, told.output
    assert "2 × TEA" in told.output
    assert "2 × CUP" in told.output


def test_dangerous_goods_are_said_of_a_sku(shop: Flask) -> None:
    assert run(shop, "goods", "TEA", "UN1950").exit_code == 0
    told = run(shop, "quote", "--to", "US", "--postcode", "10001", "--region", "NY", "--sku",
               "TEA").output
    assert "lis-express       Linha Azul Express: not offered (goods_not_taken)" in told
    assert run(shop, "goods", "TEA", "UN0000").exit_code == 1
    assert run(shop, "goods", "TEA", "UN3481", "--cell-wh", "many").exit_code == 1
    assert run(shop, "goods", "TEA").output == "TEA is harmless\n"

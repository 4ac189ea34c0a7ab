"""Loading rate tables, and the book that is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.extensions import db, transaction
from app.kernel.errors import NotFound
from app.kernel.money import Money
from app.models.market import Market
from app.models.outbox import OutboxEvent
from app.models.rates import CurrencyPolicy, FxRate, TaxRate
from app.models.shipping import FreeShipping, ShippingRate, ShippingService, ShippingZone
from app.services.outbox.log import emit
from app.services.rates import show
from app.services.rates.book import rate_book
from app.services.rates.load import FOLDER, load_tables
from tests.services import price_shop

HEADER = "jurisdiction,category,name,rate,shipping,valid_from,valid_to,source,read_on,confidence\n"
DE = "DE,standard,VAT,19,follows,2021-01-01,,law,2026-11-21,verified\n"


@pytest.fixture(autouse=True)
def rates_shop(tmp_path: Path) -> Iterator[price_shop.Doubles]:
    with price_shop.open_shop(tmp_path) as doubles:
        yield doubles


def write(folder: Path, text: str, name: str = "tax_rates") -> Path:
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def changes() -> int:
    return db.session.scalar(select(func.count(OutboxEvent.id))) or 0


def test_the_tables_of_the_shop_load_and_loading_again_changes_nothing() -> None:
    first = load_tables(FOLDER)
    second = load_tables(FOLDER)

    assert first.errors == ()
    assert all(file.added for file in first.files)
    assert not second.has_changed
    assert [f.unchanged for f in second.files] == [f.added for f in first.files]
    assert changes() == 1


def test_a_changed_row_is_changed_and_the_others_are_untouched(tmp_path: Path) -> None:
    load_tables(write(tmp_path, HEADER + DE + DE.replace("DE,", "AT,").replace(",19,", ",20,")))

    report = load_tables(write(tmp_path, HEADER + DE.replace("law", "the law") + DE.replace(
        "DE,", "AT,").replace(",19,", ",20.0,")))

    (file,) = report.files
    assert (file.added, file.changed, file.unchanged) == (0, 1, 1)
    assert db.session.scalar(select(func.count(TaxRate.id))) == 2


def test_one_bad_row_leaves_its_file_out_and_no_other(tmp_path: Path) -> None:
    write(tmp_path, "group,country\nEU,DE\n", "origin_groups")
    bad = DE.replace("DE,", "Germany,").replace(",19,", ",x,")

    report = load_tables(write(tmp_path, HEADER + DE + bad))

    assert [(e.line, e.column) for e in report.errors] == [(3, "jurisdiction"), (3, "rate")]
    assert str(report.errors[1]) == "tax_rates.csv:3: rate 'x' is not a number"
    assert db.session.scalar(select(func.count(TaxRate.id))) == 0
    assert [file.added for file in report.files] == [0, 1]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("jurisdiction,category\nDE,standard\n", 1, "name"),
        (HEADER.replace("source", "sauce") + DE, 1, "source"),
        (HEADER + DE + DE, 3, ""),
        (HEADER + DE + DE.replace("2021", "2024"), 3, "valid_from"),
        (HEADER + DE.replace("2021-01-01,", "2021-01-01,2020-12-31"), 2, "valid_to"),
        (HEADER + "DE,standard\n", 2, ""),
        (HEADER + DE.replace(",19,", ",-1,"), 2, "rate"),
        (HEADER + DE.replace("2021-01-01", "1.1.2021"), 2, "valid_from"),
    ],
)
def test_what_cannot_be_taken_is_named(tmp_path: Path, text: str, line: int, column: str) -> None:
    report = load_tables(write(tmp_path, text))

    assert (report.errors[0].line, report.errors[0].column) == (line, column)
    assert changes() == 0


def test_a_fixed_rate_is_never_changed(tmp_path: Path) -> None:
    row = "base,quote,rate,as_of,source,confidence\nUSD,AED,3.6725,2026-01-01,peg,verified\n"
    load_tables(write(tmp_path, row, "fx_fixed"))

    report = load_tables(write(tmp_path, row.replace("3.6725", "4"), "fx_fixed"))

    assert "own day" in report.errors[0].reason
    assert db.session.scalar(select(FxRate.value)) == Decimal("3.6725")


def test_a_table_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such rate table: prices"):
        load_tables(tmp_path, ["prices"])


def test_the_book_holds_what_the_tables_say() -> None:
    load_tables(FOLDER)
    price_shop.put_rates(date(2026, 11, 20), USD="1.10")

    book = rate_book(date(2026, 11, 21))

    (vat,) = book.tax_on("DE", "standard", date(2026, 11, 21))
    assert (vat.percent, vat.id[:20]) == (Decimal(19), "tax:DE:standard:VAT:")
    assert book.rate("EUR", "AED").value == Decimal("1.10") * Decimal("3.6725")  # type: ignore[union-attr]
    assert book.origin_groups["EFTA"] == {"CH", "IS", "LI", "NO"}
    assert book.import_rule("GB", date(2026, 11, 21)).duty_threshold == Money(13500, "GBP")  # type: ignore[union-attr]
    assert any(row.per_unit and row.per_unit.currency == "CHF" for row in book.duties["CH"])
    assert date(2026, 12, 25) in book.calendar("DE").holidays
    assert book.calendar("KW").weekend == {4, 5}
    assert {row.in_eu_vat for row in book.territories["IC"]} == {False}
    assert book.currency("KWD").payment_step == 10


def test_the_book_is_read_once_until_rates_change() -> None:
    day, next_day = date(2026, 11, 21), date(2026, 11, 22)
    price_shop.put_rates(date(2026, 11, 20), USD="1.10")
    book = rate_book(day)

    assert rate_book(day) is book
    assert rate_book(next_day).calendars is book.calendars
    price_shop.put_rates(date(2026, 11, 22), USD="1.20")
    assert rate_book(day) is not book
    assert rate_book(day).rate("EUR", "USD").value == Decimal("1.10")  # type: ignore[union-attr]
    assert rate_book(next_day).rate("EUR", "USD").value == Decimal("1.20")  # type: ignore[union-attr]


def test_the_book_holds_services_with_zones_and_steps() -> None:
    price_shop.furnish()
    warehouse = price_shop.put_warehouse()
    with transaction() as session:
        service = ShippingService(
            code="post", carrier="CTT", tier="post", label={"en": "Post"},
            warehouse_id=warehouse.id, fuel_percent=Decimal(0),
        )
        session.add(service)
        session.flush()
        first = date(2026, 1, 1)
        session.add_all([
            ShippingZone(service_id=service.id, zone="eu", country="DE", days_min=2, days_max=4),
            ShippingRate(service_id=service.id, zone="eu", up_to_g=2000, amount_minor=990,
                         currency="EUR", valid_from=first),
            ShippingRate(service_id=service.id, zone="eu", up_to_g=500, amount_minor=490,
                         currency="EUR", valid_from=first),
            FreeShipping(market_code="de", tier="post", threshold_minor=5000, currency="EUR",
                         valid_from=first),
        ])
        emit("rates")

    book = rate_book()

    post = book.services["post"]
    assert (post.warehouse, post.zones[0].country) == ("LIS", "DE")
    assert [step.up_to_g for step in post.steps] == [500, 2000]
    assert book.warehouses["LIS"].cut_off == time(14)
    assert book.free_shipping[0].threshold == Money(5000, "EUR")
    assert db.session.get(Market, "de") is not None


def test_rates_of_a_place_are_shown_as_they_were_on_a_day() -> None:
    load_tables(FOLDER, ["tax_rates", "fee_rules"])

    rows = show.tax_rates("CA-NS", date(2025, 3, 31))

    assert (rows[0].category, rows[0].percent) == ("standard", Decimal(15))
    assert show.tax_rates("CA-NS", date(2025, 4, 1))[0].percent == Decimal(14)
    assert "EU_FLAT_3" in {fee.code for fee in show.fees("DE", date(2026, 11, 21))}
    with pytest.raises(NotFound):
        show.tax_rates("XX")


def test_policies_are_updated_in_place(tmp_path: Path) -> None:
    load_tables(FOLDER, ["currencies"])
    text = (FOLDER / "currencies.csv").read_text(encoding="utf-8").replace("EUR,100,90", "EUR,10,0")

    report = load_tables(write(tmp_path, text, "currencies"))

    assert report.files[0].changed == 1
    policy = db.session.get(CurrencyPolicy, "EUR", populate_existing=True)
    assert policy is not None and (policy.price_step_minor, policy.ending_minor) == (10, 0)

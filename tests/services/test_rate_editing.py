"""Rows of the rate tables added and ended one by one, and loading files after that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.extensions import db
from app.kernel.errors import Conflict, Invalid, NotFound
from app.models.rates import DutyRate, FeeRule, ImportRule, ParcelRegime
from app.services.rates import editing
from app.services.rates.book import rate_book
from app.services.rates.load import load_tables
from tests.services import price_shop

HEADER = ("destination,hs_prefix,origin,kind,percent,per_unit_minor,per_unit,combine,valid_from,"
          "valid_to,source,confidence,proof_required\n")
SHIRTS = "EU,61,*,mfn,12,,,,2024-01-01,,tariff,verified,no\n"
ROW = {"destination": "EU", "hs_prefix": "61", "origin": "*", "kind": "mfn", "percent": "10",
       "valid_from": "2027-01-01", "source": "Reg. 1", "confidence": "verified"}
WHO = {name: ROW[name] for name in ("destination", "hs_prefix", "origin", "kind")}


@pytest.fixture(autouse=True)
def rates_shop(tmp_path: Path) -> Iterator[price_shop.Doubles]:
    with price_shop.open_shop(tmp_path) as doubles:
        yield doubles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "duty_rates.csv").write_text(HEADER + SHIRTS, encoding="utf-8")
    load_tables(tmp_path)
    return tmp_path


def percents() -> list[tuple[str, date, date | None]]:
    rows = db.session.scalars(select(DutyRate).order_by(DutyRate.valid_from))
    return [(str(row.percent), row.valid_from, row.valid_to) for row in rows]


@pytest.mark.usefixtures("folder")
def test_a_row_for_a_future_day_ends_the_one_before_it() -> None:
    editing.add_row("duty_rates", ROW, by="Mia", end_previous=True)

    assert percents() == [("12", date(2024, 1, 1), date(2026, 12, 31)),
                          ("10", date(2027, 1, 1), None)]
    rows = rate_book(date(2027, 1, 1)).duties["EU"]
    assert [row.percent for row in rows if row.validity.covers(date(2027, 1, 1))] == [10]


@pytest.mark.usefixtures("folder")
def test_an_overlap_is_refused_and_nothing_changes() -> None:
    with pytest.raises(Conflict, match="row_overlaps"):
        editing.add_row("duty_rates", ROW, by="Mia")

    assert percents() == [("12", date(2024, 1, 1), None)]


@pytest.mark.parametrize(
    ("changes", "column"),
    [({"source": ""}, "source"), ({"confidence": ""}, "confidence"), ({"percent": "-1"}, "percent"),
     ({"valid_from": "soon"}, "valid_from"), ({"valid_to": "2026-01-01"}, "valid_to"),
     ({"colour": "red"}, "colour"), ({"hs_prefix": "61.09"}, "hs_prefix")],
)
def test_a_cell_that_cannot_be_is_named(changes: dict[str, str], column: str) -> None:
    with pytest.raises(Invalid) as refused:
        editing.add_row("duty_rates", ROW | changes, by="Mia")

    assert set(refused.value.fields) == {column}
    assert percents() == []


def test_loading_leaves_rows_alone_that_were_edited_and_says_so(folder: Path) -> None:
    editing.end_row("duty_rates", WHO, date(2026, 12, 31), by="Mia")

    (report,) = load_tables(folder).files

    assert (report.unchanged, report.changed, report.kept) == (0, 0, (2,))
    assert percents() == [("12", date(2024, 1, 1), date(2026, 12, 31))]


def test_a_file_over_days_of_our_own_row_is_refused_whole(folder: Path) -> None:
    editing.add_row("duty_rates", ROW, by="Mia", end_previous=True)
    (folder / "duty_rates.csv").write_text(
        HEADER + SHIRTS.replace(",,tariff", ",2027-05-31,tariff")
        + SHIRTS.replace("2024-01-01", "2027-06-01").replace(",12,", ",9,")
        + SHIRTS.replace("EU,61", "EU,62"), encoding="utf-8")

    (error,) = load_tables(folder).errors

    assert str(error) == ("duty_rates.csv:3: valid_from overlaps the shop's own row from"
                          " 2027-01-01")
    assert len(percents()) == 2


@pytest.mark.usefixtures("folder")
def test_what_is_not_there_cannot_end() -> None:
    with pytest.raises(NotFound, match="no_open_row"):
        editing.end_row("duty_rates", WHO | {"origin": "CN"}, date(2026, 12, 31), by="Mia")
    with pytest.raises(Invalid, match="ends_before_it_begins"):
        editing.end_row("duty_rates", WHO, date(2023, 12, 31), by="Mia")


def test_fees_rules_and_regimes_are_set_up_the_same_way() -> None:
    dated = {"valid_from": "2027-01-01", "source": "law", "confidence": "review"}
    editing.add_row("fee_rules", {
        "destination": "GB", "code": "BROKER", "name": "Clearance", "per": "consignment",
        "amount_minor": "1400", "currency": "GBP", "percent": "2.5", "carrier": "swift"} | dated,
        by="Mia")
    editing.add_row("import_rules", {
        "country": "PE", "valuation": "CIF", "threshold_per": "consignment",
        "tax_threshold_kind": "value", "duty_threshold_minor": "20000",
        "duty_threshold_currency": "USD"} | dated, by="Mia")
    editing.add_row("parcel_regimes", {
        "destination": "PE", "code": "FLAT", "name": "Flat", "ship_from": "*", "value_of": "goods",
        "max_value_minor": "200000", "currency": "USD", "duty_percent": "4",
        "duty_less_minor": "0", "tax_share_percent": "100"} | dated, by="Mia")

    book = rate_book(date(2027, 1, 1))

    assert book.fees["GB"][0].percent == db.session.scalars(select(FeeRule)).one().percent
    assert book.fees["GB"][0].carrier == "swift"
    rule = book.import_rule("PE", date(2027, 1, 1))
    assert rule is not None
    assert rule.id == "import:PE:2027-01-01"
    assert db.session.scalars(select(ImportRule)).one().edited_by == "Mia"
    assert [row.code for row in book.regimes["PE"]] == ["FLAT"]
    assert db.session.scalars(select(ParcelRegime)).one().duty_less_minor == 0


def test_doubtful_rows_are_listed(folder: Path) -> None:
    (folder / "duty_rates.csv").write_text(
        HEADER + SHIRTS + SHIRTS.replace("EU,61", "EU,62").replace("verified", "estimate")
        + SHIRTS.replace("EU,61", "EU,63").replace(",,tariff,verified", ",2025-01-01,old,review"),
        encoding="utf-8")
    load_tables(folder)

    rows = editing.doubtful(date(2026, 11, 21))

    assert [(row.thing, row.confidence) for row in rows] == [
        ("destination=EU hs_prefix=62 origin=* kind=mfn", "estimate")]

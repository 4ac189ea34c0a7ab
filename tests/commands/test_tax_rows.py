"""`flask tax add`, `flask tax registrations`: dated rows, told by a command, used by their day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result
from flask import current_app
from flask.cli import AppGroup

from app.commands import tax
from app.extensions import transaction
from app.models.market import Seller
from app.services import markets
from app.services.rates.book import rate_book
from tests.services import price_shop

HEAD = "seller,code,number,valid_from,valid_to,note\n"


@pytest.fixture(autouse=True)
def shop(tmp_path: Path) -> Iterator[price_shop.Doubles]:
    with price_shop.open_shop(tmp_path) as doubles:
        price_shop.furnish()
        yield doubles


def run(*words: str) -> Result:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    group: AppGroup = tax.group
    return app.test_cli_runner().invoke(group, list(words))


def german(day: date) -> Decimal:
    (row,) = rate_book(day).tax_on("DE", "standard", day)
    return row.percent


def codes(day: date) -> set[str]:
    return set(markets.find("de").seller_on(day).registrations)


def test_a_rate_from_a_future_day_holds_from_that_day() -> None:
    run("load", "--only", "tax_rates")
    added = run("add", "de", "standard", "20", "--from", "2027-01-01", "--end-previous")
    assert added.output == "DE standard VAT 20 % from 2027-01-01 to open\n"
    assert german(date(2026, 12, 31)) == 19
    assert german(date(2027, 1, 1)) == 20
    again = run("load", "--only", "tax_rates")
    assert again.exit_code == 0, again.output
    assert german(date(2027, 1, 1)) == 20


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("de", "standard", "20", "--from", "2027-01-01"), "rate_overlaps"),
        (("de", "standard", "20", "--from", "2020-10-01", "--to", "2020-10-31",
          "--end-previous"), "rate_overlaps"),
        (("de", "standard", "much", "--from", "2027-01-01"), "rate_not_possible"),
        (("germany", "standard", "20", "--from", "2027-01-01"), "rate_not_possible"),
        (("ca-qc", "standard", "6", "--from", "2027-01-01"), "component_needed"),
        (("de", "standard", "20", "--from", "2027-01-02", "--to", "2027-01-01"),
         "ends_before_it_begins"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(words: tuple[str, ...], reason: str) -> None:
    run("load", "--only", "tax_rates")
    result = run("add", *words)
    assert result.exit_code == 1
    assert reason in result.output


def test_a_file_may_not_overlap_the_shops_own_rows(tmp_path: Path) -> None:
    run("add", "ZZ", "standard", "5", "--from", "2027-01-01")
    (tmp_path / "tax_rates.csv").write_text(
        "jurisdiction,category,name,rate,shipping,limit_minor,limit_currency,limit_kind,"
        "valid_from,valid_to,source,read_on,confidence\n"
        "ZZ,standard,VAT,6,follows,,,,2026-01-01,,test,2026-11-21,review\n", encoding="utf-8")
    result = run("load", "--folder", str(tmp_path), "--only", "tax_rates")
    assert result.exit_code == 1
    assert "overlaps the shop's own row from 2027-01-01" in result.output


def test_registrations_hold_by_their_days() -> None:
    assert run("registrations", "add", "pt", "PT", "PT510123457", "--from", "2020-01-01"
               ).exit_code == 0
    run("registrations", "add", "pt", "OSS:PT", "PT510123457", "--from", "2021-07-01")
    run("registrations", "end", "pt", "OSS:PT", "--on", "2026-12-31")
    assert codes(date(2021, 6, 30)) == {"PT"}
    assert codes(date(2026, 12, 31)) == {"PT", "OSS:PT"}
    assert codes(date(2027, 1, 1)) == {"PT"}
    assert "OSS:PT" in run("registrations", "list", "--on", "2022-01-01").output
    assert "OSS:PT" not in run("registrations", "list", "--on", "2027-01-01").output


def test_the_undated_list_becomes_rows_and_is_not_lost() -> None:
    with transaction() as session:
        session.query(Seller).one().registrations = ["PT", "GB"]
    run("registrations", "add", "pt", "PT", "PT510123457", "--from", "2024-01-01")
    assert codes(date(2023, 6, 1)) == {"GB"}
    assert codes(date(2026, 6, 1)) == {"PT", "GB"}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("add", "pt", "PT", "2", "--from", "2022-01-01"), "registration_overlaps"),
        (("add", "xx", "PT", "2", "--from", "2022-01-01"), "unknown_seller"),
        (("add", "pt", "portugal", "2", "--from", "2022-01-01"), "registration_code_unknown"),
        (("end", "pt", "GB", "--on", "2026-01-01"), "not_registered"),
        (("end", "pt", "PT", "--on", "2019-01-01"), "ends_before_it_begins"),
        (("list", "--seller", "xx"), "unknown_seller"),
    ],
)
def test_a_registration_that_cannot_be_is_refused(words: tuple[str, ...], reason: str) -> None:
    run("registrations", "add", "pt", "PT", "1", "--from", "2020-01-01")
    result = run("registrations", *words)
    assert result.exit_code == 1
    assert reason in result.output


def test_a_file_of_registrations_is_taken_whole_or_not(tmp_path: Path) -> None:
    file = tmp_path / "registrations.csv"
    file.write_text(f"{HEAD}pt,PT,1,2020-01-01,,\npt,IOSS,IM6201234567,2021-07-01,2026-12-31,\n",
                    encoding="utf-8")
    assert run("registrations", "load", str(file)).output == "registrations.csv: 2 new\n"
    assert run("registrations", "load", str(file)).output == "registrations.csv: 0 new\n"
    file.write_text(f"{HEAD}pt,GB,1,2020-01-01,,\npt,PT,2,2025-01-01,,\n", encoding="utf-8")
    refused = run("registrations", "load", str(file))
    assert refused.exit_code == 1
    assert "registrations.csv:3: registration_overlaps" in refused.output
    file.write_text(f"{HEAD}pt,GB,1,soon,,\n", encoding="utf-8")
    assert run("registrations", "load", str(file)).exit_code == 1
    assert codes(date(2026, 1, 1)) == {"PT", "IOSS"}

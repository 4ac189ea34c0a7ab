"""`flask tax`, `flask fx`, `flask prices`: what they say and how they end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask import current_app
from flask.cli import AppGroup

from app.commands import fx, prices, tax
from app.kernel.errors import ProviderUnavailable
from app.kernel.fx import Rate
from app.services.prices.setting import set_price
from tests.services import price_shop


class Silent:
    """A source that does not answer."""

    code = "live"

    def latest(self) -> tuple[Rate, ...]:
        raise ProviderUnavailable(provider="live", reason="ConnectTimeout")


@pytest.fixture(autouse=True)
def shop(tmp_path: Path) -> Iterator[price_shop.Doubles]:
    with price_shop.open_shop(tmp_path) as doubles:
        price_shop.furnish()
        yield doubles


def run(group: AppGroup, *words: str) -> Result:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return app.test_cli_runner().invoke(group, list(words))


def test_tables_load_and_are_shown() -> None:
    loaded = run(tax.group, "load", "--only", "tax_rates")
    shown = run(tax.group, "show", "de", "--on", "2026-11-21")

    assert (loaded.exit_code, loaded.output.split(":")[0]) == (0, "tax_rates.csv")
    assert shown.exit_code == 0
    assert "standard" in shown.output.splitlines()[0]
    assert "19" in shown.output.splitlines()[0]


def test_a_bad_table_ends_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "origin_groups.csv").write_text("group,country\nEU,Germany\n", encoding="utf-8")

    result = run(tax.group, "load", "--folder", str(tmp_path))

    assert result.exit_code == 1
    assert "origin_groups.csv:2: country 'Germany' is not a country" in result.output
    assert result.output.splitlines()[-1].endswith("not loaded: origin_groups.csv")


def test_an_unknown_place_ends_with_a_reason() -> None:
    result = run(tax.group, "show", "XX")

    assert (result.exit_code, result.output) == (1, "Error: no rates are known for XX\n")


def test_rates_are_updated_and_a_silent_source_is_named(shop: price_shop.Doubles) -> None:
    shop.rates = {"live": Silent()}

    result = run(fx.group, "update")

    assert result.exit_code == 1
    assert "no answer from live: ConnectTimeout" in result.output


def test_a_price_is_explained_and_renewed() -> None:
    (lamp,) = price_shop.put_product("lamp")
    set_price(lamp, "base", "EUR", 8900, author="Mia")
    price_shop.put_rates(date(2026, 11, 1), USD="1.2")

    renewed = run(prices.group, "renew")
    explained = run(prices.group, "explain", "lamp", "--market", "us")

    assert (renewed.exit_code, "2 replaced" in renewed.output) == (0, True)
    assert "converted on list us" in explained.output
    assert "strip_rate: 0.23" in explained.output
    assert run(prices.group, "explain", "sofa", "--market", "us").exit_code == 1


FEE = ("destination=GB", "code=BROKER", "name=Clearance", "per=consignment", "amount_minor=1400",
       "currency=GBP", "percent=2.5", "valid_from=2027-01-01", "confidence=review")


def test_a_row_is_added_ended_and_shown() -> None:
    run(tax.group, "load", "--only", "tax_rates")
    added = run(tax.group, "add-row", "fee_rules", *FEE, "source=tariff sheet")
    ended = run(tax.group, "end-row", "fee_rules", "destination=GB", "code=BROKER", "--on",
                "2027-12-31")

    assert (added.exit_code, ended.exit_code) == (0, 0)
    assert ended.output == "fee_rules: destination=GB code=BROKER ends on 2027-12-31\n"
    for day, is_shown in (("2027-12-31", True), ("2028-01-01", False)):
        shown = run(tax.group, "show", "GB", "--date", day)
        assert ("fee BROKER: 14.00 GBP per consignment" in shown.output) is is_shown
    checked = run(tax.group, "review", "--confidence", "review")
    assert "fee_rules: destination=GB code=BROKER  2027-01-01 – 2027-12-31" in checked.output


@pytest.mark.parametrize(
    ("words", "said"),
    [(FEE, "source=is empty"), ((*FEE, "source=s", "colour=red"), "colour=is no column"),
     ((*FEE, "nonsense"), "'nonsense' is not COLUMN=VALUE")],
)
def test_a_row_that_cannot_be_ends_with_a_reason(words: tuple[str, ...], said: str) -> None:
    refused = run(tax.group, "add-row", "fee_rules", *words)

    assert refused.exit_code != 0
    assert said in refused.output


def test_the_border_of_a_country_is_shown() -> None:
    run(tax.group, "load")

    shown = run(tax.group, "show", "BR", "--date", "2026-11-21")

    assert "import BR: CIF, tax on inside" in shown.output
    assert "regime BR_REMESSA_50: Remessa Conforme to USD 50, duty 20 %" in shown.output

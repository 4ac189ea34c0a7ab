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

"""flask markets …, flask pages …, and what a merchant says of goods."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask


@pytest.fixture
def call(shop: Flask) -> object:
    """Run a command."""
    def run(*words: str | Path) -> Result:
        return shop.test_cli_runner().invoke(args=[str(word) for word in words])

    return run


def test_readiness_is_a_table_for_people_and_json_for_programs(call) -> None:
    table = call("markets", "readiness", "de")
    told = call("markets", "readiness", "de", "--json")

    assert table.exit_code == told.exit_code == 1
    assert "legal_page_missing" in table.output
    report = json.loads(told.output)[0]
    assert report["market"] == "de" and report["ready"] is False
    assert {"code", "severity", "what", "mend", "subjects"} == set(report["findings"][0])
    assert call("markets", "readiness", "xx").exit_code == 1


def test_opening_is_refused_with_the_list(call) -> None:
    assert call("markets", "close", "jp").exit_code == 0

    refused = call("markets", "open", "jp")
    assert refused.exit_code == 1
    assert "legal_page_missing: No published page in ja" in refused.output
    assert "jp stays closed" in refused.output
    assert call("markets", "open", "jp", "--anyway").output.endswith("jp is open\n")


def test_a_file_goes_out_and_in_again(call, tmp_path: Path) -> None:
    file = tmp_path / "markets.json"

    assert call("markets", "export", "--output", file).exit_code == 0
    assert "markets: 15 unchanged" in call("markets", "load", file).output
    file.write_text('{"markets": [{"code": "de", "countries": ["XQ"]}]}', encoding="utf-8")
    refused = call("markets", "load", file)
    assert refused.exit_code == 1
    assert "markets[1].countries[1]: 'XQ' is not a country" in refused.output
    assert "nothing was loaded" in refused.output


def test_a_page_is_written_from_a_file(call, tmp_path: Path) -> None:
    file = tmp_path / "imprint.md"
    file.write_text("# Impressum\n\nNordlys AS, Oslo", encoding="utf-8")

    assert call("pages", "set", "imprint", "de", file, "--footer", "legal").exit_code == 0
    assert call("pages", "set", "imprint", "de", file).exit_code == 0
    assert "unknown_language" in call("pages", "set", "imprint", "nl", file).output
    found = json.loads(call("markets", "readiness", "de", "--json").output)[0]["findings"]
    missing = next(one for one in found if one["code"] == "legal_page_missing")
    assert "imprint" not in missing["subjects"]


def test_publishing_names_the_markets_that_refuse(call) -> None:
    told = call("catalog", "publish", "cup", "--market", "us", "--market", "jp")

    assert told.exit_code == 0
    assert "jp: texts_missing: No text in ja: cup" in told.output
    assert told.output.endswith("cup is published, but not in jp\n")
    refused = call("catalog", "publish", "cup", "--market", "jp")
    assert refused.exit_code == 1 and "no market can sell it yet" in refused.output
    assert call("catalog", "hide", "cup", "--market", "us").exit_code == 0


def test_hs_codes_are_found_and_set(call) -> None:
    assert call("catalog", "hs", "t-shirt").output.startswith("610910  T-shirts")
    assert call("catalog", "hs", "qwertzuiop").exit_code == 1
    assert "hs_code_unknown" in call("catalog", "customs", "CUP", "--hs", "852580").output
    assert call("catalog", "customs", "CUP", "--hs", "691110", "--origin", "PT").exit_code == 0
    assert call("catalog", "hs", "--missing").output == ""
    assert call("catalog", "maker", "cup", "--name", "Nordlys AS").exit_code == 0
    assert "document_unknown" in call("catalog", "certificate", "CUP", "Library card").output

"""flask catalog …"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from flask import current_app

FILES = Path(__file__).parents[1] / "services" / "imports" / "files"

pytestmark = pytest.mark.usefixtures("founded_shop")


def call(*words: str | Path) -> Result:
    """Run a command of the group."""
    return current_app.test_cli_runner().invoke(args=["catalog", *map(str, words)])


def test_a_clean_file_is_imported_with_a_summary():
    result = call("import-shopify", FILES / "shopify_2017.csv")

    assert result.exit_code == 0
    assert "2 created, 0 updated, 0 unchanged, 0 skipped, 0 failed" in result.output


def test_failed_rows_are_named_reported_and_end_with_an_error(tmp_path: Path):
    report = tmp_path / "report.csv"

    result = call("import-shopify", FILES / "shopify_broken.csv", "--report", report)

    assert result.exit_code == 1
    assert "line 3, Variant Price: “five” is not a number (bad-price)" in result.output
    lines = report.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "kind,line,column,reason,product"
    assert any(line.startswith("error,3,Variant Price,") for line in lines)


def test_a_file_that_is_none_is_one_line():
    result = call("import-woocommerce", FILES / "none.csv")

    assert result.exit_code == 1
    assert result.output.strip().endswith("none.csv is not a file")


def test_what_is_exported_can_be_imported_again(tmp_path: Path):
    call("import-woocommerce", FILES / "woocommerce.csv")
    out = tmp_path / "out.csv"

    assert "4 products written" in call("export", "--output", out).output
    assert "4 unchanged" in call("import-shopify", out).output
    assert call("export").output.startswith("Handle,Title,")

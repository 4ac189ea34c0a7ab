"""`flask documents`: issue, list, show, export, declare."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import Result
from flask import Flask, current_app

from tests.shoppers import placed
from tests.web import ordering


def run(*words: str) -> Result:
    """Run `flask documents …` in this shop."""
    return current_app.test_cli_runner().invoke(args=["documents", *words])


def paid(bought: ordering.Purchase) -> str:
    """The number of a paid order."""
    order = ordering.place(bought)
    ordering.pay(order)
    return order.number


def test_an_unpaid_order_has_no_paper(shop: Flask) -> None:
    answer = run("issue", placed("de-de").number)

    assert answer.exit_code == 1
    assert "no paper" in answer.output


def test_an_unknown_order_is_refused_in_one_line(shop: Flask) -> None:
    answer = run("list", "PN-999999")

    assert (answer.exit_code, answer.output) == (1, "Error: unknown_order\n")


def test_issue_list_and_show(shop: Flask) -> None:
    number = paid(ordering.AMERICAN)

    issued = run("issue", number, "--customs", "--package", "LIS:1500:300x200x100")

    assert issued.exit_code == 0, issued.output
    kinds = [row.split()[1] for row in issued.output.splitlines()]
    assert kinds[:3] == ["invoice", "commercial_invoice", "packing_list"]
    assert run("list", number).output == issued.output
    assert run("issue", number, "--customs").output == issued.output, "a second time the same"
    content = json.loads(run("show", f"PL-{number}-1").output)
    assert content["sums"]["gross_weight_g"] == 1500


def test_a_package_lighter_than_its_goods_is_refused(shop: Flask) -> None:
    answer = run("issue", paid(ordering.AMERICAN), "--customs", "--package", "LIS:100")

    assert answer.exit_code == 1
    assert "papers_disagree" in answer.output
    assert run("issue", "PN-000001", "--customs", "--package", "LIS").exit_code == 1


def test_export_writes_every_form(shop: Flask, tmp_path: Path) -> None:
    number = paid(ordering.GERMAN)
    run("issue", number)

    answer = run("export", number, "--to", str(tmp_path / "out"))

    assert answer.exit_code == 0, answer.output
    files = sorted(path.name.split(".", 1)[1] for path in (tmp_path / "out").iterdir())
    assert files == ["cii.xml", "pdf", "ubl.xml"]


def test_export_data_for_customs(shop: Flask) -> None:
    number = paid(ordering.JAPANESE)
    assert run("declaration", number).exit_code == 1
    run("issue", number, "--customs")

    data = json.loads(run("declaration", number).output)
    table = run("declaration", number, "--format", "csv").output.splitlines()

    assert [item["hs_code"] for item in data[0]["items"]] == ["090240", "691200"]
    assert (data[0]["procedure"], data[0]["destination_country"]) == ("1000", "JP")
    assert len(table) == 3
    assert table[0].startswith("document,order,invoice")

"""National tariff codes of goods: told by a command or a file, used by the duty of their area."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app.extensions import db
from app.models.catalogue import VariantCustomsCode
from app.services import certificates
from app.services.catalogue import customs_codes
from tests.commands.test_products import run
from tests.world import CUP, TEA, variant_id


def codes() -> list[tuple[int, str, str]]:
    rows = db.session.scalars(db.select(VariantCustomsCode).order_by("variant_id", "destination"))
    return [(row.variant_id, row.destination, row.code) for row in rows]


def test_a_code_for_one_customs_area(shop: Flask) -> None:
    cup = variant_id(CUP)
    assert run(shop, "catalog", "customs", "CUP", "--hs", "6912.00 2100", "--in", "eu") == (
        0, "CUP in EU is set\n")
    assert run(shop, "catalog", "customs", "CUP", "--hs", "69120021", "--in", "US")[0] == 0
    assert codes() == [(cup, "EU", "6912002100"), (cup, "US", "69120021")]
    assert customs_codes.of([cup]) == {cup: (("EU", "6912002100"), ("US", "69120021"))}
    assert customs_codes.listed("CUP") == (("EU", "6912002100"), ("US", "69120021"))

    assert run(shop, "catalog", "customs", "CUP", "--hs", "-", "--in", "US")[0] == 0
    assert customs_codes.of([cup]) == {cup: (("EU", "6912002100"),)}


@pytest.mark.parametrize(
    ("words", "said"),
    [(("CUP", "--hs", "6109100010", "--in", "EU"), "customs_code_differs"),
     (("CUP", "--hs", "69", "--in", "EU"), "customs_code_shape"),
     (("CUP", "--hs", "6912002100", "--in", "Europe"), "area_unknown"),
     (("NOTHING", "--hs", "6912002100", "--in", "EU"), "unknown_sku")],
)
def test_a_code_that_cannot_be_is_refused(shop: Flask, words: tuple[str, ...], said: str) -> None:
    status, output = run(shop, "catalog", "customs", *words)
    assert status == 1
    assert said in output
    assert codes() == []


def test_a_file_is_taken_whole_or_not_at_all(shop: Flask, tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("sku,destination,code\nCUP,EU,6912002100\nNOTHING,EU,6912002100\n"
                    "TEA,US,6912002100\n", encoding="utf-8")
    status, output = run(shop, "catalog", "customs-codes", str(file))
    assert status == 1
    assert output.splitlines()[:2] == ["codes.csv:3: sku unknown_sku",
                                       "codes.csv:4: code customs_code_differs"]
    assert codes() == []

    file.write_text("sku,destination,code\nCUP,EU,6912002100\nTEA,US,0902403000\n",
                    encoding="utf-8")
    assert run(shop, "catalog", "customs-codes", str(file)) == (0, "codes.csv: 2 set\n")
    assert run(shop, "catalog", "customs-codes", str(file)) == (0, "codes.csv: 0 set\n")
    assert [row[0] for row in codes()] == sorted([variant_id(TEA), variant_id(CUP)])


@pytest.mark.parametrize("text", ["sku,code\nCUP,69\n", "", "sku,destination,code\nCUP,EU\n"])
def test_a_file_of_another_shape_is_refused(shop: Flask, tmp_path: Path, text: str) -> None:
    (tmp_path / "codes.csv").write_text(text, encoding="utf-8")
    assert run(shop, "catalog", "customs-codes", str(tmp_path / "codes.csv"))[0] == 1
    assert codes() == []


def test_a_statement_on_origin_is_recorded_without_any_rule_that_asks_for_it(shop: Flask) -> None:
    words = ("catalog", "certificate", "CUP", "statement on origin", "--to", "EU")
    assert run(shop, *words)[0] == 0
    (paper,) = certificates.held()[variant_id(CUP)]
    assert (paper.document, paper.destination) == ("Statement on origin", "EU")
    assert run(shop, "catalog", "certificate", "CUP", "a nice letter")[0] == 1

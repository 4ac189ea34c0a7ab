"""`flask catalog goods FILE`: what decides tax, duty and delivery, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from app.extensions import db
from app.models.catalogue import Product, Variant
from tests.commands.test_products import run
from tests.world import CUP, variant_id


def cup() -> tuple[object, ...]:
    row = db.session.get_one(Variant, variant_id(CUP), populate_existing=True)
    product = db.session.get_one(Product, row.product_id, populate_existing=True)
    return (row.hs_code, row.origin, row.weight_g, row.length_mm, product.tax_category)


def test_a_file_sets_what_it_says_and_leaves_the_rest(shop: Flask, tmp_path: Path) -> None:
    before = cup()
    file = tmp_path / "goods.csv"
    file.write_text("sku,hs_code,origin,weight_g,tax_category\nCUP,4901.99,,410,books\n")

    assert run(shop, "catalog", "goods", str(file)) == (0, "goods.csv: 1 set\n")
    assert cup() == ("490199", before[1], 410, before[3], "books")
    assert run(shop, "catalog", "goods", str(file)) == (0, "goods.csv: 0 set\n")


def test_every_mistake_is_named_and_nothing_is_taken(shop: Flask, tmp_path: Path) -> None:
    before = cup()
    file = tmp_path / "goods.csv"
    file.write_text("sku,hs_code,origin,weight_g,tax_category\nCUP,,PT,500,\n"
                    "CUP,999999,Portugal,-4,unicorns\nNOTHING,,,10,\n")

    status, output = run(shop, "catalog", "goods", str(file))

    assert status == 1
    assert [line.split(" ")[0] + " " + line.split(" ")[1] for line in output.splitlines()[:5]] == [
        "goods.csv:3: hs_code", "goods.csv:3: origin", "goods.csv:3: weight_g",
        "goods.csv:3: tax_category", "goods.csv:4: sku"]
    assert cup() == before


def test_an_unknown_column_is_refused(shop: Flask, tmp_path: Path) -> None:
    file = tmp_path / "goods.csv"
    file.write_text("sku,hs\nCUP,6912\n")

    assert "goods.csv:1: hs is not a column" in run(shop, "catalog", "goods", str(file))[1]

"""WooCommerce's product CSV."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models.catalogue import (
    AttributeValue,
    Brand,
    Category,
    OptionValue,
    Product,
    ProductAttribute,
    ProductCategory,
    ProductRelation,
    Variant,
)
from app.models.media import Media, VariantMedia
from app.models.price import Price
from app.models.stock import StockItem
from app.models.translation import ProductText
from app.services.imports import running, woocommerce
from app.services.imports.entries import RowNote
from app.services.imports.target import shop_target

FILE = Path(__file__).parent / "files" / "woocommerce.csv"

pytestmark = pytest.mark.usefixtures("founded_shop")


def take(path: Path = FILE, untracked_stock: int = 0) -> tuple[dict[str, int], list[RowNote]]:
    """Import the file: (products by outcome, the report)."""
    notes: list[RowNote] = []
    target = shop_target("en", untracked_stock=untracked_stock)
    summary = running.run(path, woocommerce, target, running.Watch(notes.append))
    return dict(summary.products), notes


def codes(model: type, *where: object) -> set[str]:
    """Codes of some rows."""
    return set(db.session.scalars(select(model.code).where(*where)))  # type: ignore[attr-defined, arg-type]


def test_each_kind_is_taken_in_or_left_out_with_its_reason():
    outcome, notes = take()

    assert outcome == {"created": 4, "skipped": 2, "failed": 2}
    reasons = {(note.kind, note.line): note.reason for note in notes}
    assert reasons["skipped", 8] == "goods without shipping are not sold here"
    assert reasons["skipped", 9] == "sold on another website"
    assert reasons["error", 10] == "“NOBODY” is not in this file"
    assert reasons["error", 12] == "“bundle” is not a kind known here"
    assert reasons["note", 7] == "a group: its products become related to one another"
    assert codes(Product, Product.state == "published") == {"mug", "apron", "plate"}
    assert codes(Product, Product.state == "draft") == {"secret"}


def test_a_simple_product_with_its_facts():
    take()

    variant = db.session.scalar(select(Variant).where(Variant.sku == "MUG"))
    assert variant is not None
    assert (variant.weight_g, variant.length_mm, variant.width_mm, variant.height_mm) == (
        350, 120, 90, 105)
    assert variant.barcode == "5601234000024"
    text = db.session.scalar(select(ProductText).where(ProductText.name == "Mug"))
    assert text is not None
    assert (text.summary, text.description) == ("A plain mug.", "First line.\n\nSecond paragraph.")
    shelves = db.session.execute(
        select(Category.code, ProductCategory.is_main).join(ProductCategory)
        .where(ProductCategory.product_id == variant.product_id)
    ).all()
    assert {tuple(row) for row in shelves} == {("mugs", True), ("gifts", False)}
    assert codes(Brand) == {"lata"}
    assert codes(AttributeValue) == {"stoneware"}


def test_sales_and_their_dates():
    take()

    rows = db.session.execute(
        select(Variant.sku, Price.amount_minor, Price.compare_at_minor)
        .join(Price, Price.variant_id == Variant.id).where(Price.origin == "set")
    )
    found = {sku: (amount, compare_at) for sku, amount, compare_at in rows}
    assert found["MUG"] == (750, 900)
    assert found["PLATE"] == (600, None)


def test_variations_anywhere_in_the_file_join_their_parent():
    take()

    variants = db.session.execute(
        select(Variant.sku, Variant.weight_g, Variant.is_active).join(Product)
        .where(Product.code == "apron").order_by(Variant.position)
    ).all()
    assert [tuple(row) for row in variants] == [
        ("APRON-B", 200, True), ("apron-green", 250, False)]
    assert codes(OptionValue) == {"blue", "green"}
    texts = set(db.session.scalars(select(ProductAttribute.text)))
    assert "Wide, Narrow" in texts
    pictures = db.session.scalars(select(Media.source_url).join(VariantMedia)).all()
    assert pictures == ["https://pictures.example.com/apron-blue.jpg"]


def test_a_group_relates_its_products():
    take()

    rows = db.session.execute(select(ProductRelation.product_id, ProductRelation.related_id)).all()
    ids = set(db.session.scalars(select(Product.id).where(Product.code.in_(["mug", "plate"]))))
    assert {frozenset(row) for row in rows} == {frozenset(ids)}
    assert len(rows) == 2


def test_what_was_never_counted_is_nothing_or_what_the_merchant_says():
    _outcome, notes = take()
    assert ("note", 5, "Stock") in {(note.kind, note.line, note.column) for note in notes}

    outcome, _notes = take(untracked_stock=9)

    assert outcome["updated"] == 1
    count = db.session.scalar(
        select(StockItem.on_hand).join(Variant).where(Variant.sku == "PLATE"))
    assert count == 9


def test_importing_again_changes_nothing():
    take()

    assert take()[0] == {"unchanged": 4, "skipped": 2, "failed": 2}


def test_units_are_those_of_the_header(tmp_path):
    changed = tmp_path / "pounds.csv"
    words = FILE.read_text(encoding="utf-8")
    changed.write_text(words.replace("Weight (kg)", "Weight (lbs)")
                       .replace("Length (cm)", "Length (in)"), encoding="utf-8")

    take(changed)

    variant = db.session.scalar(select(Variant).where(Variant.sku == "MUG"))
    assert variant is not None
    assert (variant.weight_g, variant.length_mm) == (159, 305)

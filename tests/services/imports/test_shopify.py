"""Shopify's product CSV: what comes in, what is refused, and what goes out again."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.models.catalogue import Attribute, Category, Product, ProductTag, Tag, Variant
from app.models.media import Media, ProductMedia, VariantMedia
from app.models.outbox import Job, OutboxEvent
from app.models.price import Price
from app.models.stock import StockItem
from app.models.translation import ProductText
from app.services.imports import amounts, running, shopify
from app.services.imports.entries import RowNote
from app.services.imports.export import export
from app.services.imports.html_words import markdown_of
from app.services.imports.reading import BadRow, Unreadable, open_sheet
from app.services.imports.target import Unprepared, shop_target

FILES = Path(__file__).parent / "files"


def take(path: Path | str) -> tuple[dict[str, int], list[RowNote]]:
    """Import a file: (products by outcome, the report)."""
    notes: list[RowNote] = []
    summary = running.run(FILES / path, shopify, shop_target("en"), running.Watch(notes.append))
    return dict(summary.products), notes


def prices() -> dict[str, tuple[int, int | None]]:
    """SKU -> (price, former price) that was set."""
    rows = db.session.execute(
        select(Variant.sku, Price.amount_minor, Price.compare_at_minor)
        .join(Price, Price.variant_id == Variant.id)
        .where(Price.origin == "set", Price.valid_until.is_(None))
    )
    return {sku: (amount, compare_at) for sku, amount, compare_at in rows}


@pytest.mark.usefixtures("founded_shop")
class TestImporting:
    """Into an empty shop."""

    def test_a_file_of_2021_becomes_products(self):
        outcome, notes = take("shopify_2021.csv")

        assert outcome == {"created": 3, "skipped": 1}
        assert [(note.kind, note.line, note.column) for note in notes] == [
            ("note", 6, "Variant Compare At Price"), ("skipped", 8, "Gift Card"),
        ]
        states = dict(db.session.execute(select(Product.code, Product.state)).all())
        assert states == {"clay-bowl": "published", "linen-towel": "draft", "old-jar": "archived"}
        assert prices() == {"BOWL-S-SAGE": (1850, 2200), "BOWL-L-SAGE": (2600, None),
                            "linen-towel": (1290, None), "JAR": (900, None)}
        stock = dict(db.session.execute(
            select(Variant.sku, StockItem.on_hand).join(StockItem)).all())
        assert stock == {"BOWL-S-SAGE": 12, "BOWL-L-SAGE": 3, "linen-towel": 5}

    def test_texts_are_safe_markdown(self):
        take("shopify_2021.csv")

        text = db.session.scalar(select(ProductText).where(ProductText.slug == "clay-bowl"))
        assert text is not None
        assert text.description == (
            "Thrown in **Barcelos**.\n\n- Oven proof\n- No two alike"
        )
        assert text.seo_title == "Clay bowl from Barcelos"

    def test_pictures_are_expected_in_their_order_and_fetched_later(self):
        take("shopify_2021.csv")

        rows = db.session.execute(
            select(Media.source_url, Media.alt, Media.state, Media.width, Media.height)
            .join(ProductMedia, ProductMedia.media_id == Media.id)
            .join(Product, Product.id == ProductMedia.product_id)
            .where(Product.code == "clay-bowl").order_by(ProductMedia.position)
        ).all()
        assert [row.source_url[-5] for row in rows] == ["b", "a", "d", "c"]
        assert rows[0].alt == {"en": "Two bowls"}
        assert {(row.state, row.width, row.height) for row in rows} == {("remote", 800, 1000)}
        assert db.session.scalar(select(func.count(VariantMedia.media_id))) == 2
        assert set(db.session.scalars(select(Job.kind))) == {"fetch_picture"}

    def test_tags_that_read_alike_are_one(self):
        take("shopify_2021.csv")

        assert set(db.session.scalars(select(Tag.code))) == {"clay", "hand-made", "linen"}
        assert db.session.scalar(select(func.count()).select_from(ProductTag)) == 4
        categories = dict(db.session.execute(select(Category.code, Category.depth)).all())
        assert categories == {"kitchen": 1, "bowls": 2, "bath": 1}

    def test_the_present_template_with_semicolons_decimal_commas_and_a_mark(self):
        outcome, notes = take("shopify_present.csv")

        assert outcome == {"created": 1}
        assert [note.reason for note in notes] == ["only three levels of categories are kept"]
        assert prices() == {"MESA-1": (123450, 149900)}
        variant = db.session.scalar(select(Variant))
        assert variant is not None
        assert (variant.weight_g, variant.hs_code, variant.origin) == (24500, "940360", "PT")
        text = db.session.scalar(select(ProductText))
        assert text is not None
        assert text.description == '## Feita à mão\n\nEm "Lisboa".'
        assert db.session.scalars(select(Attribute.label)).all() == [{"en": "Material"}]

    def test_a_file_of_2017_has_pounds_and_no_status(self):
        outcome, notes = take("shopify_2017.csv")

        assert (outcome, notes) == ({"created": 2}, [])
        weights = dict(db.session.execute(select(Variant.sku, Variant.weight_g)).all())
        assert weights == {"TIN-1": 680, "TIN-2": 227}
        states = dict(db.session.execute(select(Product.code, Product.state)).all())
        assert states == {"tin-box": "published", "tin-cup": "draft"}

    def test_broken_rows_are_named_and_the_rest_comes_in(self):
        outcome, notes = take("shopify_broken.csv")

        assert outcome == {"created": 3, "failed": 7}
        errors = [(note.line, note.column) for note in notes if note.kind == "error"]
        assert sorted(errors) == [
            (3, "Variant Price"), (4, "Handle"), (5, "Variant Grams"), (5, "Variant HS Code"),
            (5, "Variant Inventory Qty"), (6, "Variant Price"), (7, ""), (8, ""),
            (9, "Option1 Value"), (10, ""), (12, "Title"),
        ]
        assert set(db.session.scalars(select(Product.code))) == {"good-one", "bare", "last-one"}
        kept = [note.reason for note in notes if note.product == "bare" and note.column == ""]
        assert kept == ["kept as a draft, missing: description, picture, price"]

    def test_importing_again_changes_nothing(self):
        take("shopify_2021.csv")
        before = db.session.scalar(select(func.count(OutboxEvent.id)))

        outcome, _notes = take("shopify_2021.csv")

        assert outcome == {"unchanged": 3, "skipped": 1}
        assert db.session.scalar(select(func.count(OutboxEvent.id))) == before

    def test_importing_a_changed_file_changes_what_differs(self, tmp_path):
        take("shopify_2021.csv")
        words = (FILES / "shopify_2021.csv").read_text()
        changed = tmp_path / "changed.csv"
        changed.write_text(words.replace("18.50", "19.00").replace("Linen towel", "Bath towel")
                           .replace(",archived", ",active"))

        outcome, _notes = take(changed)

        assert outcome == {"updated": 3, "skipped": 1}
        assert prices()["BOWL-S-SAGE"] == (1900, 2200)
        assert db.session.scalar(
            select(ProductText.name).where(ProductText.slug == "linen-towel")) == "Bath towel"

    def test_rows_of_a_product_may_stand_apart(self, tmp_path):
        lines = (FILES / "shopify_2017.csv").read_text().splitlines()
        lines[1] = lines[1].replace("Title,Default Title", "Size,Small")
        apart = tmp_path / "apart.csv"
        apart.write_text("\n".join([*lines, lines[1].replace("Tin box,For biscuits.", ",")
                                    .replace("Size,Small", ",Large").replace("TIN-1", "TIN-3")]))

        outcome, _notes = take(apart)

        assert outcome == {"created": 2}
        assert len(set(db.session.scalars(select(Variant.sku)))) == 3

    def test_what_goes_out_comes_back_unchanged(self, tmp_path):
        take("shopify_2021.csv")
        take("shopify_present.csv")
        out = tmp_path / "out.csv"
        with out.open("w", encoding="utf-8", newline="") as file:
            assert export(file, shop_target("en")) == 4

        outcome, notes = take(out)

        assert outcome == {"unchanged": 4}
        assert [note for note in notes if note.kind == "error"] == []

    def test_formulas_leave_the_shop_as_words(self, tmp_path):
        source, out = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_text("Handle,Title,Variant SKU,Variant Price\nx,=1+1,=X,5\n")
        take(source)
        with out.open("w", encoding="utf-8", newline="") as file:
            export(file, shop_target("en"))

        with out.open(encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file))
        assert (row["Title"], row["Variant SKU"]) == ("'=1+1", "'=X")
        assert take(out)[0] == {"unchanged": 1}

    def test_progress_is_told_to_the_end(self):
        told: list[tuple[int, int]] = []
        running.run(FILES / "shopify_2021.csv", shopify, shop_target("en"),
                    running.Watch(progress=lambda done, total: told.append((done, total))))

        assert told == [(4, 4)]

    def test_an_unknown_warehouse_is_named(self):
        with pytest.raises(Unprepared, match="NOWHERE"):
            shop_target("en", "NOWHERE")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_are_read_however_they_are_written(tmp_path, encoding, delimiter):
    path = tmp_path / "file.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([
            ("Handle", "Title", "Unknown"), ("caf\u00e9", "Two\nlines; and, more", "x"),
            ("", "", ""),
            ("tea", "\u201cTea\u201d", ""),
        ])

    rows = list(open_sheet(path, shopify.COLUMNS, shopify.NEEDED).rows())

    assert [(row.line, row["handle"]) for row in rows if not isinstance(row, BadRow)] == [
        (2, "café"), (5, "tea")]
    assert rows[0]["title"] == "Two\nlines; and, more"  # type: ignore[index] # a Row, see above


def test_a_file_without_its_columns_is_refused_in_one_line(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("Name,Price\nx,1\n")
    with pytest.raises(Unreadable, match="the header lacks Handle"):
        open_sheet(path, shopify.COLUMNS, shopify.NEEDED)
    with pytest.raises(Unreadable, match="not a file"):
        open_sheet(tmp_path / "none.csv", shopify.COLUMNS, shopify.NEEDED)


@pytest.mark.parametrize(("words", "comma", "number"), [
    ("69.99", False, "69.99"), ("1.234,56", False, "1234.56"), ("1,234.56", True, "1234.56"),
    ("1,234", False, "1234"), ("1.234", True, "1234"), ("1,234", True, "1.234"),
    ("19,99", False, "19.99"), ("1 234,5", False, "1234.5"), ("1'234.50", False, "1234.50"),
    ("€ 5", False, "5"), ("1.234.567", False, "1234567"), ("0,500", False, "0.5"),
    ("CHF 12.00", False, "12"), ("-3", False, "-3"),
])
def test_numbers_are_read_as_they_are_meant(words, comma, number):
    assert amounts.decimal_of(words, comma_decimals=comma) == Decimal(number)


@pytest.mark.parametrize("words", ["", "five", "1,2,3", "1e5", "nan", "1.2.3,4,5", "--1"])
def test_what_is_no_number_is_refused(words):
    with pytest.raises(amounts.NotANumber):
        amounts.decimal_of(words)


def test_amounts_are_never_rounded_away():
    assert amounts.minor_of("1500.00", "JPY") == 1500
    assert amounts.minor_of("1.234", "KWD") == 1234
    for words, currency in (("19.999", "EUR"), ("0.5", "JPY"), ("-1", "EUR")):
        with pytest.raises(amounts.NotANumber):
            amounts.minor_of(words, currency)


@pytest.mark.parametrize(("html", "words"), [
    ("<p>a*b_c</p><p># no heading</p>", "a\\*b\\_c\n\n\\# no heading"),
    ("<a href='javascript:x()'>k</a> <a href='https://e.example/?a=1&b=2'>z</a>",
     "k [z](https://e.example/?a=1&b=2)"),
    ("<ol><li>one<ul><li>in</li></ul></li><li>two</li></ol>", "1. one\n   - in\n2. two"),
    ("<p onclick=x>Hi <img src=x onerror=y><b> bold </b></p>", "Hi **bold**"),
    ("one\\n\\ntwo", "one\n\ntwo"), ("<h1>T</h1>x<style>p{}</style>", "## T\n\nx"),
])
def test_html_becomes_plain_markdown(html, words):
    assert markdown_of(html) == words

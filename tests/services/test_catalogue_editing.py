"""Writing the catalogue: products, their words and slugs, shelves and tags."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.extensions import db, transaction
from app.kernel.errors import Conflict, Invalid
from app.models.catalogue import Category, Product, ProductCategory, Variant
from app.models.outbox import OutboxEvent
from app.models.price import Price
from app.models.stock import StockItem, StockMove
from app.models.translation import OldSlug, ProductText
from app.services import stock
from app.services.catalogue import category_tree, editing, tags
from app.services.catalogue.category_tree import CategoryDraft, CategoryWords
from app.services.catalogue.drafts import (
    BrandDraft,
    ChoiceDraft,
    OptionDraft,
    PriceDraft,
    ProductDraft,
    TextDraft,
    VariantDraft,
)
from app.services.media import flow as media

pytestmark = pytest.mark.usefixtures("founded_shop")


def picture_id(colour: str = "teal") -> int:
    file = BytesIO()
    Image.new("RGB", (40, 50), colour).save(file, "JPEG")
    return media.add(file.getvalue(), "a jug.jpg", {"en": "a jug"}).id


def jug(**changes: object) -> ProductDraft:
    """A product with everything it needs to be published."""
    whole = ProductDraft(
        code="jug", brand=BrandDraft("Olaria"), media=(picture_id(),),
        texts={"en": TextDraft("Jug", description="For water."), "de": TextDraft("Krug")},
        variants=(VariantDraft("JUG-1", weight_g=900, prices=(PriceDraft("base", "EUR", 2450),),
                               stock={stock.warehouse_ids()["LIS"]: 7}),),
    )
    return replace(whole, **changes)  # type: ignore[arg-type] # field names of the draft


def event_count(topic: str) -> int:
    return db.session.scalar(
        select(func.count(OutboxEvent.id)).where(OutboxEvent.topic == topic)
    ) or 0


def category(name: str, parent_id: int | None = None) -> int:
    return category_tree.create_category(
        CategoryDraft({"en": CategoryWords(name)}, parent_id=parent_id)
    )


def test_a_product_is_written_with_price_stock_and_slugs():
    outcome = editing.upsert_product(jug())

    assert outcome.change == "created"
    slugs = dict(db.session.execute(select(ProductText.language, ProductText.slug)).all())
    assert slugs == {"en": "jug", "de": "krug"}
    assert db.session.scalars(select(Price.amount_minor).where(Price.origin == "set")).all() == [
        2450]
    assert db.session.scalar(select(StockItem.on_hand)) == 7
    assert db.session.scalar(select(Product.state)) == "draft"


def test_the_same_draft_again_writes_nothing():
    editing.upsert_product(jug())
    before = event_count("product"), event_count("price"), event_count("stock")

    assert editing.upsert_product(jug()).change == "unchanged"
    assert (event_count("product"), event_count("price"), event_count("stock")) == before
    assert len(db.session.scalars(select(StockMove.id)).all()) == 1


def test_a_changed_draft_changes_only_what_it_names():
    editing.upsert_product(jug())
    house = stock.warehouse_ids()["LIS"]
    variant = VariantDraft("JUG-1", prices=(PriceDraft("base", "EUR", 1990, 2450),),
                           stock={house: 4})

    outcome = editing.upsert_product(jug(texts={"en": TextDraft("Water jug")}, variants=(variant,)))

    assert outcome.change == "updated"
    texts = {row.language: row for row in db.session.scalars(select(ProductText))}
    assert (texts["en"].name, texts["en"].slug, texts["de"].name) == ("Water jug", "jug", "Krug")
    assert texts["en"].description == "For water."
    assert db.session.scalar(select(Variant.weight_g)) == 900
    moves = db.session.execute(select(StockMove.quantity, StockMove.reason)).all()
    assert [tuple(move) for move in moves] == [(7, "receipt"), (-3, "count")]
    prices = db.session.execute(select(Price.amount_minor, Price.compare_at_minor).where(
        Price.origin == "set", Price.valid_until.is_(None))).all()
    assert [tuple(price) for price in prices] == [(1990, 2450)]


def test_variants_carry_one_value_of_every_option_and_leave_the_shelf_when_dropped():
    small, large = ChoiceDraft({"en": "Small"}), ChoiceDraft({"en": "Large"})
    size = OptionDraft({"en": "Size"}, (small, large))
    both = (VariantDraft("J-S", (small,)), VariantDraft("J-L", (large,)))
    editing.upsert_product(jug(options=(size,), variants=both))

    editing.upsert_product(jug(options=(size,), variants=both[:1]))

    states = dict(db.session.execute(select(Variant.sku, Variant.is_active)).all())
    assert states == {"J-S": True, "J-L": False}
    with pytest.raises(Invalid, match="variant_choices"):
        twins = (both[0], VariantDraft("X", (small,)))
        editing.upsert_product(jug(options=(size,), variants=twins))
    with pytest.raises(Invalid, match="variant_choices"):
        editing.upsert_product(jug(options=(size,), variants=(VariantDraft("X"),)))


def test_a_sku_of_another_product_is_refused_and_nothing_is_kept():
    editing.upsert_product(jug())

    with pytest.raises(Conflict, match="sku_taken"):
        editing.upsert_products([jug(code="mug", texts={"en": TextDraft("Mug")})])

    assert db.session.scalars(select(Product.code)).all() == ["jug"]


def test_publishing_names_everything_that_is_missing():
    bare = editing.upsert_product(ProductDraft(
        "bare", {"en": TextDraft("Bare")}, (VariantDraft("B"),)
    )).product_id

    with pytest.raises(Invalid) as refused:
        editing.publish(bare)

    assert refused.value.params["missing"] == ("description", "picture", "price")
    assert editing.missing(bare) == ("description", "picture", "price")


def test_a_complete_product_is_published_once_and_taken_off_with_a_reason():
    id_ = editing.upsert_product(jug()).product_id
    editing.publish(id_)
    count = event_count("product")
    editing.publish(id_)
    assert event_count("product") == count

    editing.unpublish(id_, "quality")

    product = db.session.get(Product, id_)
    assert product is not None
    assert (product.state, product.off_sale_reason) == ("draft", "quality")


def test_one_variant_without_price_holds_back_the_whole_product():
    size = OptionDraft({"en": "Size"}, ())
    variants = (VariantDraft("A", (ChoiceDraft({"en": "S"}),), prices=(
        PriceDraft("base", "EUR", 100),)), VariantDraft("B", (ChoiceDraft({"en": "L"}),)))
    id_ = editing.upsert_product(jug(options=(size,), variants=variants)).product_id

    assert editing.missing(id_) == ("price",)


def test_two_products_of_one_name_get_two_slugs():
    editing.upsert_products([
        jug(), jug(code="jug-b", variants=(VariantDraft("B"),)),
        jug(code="jug-c", variants=(VariantDraft("C"),)),
    ])

    slugs = db.session.scalars(select(ProductText.slug).where(ProductText.language == "en")).all()
    assert sorted(slugs) == ["jug", "jug-2", "jug-3"]


def test_an_old_slug_is_kept_until_somebody_takes_it_again():
    id_ = editing.upsert_product(jug()).product_id
    editing.change_slug(id_, "en", "Water Jug")
    old = db.session.execute(select(OldSlug.subject_id, OldSlug.language, OldSlug.slug)).all()
    assert [tuple(row) for row in old] == [(id_, "en", "jug")]

    editing.change_slug(id_, "en", "jug")

    assert db.session.scalars(select(OldSlug.slug)).all() == ["water-jug"]
    other = editing.upsert_product(jug(code="b", texts={"en": TextDraft("Bowl")},
                                       variants=(VariantDraft("B"),))).product_id
    with pytest.raises(Conflict, match="slug_taken"):
        editing.change_slug(other, "en", "jug")


def test_a_product_is_deleted_with_its_old_slugs():
    id_ = editing.upsert_product(jug()).product_id
    editing.change_slug(id_, "en", "other")

    editing.delete(id_)

    for model in (Product, Variant, ProductText, OldSlug, Price, StockItem):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_categories_are_three_deep_and_never_a_ring():
    kitchen = category("Kitchen")
    pots = category("Pots", kitchen)
    lids = category("Lids", pots)
    with pytest.raises(Invalid, match="category_too_deep"):
        category("Knobs", lids)
    with pytest.raises(Invalid, match="category_ring"):
        category_tree.move_category(kitchen, lids)
    garden = category("Garden")
    with pytest.raises(Invalid, match="category_too_deep"):
        category_tree.move_category(kitchen, garden)

    category_tree.move_category(pots, garden)

    depths = dict(db.session.execute(select(Category.id, Category.depth)).all())
    assert depths == {kitchen: 1, pots: 2, lids: 3, garden: 1}
    category_tree.move_category(pots, None)
    depths = dict(db.session.execute(select(Category.id, Category.depth)).all())
    assert depths == {kitchen: 1, pots: 1, lids: 2, garden: 1}


def test_the_code_of_a_category_is_taken_once():
    category_tree.create_category(CategoryDraft({"en": CategoryWords("Pots")}, code="pots"))

    with pytest.raises(Conflict, match="category_exists"):
        category_tree.create_category(CategoryDraft({"en": CategoryWords("Other")}, code="pots"))
    category("Pots")
    assert set(db.session.scalars(select(Category.code))) == {"pots", "pots-2"}
    with pytest.raises(Invalid, match="category_nameless"):
        category(" ")


def test_renaming_a_category_keeps_its_address_unless_told():
    pots = category("Pots")

    category_tree.rename_category(pots, {"en": CategoryWords("Pots and pans")})
    assert db.session.scalars(select(OldSlug.slug)).all() == []
    category_tree.rename_category(pots, {"en": CategoryWords("Pots and pans", slug="pans")})

    assert db.session.scalars(select(OldSlug.slug)).all() == ["pots"]


def test_a_category_with_products_is_deleted_only_into_another():
    pots, pans = category("Pots"), category("Pans")
    category("Lids", pans)
    id_ = editing.upsert_product(jug(categories=(pots, pans))).product_id
    with pytest.raises(Conflict, match="category_has_products"):
        category_tree.delete_category(pots)
    with pytest.raises(Conflict, match="category_has_children"):
        category_tree.delete_category(pans)

    category_tree.delete_category(pots, into=pans)

    rows = db.session.execute(select(ProductCategory.product_id, ProductCategory.category_id,
                                     ProductCategory.is_main)).all()
    assert [tuple(row) for row in rows] == [(id_, pans, True)]


@pytest.mark.parametrize("word", ["best seller", "BEST-SELLER", "Bestséller", "Meistverkauft"])
def test_a_tag_that_reads_like_another_is_refused(word):
    tags.add_tag({"en": "Bestseller", "de": "Meistverkauft"})

    with pytest.raises(Conflict, match="tag_ambiguous"):
        tags.add_tag({"en": word})


def test_voicing_marks_make_another_word():
    assert tags.fold("ガラス") != tags.fold("カラス")
    assert tags.fold("Été 25") == tags.fold("ETE25")


def test_words_of_a_file_find_their_tags_however_spelt():
    known = tags.add_tag({"en": "Hand made"})

    found = tags.tag_ids(["handmade", "New", "NEW"], "en")

    assert found["handmade"] == known
    assert found["New"] == found["NEW"] != known


def test_a_failure_in_the_middle_keeps_nothing():
    with pytest.raises(Conflict), transaction():
        editing.upsert_product(jug())
        editing.upsert_product(jug(code="mug"))

    assert db.session.scalar(select(func.count(Product.id))) == 0

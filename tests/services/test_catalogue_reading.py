"""Reading the catalogue: assortment, facets, cards, sheets, content."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, NotFound
from app.kernel.money import Money
from app.models.catalogue import Category, Product
from app.models.content import MenuItem, Page
from app.models.translation import OldSlug, PageText
from app.services import content, markets
from app.services import kept as kept_values
from app.services.catalogue import detail, editing, shelves
from app.services.catalogue.assortment import bits_of, first_places
from app.services.catalogue.cards import cards
from app.services.catalogue.choosing import chosen, groups
from app.services.catalogue.drafts import (
    AttributeDraft,
    ChoiceDraft,
    OptionDraft,
    PriceDraft,
    ProductDraft,
    TextDraft,
    VariantDraft,
)
from app.services.catalogue.facets import Facet, Filters
from app.services.catalogue.labels import labels
from app.services.catalogue.listing import ListingPage, listing
from app.services.catalogue.offers import variant_offer
from app.services.catalogue.related import related
from app.services.kept import Kept
from app.services.markdown import html_of
from app.services.markets import MarketView
from app.services.prices import lookup, setting
from tests import world
from tests.world import CUP, LAMP, LAST, TEA

COLOURS = {"red": "#c8202b", "blue": "#1f5fd0"}
SIZES = ("s", "l")


def mug(code: str = "mug", materials: str = "steel", combinations: tuple[tuple[str, str], ...] = (
        ("red", "s"), ("red", "l"), ("blue", "s"))) -> ProductDraft:
    """A product of two options; blue is not made in large."""
    with transaction() as session:
        shelf = session.scalars(select(Category.id)).first()
        shown = session.scalars(select(Product.id)).first()
    assert shelf and shown
    colours = {name: ChoiceDraft({"en": name.title()}, name, swatch) for name, swatch
               in COLOURS.items()}
    sizes = {name: ChoiceDraft({"en": name.upper()}, name) for name in SIZES}
    lisbon = labels().warehouses["LIS"].id
    return ProductDraft(
        code=code, author="test", categories=(shelf,),
        texts={"en": TextDraft(code.title(), slug=code, summary="A mug.", description="For tea.")},
        options=(
            OptionDraft({"en": "Colour"}, tuple(colours.values()), "colour", "swatch"),
            OptionDraft({"en": "Size"}, tuple(sizes.values()), "size"),
        ),
        attributes=(AttributeDraft({"en": "Material"}, "material", ChoiceDraft(
            {"en": materials.title()}, materials), is_facet=True),),
        media=tuple(db.session.scalars(select(detail.ProductMedia.media_id)).unique()),
        variants=tuple(
            VariantDraft(
                f"{code}-{colour}-{size}".upper(), (colours[colour], sizes[size]),
                weight_g=300, length_mm=100, width_mm=100, height_mm=100, hs_code="691200",
                origin="PT", prices=(PriceDraft("base", "EUR", 1000 + 200 * (size == "l")),),
                stock={lisbon: 0 if (colour, size) == ("blue", "s") else 9},
            )
            for colour, size in combinations
        ),
    )


@pytest.fixture
def german(shop: Flask) -> MarketView:
    """The market de, with a mug beside the world's cast."""
    ids = [one.product_id for one in editing.upsert_products([mug(), mug("bowl", "glass")])]
    assert not editing.publish_all(ids)
    return markets.find("de")


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def page(market: MarketView, filters: Filters | None = None,
         sort: str = "relevance") -> ListingPage:
    """The first page of the world's shelf."""
    return listing(shelves.shelves().by_code["table"], market, "EUR", market.chain("en"),
                   filters or Filters(), sort, 1)


def codes(ids: tuple[int, ...]) -> list[str]:
    """Product codes in this order."""
    known = {row.id: row.code for row in db.session.scalars(select(Product))}
    return [known[id_] for id_ in ids]


def facet(found: tuple[Facet, ...], key: str) -> dict[str, int]:
    """value -> count of one facet."""
    return {value.value: value.count for one in found if one.key == key for value in one.values}


def test_a_shelf_shows_what_is_published_and_priced_with_the_sold_out_last(
    german: MarketView,
) -> None:
    found = page(german)

    assert found.total == len(world.CAST) + 2
    assert codes(found.product_ids)[-1] == LAMP.code


@pytest.mark.parametrize(("sort", "first"), [
    ("price", CUP.code), ("price-down", LAMP.code), ("name", "book"),
])
def test_a_shelf_can_be_sorted(german: MarketView, sort: str, first: str) -> None:
    assert codes(page(german, sort=sort).product_ids)[0] == first


def test_values_of_one_facet_widen_and_facets_narrow_each_other(german: MarketView) -> None:
    one = page(german, Filters({"material": frozenset({"steel"})}))
    both = page(german, Filters({"material": frozenset({"steel", "glass"})}))
    none = page(german, Filters({
        "material": frozenset({"steel"}), "brand": frozenset({"nordlys"}),
    }))

    assert (one.total, both.total, none.total) == (1, 2, 0)


def test_counts_leave_their_own_facet_out(german: MarketView) -> None:
    found = page(german, Filters({"material": frozenset({"steel"})}))

    assert facet(found.facets, "material") == {"steel": 1, "glass": 1}
    assert facet(found.facets, "colour") == {"red": 1, "blue": 1}


def test_a_value_that_leads_nowhere_is_disabled_and_a_lone_one_hidden(german: MarketView) -> None:
    found = page(german, Filters(price_max=5))

    assert "brand" not in {one.key for one in found.facets}  # only Nordlys
    assert all(value.disabled for one in found.facets if one.key == "material"
               for value in one.values)


def test_unknown_filters_and_prices_outside_the_band_do_not_count(german: MarketView) -> None:
    found = page(german, Filters({"nonsense": frozenset({"x"}), "material": frozenset({"gold"})},
                                 price_min=0, price_max=100_000))

    assert found.filters.is_empty
    assert found.total == len(world.CAST) + 2


def test_a_price_band_narrows(german: MarketView) -> None:
    found = page(german, Filters(price_min=10, price_max=19))

    assert set(codes(found.product_ids)) == {"mug", "bowl", "book"}


def test_a_sale_is_seen_at_once(german: MarketView) -> None:
    page(german)
    setting.set_price(world.variant_id(CUP), "base", "EUR", 90000, author="test")

    assert codes(page(german, sort="price-down").product_ids)[0] == CUP.code


def test_a_list_takes_the_same_few_statements_however_long(german: MarketView) -> None:
    def show() -> int:
        with counted() as seen:
            found = page(german)
            cards(found.product_ids, german, "EUR", german.chain("en"), clock.now())
        return len(seen)

    show()
    few = show()
    more = [one.product_id for one in editing.upsert_products([mug(f"mug{n}") for n in range(12)])]
    editing.publish_all(more)
    show()

    assert show() == few <= 4


def test_a_card_says_from_and_counts_true_pieces(german: MarketView) -> None:
    ids = [world.product_id(LAST), world.product_id(LAMP)]
    ids += [db.session.scalars(select(Product.id).where(Product.code == "mug")).one()]
    vase, lamp, cup = cards(ids, german, "EUR", german.chain("de"), clock.now())

    assert (vase.stock, vase.pieces, lamp.stock) == ("few", 1, "out")
    assert cup.offer.from_lowest
    assert cup.offer.now == Money(1000, "EUR")
    assert (cup.language, vase.language) == ("en", "de")
    assert {swatch.code for swatch in cup.swatches} == {"red", "blue"}


def test_a_reduction_in_the_eu_is_measured_from_the_30_days_before(shop: Flask) -> None:
    german, american = markets.find("de"), markets.find("us")
    variant = world.variant_id(TEA)
    now = clock.now()
    setting.set_price(variant, "base", "EUR", 1500, 3000, author="test")
    setting.set_price(variant, "us", "USD", 1500, 3000, author="test")

    eur = lookup.current([variant], german.price_list, "EUR")[variant]
    usd = lookup.current([variant], american.price_list, "USD")[variant]
    here, there = variant_offer(eur, german, now + timedelta(seconds=5)), variant_offer(
        usd, american, now)

    assert (here.was, here.percent) == (Money(1999, "EUR"), 24)
    assert here.is_30_day_low
    assert (there.was, there.percent) == (Money(3000, "USD"), 50)


def test_without_a_history_nothing_is_called_reduced_in_the_eu(german: MarketView) -> None:
    variant = world.variant_id(LAST)
    price = lookup.current([variant], german.price_list, "EUR")[variant]
    boasting = lookup.PriceRow(**{
        **{name: getattr(price, name) for name in price.__slots__},
        "compare_at": Money(9000, "EUR"),
    })

    assert variant_offer(boasting, german, clock.now()).was is None


def test_a_click_on_an_option_keeps_the_others_where_it_can(german: MarketView) -> None:
    sheet, words = detail.sheet("mug", german.chain("en"), german), labels()

    def choose(sku: str, **wanted: str) -> str:
        return chosen(sheet, sku, wanted, words, german).sku

    assert choose("") == "MUG-RED-S"
    assert choose("MUG-RED-S", colour="red", size="l") == "MUG-RED-L"
    assert choose("MUG-RED-L", colour="blue", size="l") == "MUG-BLUE-S"  # no large blue one
    assert choose("NO-SUCH") == "MUG-RED-S"


def test_values_that_lead_nowhere_stay_visible_and_say_so(german: MarketView) -> None:
    sheet, words = detail.sheet("mug", german.chain("en"), german), labels()
    variant = chosen(sheet, "MUG-RED-L", {}, words, german)
    colour, size = groups(sheet, variant, words, german, german.chain("en"))

    assert (colour.key, colour.chosen, size.chosen) == ("colour", "Red", "L")
    assert [(one.value, one.sold_out) for one in colour.options] == [
        ("red", False), ("blue", True)]


def test_a_slug_of_another_language_or_of_old_names_the_same_product(shop: Flask) -> None:
    german = markets.find("de")
    with transaction() as session:
        session.add(OldSlug(kind="product", subject_id=world.product_id(TEA), language="de",
                            slug="aufguss"))

    for slug in ("tee", "tea", "aufguss"):
        assert detail.sheet(slug, german.chain("de"), german).text.slug == "tee"
    with pytest.raises(NotFound):
        detail.sheet("kaffee", german.chain("de"), german)


def test_a_draft_and_a_product_not_for_this_market_are_not_found(shop: Flask) -> None:
    german = markets.find("de")
    editing.upsert_products([mug("secret")])

    with pytest.raises(NotFound):
        detail.sheet("secret", german.chain("en"), german)


def test_related_products_are_chosen_ones_then_neighbours(german: MarketView) -> None:
    sheet = detail.sheet("mug", german.chain("en"), german)

    assert sheet.id not in related(sheet)
    assert len(related(sheet)) >= 4


def test_an_eighth_menu_entry_is_refused(empty_shop: Flask) -> None:
    with transaction() as session:
        page_row = Page(code="about")
        session.add(page_row)
        session.flush()
        session.add(PageText(page_id=page_row.id, language="en", title="About", slug="about"))
    for _ in range(7):
        content.add_to_menu("page", page_row.id)

    with pytest.raises(Conflict) as refused:
        content.add_to_menu("page", page_row.id)

    assert refused.value.code == "menu_full"
    assert len(content.menu(("en",))) == 7
    assert db.session.query(MenuItem).count() == 7


def test_markdown_keeps_tables_and_drops_what_could_run() -> None:
    html = html_of("# Top\n\n| a |\n|--|\n| 1 |\n\n[x](javascript:1)\n\n<script>x</script>")

    assert "<h2>Top</h2>" in html
    assert '<th scope="col">a</th>' in html
    assert "<script" not in html
    assert 'href="javascript' not in html


def test_bits_and_places() -> None:
    mask = bits_of([0, 3, 9, 17], 20)

    assert mask.bit_count() == 4
    assert first_places(mask, range(20), 20, 1, 2) == [3, 9]
    assert first_places(mask, range(19, -1, -1), 20, 0, 9) == [17, 9, 3, 0]


def test_a_kept_value_is_made_again_when_its_counter_moves(shop: Flask) -> None:
    kept: Kept[int] = Kept("content", size=2)
    made = iter(range(9))

    def get() -> int:
        return kept.get("key", lambda: next(made))

    first, second = get(), get()
    shop.extensions["tradewind"].versions.bump("content")

    assert (first, second, get()) == (0, 0, 1)


def test_what_took_long_to_make_rests_before_it_is_made_again(
    shop: Flask, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept_values, "COSTLY_S", 0.0)
    monkeypatch.setattr(kept_values, "REST", 1e9)
    kept: Kept[int] = Kept("content", size=2)
    made = iter(range(9))

    first = kept.get("key", lambda: next(made))
    shop.extensions["tradewind"].versions.bump("content")

    assert (first, kept.get("key", lambda: next(made))) == (0, 0)
    assert kept_values.rests_until() is not None


def test_of_many_kept_things_only_the_missing_are_made(shop: Flask) -> None:
    kept: Kept[int] = Kept("content", size=8)
    asked: list[list[int]] = []

    def make(keys: list[int]) -> dict[int, int]:
        asked.append(keys)
        return {key: key * 10 for key in keys if key != 9}

    assert kept.many([1, 2], make) == {1: 10, 2: 20}
    assert kept.many([2, 3, 9], make) == {2: 20, 3: 30}
    shop.extensions["tradewind"].versions.bump("content")
    assert kept.many([2], make) == {2: 20}
    assert kept.many([2], make, is_fresh=lambda value: value > 20) == {2: 20}
    assert asked == [[1, 2], [3, 9], [2], [2]]

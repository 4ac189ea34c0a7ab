"""What every search engine of the shop promises (app/services/search/port.py)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.search.port import EVERYWHERE, Document, Query, SearchIndex
from app.services.search.tantivy import TantivyIndex

PROVIDERS: dict[str, Callable[[Path], SearchIndex]] = {
    "tantivy": lambda folder: TantivyIndex(folder / "search"),
}

HOSTILE = (
    '"',
    "'",
    "AND (",
    "*:*",
    "\x00",
    "\x00\x1f",
    "title:kettle",
    "kettle AND NOT (",
    "a^9 b~3",
    "[a TO z]",
    "/re(/",
    "\\",
    "+-&&||!(){}",
    "%",
    "_",
    "\ud800",
    "kettle\ud83d",
    "😀",
    "😀 kettle",
    "' OR 1=1 --",
    "<script>",
    "kettle " * 2000,
    "x" * 10_000,
    "水" * 10_000,
    "ー" * 300,
    "ﷺ" * 50,
    "\u202e\u200f",
    "ا" * 400,
    "-" * 500,
    "1" * 500,
    "e\u0301" * 200,
    "\n\t ",
    "l'",
    "'s",
    "ﾞ",
    "١٫",
)


@pytest.fixture(params=PROVIDERS)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> SearchIndex:
    return PROVIDERS[request.param](tmp_path)


def kettle(number: int, title: str, **more: object) -> Document:
    facts: dict[str, object] = {"markets": ("us", "de"), "language": "en"} | more
    return Document(f"product:{number}", "product", title=title, **facts)  # type: ignore[arg-type]


GOODS = (
    kettle(
        1,
        "Steel kettle",
        codes=("KT-100", "4006381333931"),
        facets={"brand": ("acme",), "colour": ("red", "blue")},
    ),
    kettle(2, "Glass kettle", facets={"brand": ("acme",), "colour": ("blue",)}),
    kettle(3, "Travel kettle", facets={"brand": ("nord",), "colour": ("red",)}),
    kettle(4, "Kettle for Japan", markets=("jp",), facets={"brand": ("nord",)}),
    kettle(5, "Descaler", body="Cleans every kettle"),
    kettle(6, "Wall rack", keywords=("kettle holders",)),
    Document("category:1", "category", "en", "Kettles"),
    Document("page:1", "page", "en", "Returns", "How to send goods back to us"),
)


def keys(index: SearchIndex, text: str, **more: object) -> list[str]:
    asked: dict[str, object] = {"language": "en", "market": "us"} | more
    return [hit.key for hit in index.find(Query(text, **asked)).hits]  # type: ignore[arg-type]


def test_an_index_nothing_was_put_into_is_empty_and_wants_to_be_built(index: SearchIndex) -> None:
    assert index.needs_rebuild()
    assert index.version() == ""
    assert index.find(Query("kettle", "en", "us")).total == 0
    assert index.suggest("ket", "en", "us") == ()
    assert index.rebuild([]) == 0
    assert not index.needs_rebuild()


def test_what_is_put_is_found_at_once_and_changes_the_version(index: SearchIndex) -> None:
    assert index.put(GOODS) == len(GOODS)
    before = index.version()
    assert before
    assert "product:1" in keys(index, "steel")
    index.put([kettle(9, "Copper kettle")])
    assert keys(index, "copper") == ["product:9"]
    assert index.version() != before


def test_putting_again_replaces_one_language_only(index: SearchIndex) -> None:
    index.put([kettle(1, "Kettle"), kettle(1, "Wasserkocher", language="de")])
    index.put([kettle(1, "Teapot")])
    assert keys(index, "kettle") == []
    assert keys(index, "teapot") == ["product:1"]
    assert keys(index, "wasserkocher", language="de") == ["product:1"]


def test_removing_forgets_every_language_and_ignores_unknown_keys(index: SearchIndex) -> None:
    index.put([kettle(1, "Kettle"), kettle(1, "Kettle", language="de"), kettle(11, "Kettle")])
    index.remove(["product:1", "product:404"])
    assert keys(index, "kettle") == ["product:11"]
    assert keys(index, "kettle", language="de") == []


def test_clear_forgets_everything(index: SearchIndex) -> None:
    index.put(GOODS)
    index.clear()
    assert keys(index, "") == []
    assert not index.needs_rebuild()


def test_a_rebuild_replaces_the_whole(index: SearchIndex) -> None:
    index.put(GOODS)
    assert index.rebuild(iter([kettle(7, "Only kettle")])) == 1
    assert keys(index, "") == ["product:7"]


def test_a_failed_rebuild_or_put_leaves_what_was_there(index: SearchIndex) -> None:
    index.put(GOODS)

    def breaking() -> object:
        yield kettle(70, "Half kettle")
        raise LookupError

    for write in (index.put, index.rebuild):
        with pytest.raises(LookupError):
            write(breaking())
        assert len(keys(index, "")) == 7
        assert keys(index, "half") == []


def test_only_what_the_market_and_language_show_is_found(index: SearchIndex) -> None:
    index.put(GOODS)
    assert "product:4" not in keys(index, "kettle")
    assert keys(index, "kettle", market="jp") == ["category:1", "product:4"]
    assert keys(index, "kettle", language="fr") == []
    index.put([kettle(8, "Hidden kettle", markets=())])
    assert keys(index, "hidden", market=EVERYWHERE) == []


def test_order_is_code_whole_title_title_keywords_body(index: SearchIndex) -> None:
    index.put(
        [
            kettle(1, "Descaler", body="for a toaster"),
            kettle(2, "Rack", keywords=("toaster",)),
            kettle(3, "Four toasters"),
            kettle(4, "Red toaster"),
            kettle(5, "Toaster"),
            kettle(6, "Thing", codes=("TOASTER",)),
        ]
    )
    assert keys(index, "toaster") == [f"product:{n}" for n in (6, 5, 4, 3, 2, 1)]


def test_boost_lifts_within_what_is_alike(index: SearchIndex) -> None:
    index.put([kettle(n, "Red kettle", boost=1 + n / 10) for n in (1, 3, 2)])
    assert keys(index, "kettle") == ["product:3", "product:2", "product:1"]
    assert keys(index, "") == ["product:3", "product:2", "product:1"]


@pytest.mark.parametrize(
    "text", ["KT-100", "kt100", "kt 100", "Kt-10", "4006381333931", "４００６３８１３３３９３１"]
)
def test_codes_are_found_whatever_their_case_and_hyphens(index: SearchIndex, text: str) -> None:
    index.put(GOODS)
    assert keys(index, text)[0] == "product:1"


def test_kinds_limit_and_offset(index: SearchIndex) -> None:
    index.put(GOODS)
    assert keys(index, "kettle", kinds=("category",)) == ["category:1"]
    everything = keys(index, "", limit=50)
    assert len(everything) == 7
    assert keys(index, "", limit=3) + keys(index, "", limit=50, offset=3) == everything
    found = index.find(Query("", "en", "us", limit=0))
    assert (found.hits, found.total) == ((), 7)
    assert keys(index, "", offset=10**12, limit=10**12) == []
    assert len(keys(index, "", offset=-5, limit=2)) == 2


def test_facets_count_all_finds(index: SearchIndex) -> None:
    index.put(GOODS)
    found = index.find(Query("kettle", "en", "us", ("product",), limit=1))
    assert found.total == 5
    assert found.facets == {"brand": {"acme": 2, "nord": 1}, "colour": {"blue": 2, "red": 2}}


def test_a_facets_own_choice_does_not_narrow_its_numbers(index: SearchIndex) -> None:
    index.put(GOODS)
    asked = Query("kettle", "en", "us", facets={"colour": ("blue",), "brand": ()})
    found = index.find(asked)
    assert {hit.key for hit in found.hits} == {"product:1", "product:2"}
    assert found.facets["colour"] == {"blue": 2, "red": 2}
    assert found.facets["brand"] == {"acme": 2}


def test_two_facets_narrow_each_other_and_two_values_widen(index: SearchIndex) -> None:
    index.put(GOODS)
    found = index.find(
        Query("kettle", "en", "us", facets={"colour": ("blue", "red"), "brand": ("nord", "none")})
    )
    assert [hit.key for hit in found.hits] == ["product:3"]
    assert found.facets["colour"] == {"red": 1, "blue": 0}
    assert found.facets["brand"] == {"acme": 2, "nord": 1, "none": 0}


def test_a_narrow_choice_is_no_reason_to_guess(index: SearchIndex) -> None:
    index.put([*GOODS, kettle(20, "Nettle tea", facets={"brand": ("acme",)})])
    found = index.find(Query("kettle", "en", "us", facets={"brand": ("nord",)}))
    assert [hit.key for hit in found.hits] == ["product:3"]
    assert found.corrected is None


def test_hits_mark_the_words_found(index: SearchIndex) -> None:
    index.put([kettle(1, "Red Kettles, large")])
    (hit,) = index.find(Query("kettle", "en", "us")).hits
    assert [hit.title[start:end] for start, end in hit.highlights] == ["Kettles"]


def test_a_misspelling_is_corrected_only_when_nothing_is_spelt_so(index: SearchIndex) -> None:
    index.put(GOODS)
    found = index.find(Query("Steel ketle", "en", "us"))
    assert found.hits[0].key == "product:1"
    assert found.corrected == "Steel kettle"
    assert index.find(Query("steel kettle", "en", "us")).corrected is None
    assert index.find(Query("qqqqqqqq zzzzzzz", "en", "us")).total == 0


def test_one_word_too_many_still_finds_something(index: SearchIndex) -> None:
    index.put(GOODS)
    assert keys(index, "glass kettle zanzibar")[0] == "product:2"


def test_suggestions_are_queries_then_categories_products_pages(index: SearchIndex) -> None:
    index.put(GOODS)
    made = index.suggest("ket", "en", "us", 10)
    kinds = [each.kind for each in made]
    assert kinds == sorted(kinds, key=["query", "category", "product", "page"].index)
    assert ("query", "kettle") in [(each.kind, each.text) for each in made]
    assert ("category", "category:1") in [(each.kind, each.key) for each in made]
    assert "product:4" not in [each.key for each in made]
    for each in made:
        assert [each.text[a:b].lower() for a, b in each.marks][:1] in (["ket"], [])


def test_suggestions_complete_the_last_word(index: SearchIndex) -> None:
    index.put(GOODS)
    made = index.suggest("steel ke", "en", "us")
    assert made[0].text == "steel kettle"
    assert "product:1" in [each.key for each in made]
    assert "product:2" not in [each.key for each in made]


def test_suggestions_forgive_a_typing_error_and_keep_to_the_limit(index: SearchIndex) -> None:
    index.put(GOODS)
    assert "category:1" in [each.key for each in index.suggest("ketle", "en", "us")]
    assert len(index.suggest("ket", "en", "us", 3)) == 3
    assert index.suggest("ket", "en", "us", 0) == ()
    assert index.suggest("k", "en", "us") == ()


def test_pages_are_found_beside_goods(index: SearchIndex) -> None:
    index.put(GOODS)
    assert keys(index, "returns")[0] == "page:1"
    assert keys(index, "refund") == ["page:1"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_fails(index: SearchIndex, text: str) -> None:
    index.put(GOODS)
    for language in ("en", "de", "ja", "zh-Hans", "ar", "xx", "", "e.n\x00"):
        found = index.find(Query(text, language, "us", facets={"brand": (text[:99],)}))
        assert found.total == 0 or language == "en"
        index.suggest(text, language, text[:99])


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_document_fails(index: SearchIndex, text: str) -> None:
    index.put(
        [kettle(1, text, body=text, keywords=(text,), codes=(text,), facets={"x": (text[:99],)})]
    )
    assert index.find(Query("", "en", "us")).total == 1

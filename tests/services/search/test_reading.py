"""Words, spellings, synonyms and marks, without any engine."""

from __future__ import annotations

import pytest

from app.services.search.analyser import analyse
from app.services.search.folding import code, spellings, unify
from app.services.search.marking import Marker, typed_in
from app.services.search.reading import LONGEST_TEXT, MOST_PARTS, read
from app.services.search.spelling import distance
from app.services.search.synonyms import FOLDER, parse, synonyms


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("kettle", ("kettle",)),
        ("café", ("cafe",)),
        ("müller", ("muller", "mueller")),
        ("straße", ("straße",)),
        ("smørrebrød", ("smorrebrod", "smoerrebroed")),
        ("œuvre", ("oeuvre",)),
        ("ガラス", ("がらす",)),
        ("サーバー", ("さーば",)),
        ("أُسْرَة", ("اسره",)),
        ("پنیر", ("پنير",)),
        ("", ()),
    ],
)
def test_spellings(word: str, expected: tuple[str, ...]) -> None:
    assert spellings(word) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Chef's don't l'eau", "fr", ["chef", "dont", "eau"]),
        ("T-Shirt 1,5L & more", "en", ["t", "shirt", "1.5l", "more"]),
        ("電気ケトル", "ja", ["電気", "けとる"]),
        ("不锈钢水壶", "zh-Hans", ["不锈钢", "水壶"]),
        ("١٫٥ لتر", "ar", ["1.5", "لتر"]),
        ("😀 red 😀 pan", "en", ["red", "pan"]),
        ("Straße GROSS", "de", ["strasse", "gross"]),
        ("…!?", "en", []),
    ],
)
def test_words(text: str, language: str, expected: list[str]) -> None:
    assert [word.exact[0] for word in analyse(text, language)] == expected


def test_places_point_into_the_text_as_given() -> None:
    text = "ｶﾞﾗｽのボトル cafe\u0301 ﬁne"
    whole, places = unify(text)
    assert whole == "ガラスのボトル café fine"
    assert places is not None
    words = {word.shown: text[word.start : word.end] for word in analyse(text, "ja")}
    assert words["ガラス"] == "ｶﾞﾗｽ"
    assert words["café"] == "cafe\u0301"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AB-12/3 x", "ab123x"),
        ("４００-６", "4006"),
        ("\x00 ", ""),
        ("ä" * 99, "ä" * 64),
    ],
)
def test_codes(text: str, expected: str) -> None:
    assert code(text) == expected


def test_a_long_text_is_cut() -> None:
    reading = read("kettle " * 500, "en")
    assert len(reading.text) == LONGEST_TEXT
    assert len(reading.parts) == MOST_PARTS


def test_the_last_word_is_open_until_a_space_follows() -> None:
    assert [part.is_open for part in read("red ket", "en").parts] == [False, True]
    assert [part.is_open for part in read("red ket ", "en").parts] == [False, False]


def test_synonyms_of_one_and_more_words_and_of_one_way() -> None:
    known = parse("coffee maker, percolator  # both ways\npan, pots => cookware", "en")
    assert [w.shown for w in known[("coffe", "maker")][0]] == ["percolator"]
    assert [w.shown for w in known[("percol",)][0]] == ["coffee", "maker"]
    assert [w.shown for w in known[("pot",)][0]] == ["cookware"]
    assert ("cookwar",) not in known


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_every_line_of_the_synonyms_is_read(path: object) -> None:
    language = path.stem  # type: ignore[attr-defined]
    known = synonyms(language)
    assert len(known) > 90
    assert all(len(entry) <= 4 for entry in known)
    assert all(known.values()), [entry for entry, others in known.items() if not others]


@pytest.mark.parametrize("language", ["../en", "", "EN/..", "xx", "en\x00"])
def test_there_are_no_synonyms_outside_the_folder(language: str) -> None:
    assert synonyms(language) == {}


@pytest.mark.parametrize(
    ("left", "right", "steps"),
    [
        ("kettle", "kettle", 0),
        ("ketle", "kettle", 1),
        ("kettel", "kettle", 1),
        ("kat", "kettle", 3),
        ("abcdef", "badcfe", 3),
    ],
)
def test_distance(left: str, right: str, steps: int) -> None:
    assert distance(left, right, 2) == steps


@pytest.mark.parametrize(
    ("text", "title", "language", "marked"),
    [
        ("kettle", "Steel Kettles XL", "en", ["Kettles"]),
        ("kocher", "Wasserkocher, rot", "de", ["Wasserkocher"]),
        ("t-shirt", "Red T-Shirt", "en", ["T-Shirt"]),
        ("muller", "Tasse von Müller", "de", ["Müller"]),
        ("けとる", "電気ケトル", "ja", ["ケトル"]),
        ("الحقيبة", "حقيبة سفر", "ar", ["حقيبة"]),
        ("", "Kettle", "en", []),
    ],
)
def test_marks(text: str, title: str, language: str, marked: list[str]) -> None:
    spots = Marker(read(text, language), typos=False).found_in(title)
    assert [title[start:end] for start, end in spots] == marked


def test_what_was_typed_is_marked() -> None:
    text = "electric kettle, red"
    assert [text[a:b] for a, b in typed_in(text, read("Electric ket", "en"))] == ["electric ket"]

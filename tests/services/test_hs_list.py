"""The list of HS 2022: what is in it, and what a thing may be."""

from __future__ import annotations

import pytest

from app.services.catalogue import hs_list


@pytest.mark.parametrize(("code", "is_known"), [
    ("610910", True), ("6109100010", True), ("85171300", True), ("852589", True),
    ("852580", False),  # was split up in 2022
    ("61091", False), ("6109", False), ("", False), ("61091x", False), ("999999", False),
    ("61091000100", False),
])
def test_a_code_is_six_digits_of_the_list_and_up_to_four_of_a_country(code: str,
                                                                     is_known: bool) -> None:
    assert hs_list.is_known(code) is is_known


@pytest.mark.parametrize(("words", "first"), [
    ("t-shirt", "610910"), ("T-shirts cotton", "610910"), ("leather belt", "420330"),
    ("smartphone", "851713"), ("wooden table", "940360"), ("running shoes", "640411"),
    ("6109.10", "610910"), ("0902", "0902"),
])
def test_everyday_words_find_the_code(words: str, first: str) -> None:
    assert hs_list.search(words)[0].code == first


def test_nonsense_finds_nothing() -> None:
    assert hs_list.search("qwertzuiop") == []
    assert hs_list.search("") == []


def test_the_text_of_a_national_code_is_that_of_its_subheading() -> None:
    assert hs_list.text_of("6109100010").startswith("T-shirts")
    assert hs_list.text_of("") == ""

"""What a merchant does by command until there is a back office."""

from __future__ import annotations

import pytest
from flask import Flask

from app.extensions import db
from app.models.catalogue import Product
from app.models.translation import CategoryText
from app.services import markets
from app.services.prices import lookup
from tests.world import CUP, TEA, product_id, variant_id


def run(shop: Flask, *words: str) -> tuple[int, str]:
    """Exit status and what it said."""
    done = shop.test_cli_runner().invoke(args=list(words))
    db.session.expire_all()
    return done.exit_code, done.output


def state(shop: Flask) -> tuple[str, str]:
    """State and reason of the tea."""
    row = db.session.get_one(Product, product_id(TEA))
    return row.state, row.off_sale_reason


def test_a_product_goes_off_sale_with_its_reason_and_on_again(shop: Flask) -> None:
    assert run(shop, "catalog", "unpublish", "tea", "--reason", "recall")[0] == 0
    assert state(shop) == ("draft", "recall")
    assert run(shop, "catalog", "publish", "tea")[0] == 0
    assert state(shop) == ("published", "")


def test_a_price_set_by_command_closes_the_one_before(shop: Flask) -> None:
    assert run(shop, "prices", "set", CUP.sku, "base", "450", "EUR")[1].strip() == "set"
    prices = markets.find("de").price_list
    assert lookup.current([variant_id(CUP)], prices, "EUR")[variant_id(CUP)].amount.minor == 450


def test_a_new_name_of_a_category_leaves_its_text(shop: Flask) -> None:
    text = db.session.scalars(db.select(CategoryText).filter_by(language="en")).one()
    text.intro = "What stands on it."
    db.session.commit()
    assert run(shop, "catalog", "rename-category", "table", "en", "Tableware")[0] == 0
    text = db.session.scalars(db.select(CategoryText).filter_by(language="en")).one()
    assert (text.name, text.slug, text.intro) == ("Tableware", "tableware", "What stands on it.")


@pytest.mark.parametrize("words", [
    ("catalog", "publish", "nothing"), ("catalog", "delete-category", "table"),
    ("catalog", "schedule", "tea", "--from", "2027-01-02", "--until", "2027-01-01"),
    ("prices", "set", "NOTHING", "base", "1", "EUR"),
])
def test_what_cannot_be_done_is_said_in_one_line(shop: Flask, words: tuple[str, ...]) -> None:
    status, said = run(shop, *words)
    assert status == 1
    assert said.startswith("Error: ")
    assert len(said.splitlines()) == 1

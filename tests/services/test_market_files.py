"""Markets, sellers, lists and warehouses from a file: whole or not at all, safe to repeat."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models.market import Market, Seller, SellerRegistration
from app.services import markets
from app.services.json_entries import Refused
from app.services.market_files.export import export
from app.services.market_files.loading import load
from app.services.market_files.reading import check
from app.services.prices import lookup
from tests.world import CUP, variant_id

pytestmark = pytest.mark.usefixtures("either_shop")

NORWAY: dict[str, Any] = {
    "code": "no", "name": {"en": "Norway"}, "countries": ["NO"], "currencies": ["NOK", "EUR"],
    "languages": ["en"], "tax_display": "incl", "payment_methods": ["card"],
    "warehouses": ["LIS"], "price_list": "base", "is_open": True,
}


def file(**sections: Any) -> str:
    """A market file as text."""
    return json.dumps(sections)


def mistakes(plain: object) -> list[str]:
    """What a file is refused for."""
    with pytest.raises(Refused) as refused:
        check(plain)
    return [str(error) for error in refused.value.errors]


def test_what_was_written_out_changes_nothing_when_it_is_read_again() -> None:
    text = json.dumps(export())

    loaded = load(text)

    assert not loaded.entries.has_changed
    assert len(loaded.entries.unchanged["markets"]) == 15
    assert json.dumps(export()) == text


def test_a_new_market_sells_in_its_currency_at_once() -> None:
    loaded = load(file(markets=[NORWAY]))

    market = markets.find("no")
    price = lookup.current([variant_id(CUP)], market.price_list, "NOK")[variant_id(CUP)]
    assert loaded.entries.added == {"markets": ["no"]}
    assert market.seller.code == "porto-nova" and market.country == "NO"
    assert price.amount.currency == "NOK" and price.origin == "converted"
    assert load(file(markets=[NORWAY])).entries.unchanged == {"markets": ["no"]}


def test_a_new_market_that_does_not_say_so_stays_closed_until_it_is_ready() -> None:
    loaded = load(file(markets=[{name: value for name, value in NORWAY.items()
                                 if name != "is_open"}]))

    assert loaded.closed == ("no",)
    assert "legal_page_missing" in {one.code for one in loaded.not_ready[0].blocking}
    assert "no" not in {market.code for market in markets.all_markets()}


def test_what_an_entry_leaves_out_keeps_its_value() -> None:
    load(file(markets=[{"code": "jp", "rounding": "sum_by_net"}]))

    market = markets.find("jp")
    assert market.rounding == "sum_by_net"
    assert market.currencies == ("JPY", "USD")


def test_registrations_with_days_replace_those_of_the_seller() -> None:
    dated = [{"code": "PT", "number": "PT510123457", "valid_from": "2020-01-01"},
             {"code": "IOSS", "number": "IM6200000000", "valid_from": "2026-01-01",
              "valid_to": "2026-12-31"}]
    load(file(sellers=[{"code": "porto-nova", "registrations": dated}]))
    load(file(sellers=[{"code": "porto-nova", "registrations": dated[:1]}]))

    seller = db.session.scalars(select(Seller)).one()
    rows = db.session.scalars(select(SellerRegistration)).all()
    assert [(row.code, row.number) for row in rows] == [("PT", "PT510123457")]
    assert seller.registrations == ["PT"]
    assert export()["sellers"][0]["registrations"][0]["valid_from"] == "2020-01-01"


def test_every_mistake_is_named_with_its_place_and_nothing_is_kept() -> None:
    broken = {
        "sellers": [{"code": "porto-nova", "phone": "+1"}],
        "markets": [
            {**NORWAY, "countries": ["NO", "QQ"], "currencies": ["NOKK"], "langages": ["en"]},
        ],
    }

    assert mistakes(broken) == [
        "markets[1].countries[2]: 'QQ' is not a country (ISO 3166-1, two letters)",
        "markets[1].currencies[1]: 'NOKK' is not a currency of ISO 4217",
        "markets[1].langages: is not a field of this entry",
    ]
    assert db.session.scalars(select(Seller.phone)).one() == "+351210000000"


@pytest.mark.parametrize(("change", "reason"), [
    ({"price_list": "none"}, "markets[1].price_list: there is no price list 'none'"),
    ({"warehouses": ["OSL"]}, "markets[1].warehouses[1]: there is no warehouse 'OSL'"),
    ({"payment_methods": ["cash"]},
     "markets[1].payment_methods[1]: 'cash' is no way to pay (card, test, transfer)"),
    ({"tax_display": "excl"}, "markets[1].tax_display: the prices of list 'base' are with tax"),
    ({"seller": "nobody"}, "markets[1].seller: there is no seller 'nobody'"),
    ({"languages": ["no"]},
     ("markets[1].languages[1]: the shop has no interface in 'no' (en, de, fr, es, ja, zh-Hans,"
      " ar)")),
])
def test_what_an_entry_refers_to_has_to_be_there(change: dict[str, Any], reason: str) -> None:
    assert reason in mistakes({"markets": [{**NORWAY, **change}]})
    assert db.session.get(Market, "no") is None


def test_a_new_entry_has_to_be_whole_and_stand_once() -> None:
    assert mistakes({"warehouses": [{"code": "OSL", "country": "NO"}, {"code": "OSL"}]}) == [
        "warehouses[1].name: is missing; 'OSL' is new",
        "warehouses[1].address: is missing; 'OSL' is new",
        "warehouses[1].time_zone: is missing; 'OSL' is new",
        "warehouses[1].cut_off: is missing; 'OSL' is new",
        "warehouses[2]: 'OSL' is warehouses[1] again",
        *[f"warehouses[2].{name}: is missing; 'OSL' is new"
          for name in ("name", "country", "address", "time_zone", "cut_off")],
    ]

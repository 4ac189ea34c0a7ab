"""Reading a market file: its shape, then what its entries refer to. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from app.extensions import db, providers
from app.models.market import Market, Seller
from app.models.price import PriceList
from app.models.stock import Warehouse
from app.services.json_entries import PlaceError, parsed, sound
from app.services.market_files.shape import NEEDED, DatedRegistration, MarketFile, Part
from app.services.payment.methods import PROVIDER_OF

SECTIONS: Mapping[str, Any] = {
    "sellers": Seller, "price_lists": PriceList, "warehouses": Warehouse, "markets": Market,
}


def read(content: str | bytes) -> MarketFile:
    """The file's entries, all of them sound. Raises Refused with every mistake."""
    return check(parsed(content))


def check(plain: object) -> MarketFile:
    """The same for what has been read from JSON already."""
    return sound(MarketFile, plain, _errors)


def _errors(file: MarketFile) -> Iterator[PlaceError]:
    known = {name: set(db.session.scalars(select(model.code)))
             for name, model in SECTIONS.items()}
    for section in SECTIONS:
        yield from _entries(section, getattr(file, section), known[section])
    lists = {row.code: row.tax_included for row in db.session.scalars(select(PriceList))}
    for place, one in _placed("price_lists", file.price_lists):
        if one.parent and one.parent not in lists:
            yield PlaceError(f"{place}.parent", f"there is no price list {one.parent!r} before it")
        lists[one.code] = one.tax_included if "tax_included" in one.model_fields_set else (
            lists.get(one.code, True))
    for place, seller in _placed("sellers", file.sellers):
        kinds = {isinstance(one, DatedRegistration) for one in seller.registrations}
        if len(kinds) > 1:
            yield PlaceError(f"{place}.registrations", "give all of them days, or none")
    yield from _markets(file, known, lists)


def _entries(section: str, entries: list[Any], known: set[str]) -> Iterator[PlaceError]:
    seen: dict[str, str] = {}
    for place, one in _placed(section, entries):
        first = seen.setdefault(one.code, place)
        if first != place:
            yield PlaceError(place, f"{one.code!r} is {first} again")
        if one.code not in known:
            for name in NEEDED[section]:
                if name not in one.model_fields_set:
                    yield PlaceError(f"{place}.{name}", f"is missing; {one.code!r} is new")
    known |= set(seen)


def _markets(file: MarketFile, known: Mapping[str, set[str]],
             lists: Mapping[str, bool]) -> Iterator[PlaceError]:
    for place, one in _placed("markets", file.markets):
        if "seller" in one.model_fields_set and one.seller not in known["sellers"]:
            yield PlaceError(f"{place}.seller", f"there is no seller {one.seller!r}")
        elif len(known["sellers"]) != 1 and not one.seller and _is_new(one):
            yield PlaceError(f"{place}.seller", "is missing; the shop does not have just one")
        for number, code in enumerate(one.warehouses, 1):
            if code not in known["warehouses"]:
                yield PlaceError(f"{place}.warehouses[{number}]", f"there is no warehouse {code!r}")
        for number, code in enumerate(one.payment_methods, 1):
            if code not in {*PROVIDER_OF, *providers().payments}:
                yield PlaceError(f"{place}.payment_methods[{number}]",
                               f"{code!r} is no way to pay ({', '.join(PROVIDER_OF)})")
        if "price_list" not in one.model_fields_set:
            continue
        if one.price_list not in lists:
            yield PlaceError(f"{place}.price_list", f"there is no price list {one.price_list!r}")
        elif "tax_display" in one.model_fields_set and (
                lists[one.price_list] != (one.tax_display == "incl")):
            holds = "with" if lists[one.price_list] else "without"
            yield PlaceError(f"{place}.tax_display",
                           f"the prices of list {one.price_list!r} are {holds} tax")
    defaults = [place for place, one in _placed("markets", file.markets) if one.is_default]
    if len(defaults) > 1:
        yield PlaceError(defaults[1], f"only one market can be the default; {defaults[0]} is")


def _is_new(one: Part) -> bool:
    code = one.code  # type: ignore[attr-defined] # every entry has one
    return db.session.scalar(select(Market.code).where(Market.code == code)) is None


def _placed(section: str, entries: list[Any]) -> Iterator[tuple[str, Any]]:
    for number, one in enumerate(entries, 1):
        yield f"{section}[{number}]", one

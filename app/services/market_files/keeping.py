"""Bringing the shop in step with a market file, in one transaction. Safe to repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.extensions import transaction
from app.models.market import Market, Seller, SellerRegistration
from app.models.price import PriceList
from app.models.stock import Warehouse
from app.services.market_files.reading import SECTIONS
from app.services.market_files.shape import DatedRegistration, MarketFile, SellerPart
from app.services.outbox import log

_EMPTY: dict[type[Any], dict[str, Any]] = {
    Seller: {"registrations": [], "established_in": [], "bank": {}, "address": {}},
    Market: {"carriers": [], "hidden_products": [], "is_open": True},
    PriceList: {}, Warehouse: {},
}


@dataclass(slots=True)
class Kept:
    """Codes by section and what became of them; `new_markets` were not there before."""

    added: dict[str, list[str]] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    unchanged: dict[str, list[str]] = field(default_factory=dict)

    @property
    def has_changed(self) -> bool:
        """Something differs from before."""
        return bool(self.added or self.changed)

    @property
    def new_markets(self) -> list[str]:
        """Markets that were not there before."""
        return self.added.get("markets", [])


def keep(file: MarketFile) -> Kept:
    """Write every entry of a checked file; what it does not name stays. All or nothing."""
    kept = Kept()
    with transaction() as session:
        for part in file.sellers:
            _seller(session, part, kept)
        for row in file.price_lists:
            _upsert(session, "price_lists", row.code, _list_values(session, row.given()), kept)
        for house in file.warehouses:
            _upsert(session, "warehouses", house.code, house.given(), kept)
        for market in file.markets:
            _upsert(session, "markets", market.code, _market_values(session, market.given()), kept)
            if market.is_default:
                session.execute(update(Market).where(Market.code != market.code)
                                .values(is_default=False))
        if kept.has_changed:
            log.emit("market")
            log.emit("rates")  # warehouses stand in the book of rates
    return kept


def _upsert(session: Session, section: str, code: str, values: dict[str, Any],  # noqa: PLR0913 - one entry
            kept: Kept, also: Callable[[Any], bool] = lambda row: False) -> None:
    model = SECTIONS[section]
    row = session.scalar(select(model).where(model.code == code))
    outcome = kept.unchanged
    if row is None:
        row = model(**{**_EMPTY[model], **values})
        session.add(row)
        outcome = kept.added
    elif any(getattr(row, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(row, name, value)
        outcome = kept.changed
    session.flush()
    if also(row) and outcome is kept.unchanged:
        outcome = kept.changed
    outcome.setdefault(section, []).append(code)


def _seller(session: Session, part: SellerPart, kept: Kept) -> None:
    values = part.given()
    wanted = values.pop("registrations", None)
    if wanted is None:
        _upsert(session, "sellers", part.code, values, kept)
        return
    dated = [one for one in wanted if isinstance(one, DatedRegistration)]
    values["registrations"] = [one for one in wanted if isinstance(one, str)] or list(
        dict.fromkeys(one.code for one in dated))
    _upsert(session, "sellers", part.code, values, kept,
            lambda row: _registrations(session, row, dated))


def _registrations(session: Session, seller: Seller, wanted: list[DatedRegistration]) -> bool:
    """The seller's dated registrations become those of the file. True when some differ."""
    rows = {(row.code, row.valid_from): row for row in session.scalars(
        select(SellerRegistration).where(SellerRegistration.seller_id == seller.id))}
    changed = False
    for one in wanted:
        row = rows.pop((one.code, one.valid_from), None)
        values = one.model_dump()
        if row is None:
            session.add(SellerRegistration(seller_id=seller.id, **values))
            changed = True
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed = True
    for row in rows.values():
        session.delete(row)
    return changed or bool(rows)


def _list_values(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    if "parent" in given:
        parent = given.pop("parent")
        given["parent_id"] = session.scalar(
            select(PriceList.id).where(PriceList.code == parent)) if parent else None
    return given


def _market_values(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Codes become ids; a new market goes last and belongs to the only seller there is."""
    is_new = session.get(Market, given["code"]) is None
    if "price_list" in given:
        given["price_list_id"] = session.scalars(
            select(PriceList.id).where(PriceList.code == given.pop("price_list"))).one()
    seller = given.pop("seller", "")
    if seller or is_new:
        wanted = select(Seller.id).where(Seller.code == seller) if seller else select(Seller.id)
        given["seller_id"] = session.scalars(wanted).one()
    if is_new and not given.get("position"):
        given["position"] = (session.scalar(select(func.max(Market.position))) or 0) + 1
    return given

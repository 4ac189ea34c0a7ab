"""The shop's markets, sellers, price lists and warehouses as a market file."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.models.market import Market, Seller, SellerRegistration
from app.models.price import PriceList
from app.models.stock import Warehouse
from app.services.market_files.shape import (
    DatedRegistration,
    ListPart,
    MarketPart,
    SellerPart,
    WarehousePart,
)


def export() -> dict[str, Any]:
    """Everything a market file can hold, in plain values; loading it again changes nothing."""
    session = db.session
    lists = {row.id: row for row in session.scalars(select(PriceList).order_by(PriceList.id))}
    sellers = {row.id: row for row in session.scalars(select(Seller).order_by(Seller.id))}
    houses = session.scalars(select(Warehouse).order_by(Warehouse.id))
    markets = session.scalars(select(Market).order_by(Market.position))
    return {
        "sellers": [_plain(SellerPart, row, registrations=_registrations(row))
                    for row in sellers.values()],
        "price_lists": [
            _plain(ListPart, row, parent=lists[row.parent_id].code if row.parent_id else None)
            for row in lists.values()
        ],
        "warehouses": [_plain(WarehousePart, row) for row in houses],
        "markets": [
            _plain(MarketPart, row, price_list=lists[row.price_list_id].code,
                   seller=sellers[row.seller_id].code)
            for row in markets
        ],
    }


def _plain(part: type[Any], row: Any, **instead: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in part.model_fields if name not in instead}
    plain = part.model_construct(**values, **instead).model_dump(mode="json")
    return {name: plain[name] for name in part.model_fields}


def _registrations(seller: Seller) -> list[Any]:
    rows = db.session.scalars(
        select(SellerRegistration).where(SellerRegistration.seller_id == seller.id)
        .order_by(SellerRegistration.code, SellerRegistration.valid_from))
    dated = [DatedRegistration(code=row.code, number=row.number, valid_from=row.valid_from,
                               valid_to=row.valid_to, note=row.note) for row in rows]
    return dated or list(seller.registrations)

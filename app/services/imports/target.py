"""Where a file's prices and stock go: the shop's own price list and warehouse."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlalchemy import select

from app.extensions import db
from app.models.market import Market
from app.models.price import PriceList
from app.models.stock import Warehouse
from app.services.imports.entries import Target
from app.services.imports.reading import Sheet

FOUNDATION = "run `flask demo load --foundation` first, or make them in the back office"
BASE = "base"


class Unprepared(Exception):
    """The shop cannot take products yet; the message says what to do in one line."""


def shop_target(language: str, warehouse: str = "", untracked_stock: int = 0) -> Target:
    """The base price list in its currency and a warehouse (by code; "": the first).

    raises  Unprepared  no price list, warehouse or market; an unknown warehouse
    """
    session = db.session()
    roots = list(session.scalars(
        select(PriceList).where(PriceList.parent_id.is_(None)).order_by(PriceList.id)
    ))
    base = next((one for one in roots if one.code == BASE), roots[0] if roots else None)
    houses = {one.code: one.id for one in session.scalars(
        select(Warehouse).order_by(Warehouse.id)
    )}
    if base is None or not houses or session.scalar(select(Market.code).limit(1)) is None:
        raise Unprepared(f"the shop has no market, price list or warehouse yet: {FOUNDATION}")
    if warehouse and warehouse not in houses:
        raise Unprepared(f"there is no warehouse {warehouse} (there are: {', '.join(houses)})")
    return Target(
        language=language, list_code=base.code, currency=base.currency,
        warehouse_id=houses[warehouse] if warehouse else next(iter(houses.values())),
        untracked_stock=untracked_stock,
    )


def for_sheet(target: Target, sheet: Sheet) -> Target:
    """The target with what only the file knows: its columns, decimals and units."""
    headers = dict(zip(sheet.names, sheet.headers, strict=True))
    return replace(
        target, columns=frozenset(sheet.names), headers=headers,
        comma_decimals=sheet.comma_decimals,
        weight_unit=_unit(headers.get("weight", ""), "kg"),
        length_unit=_unit(headers.get("length", ""), "cm"),
    )


def _unit(header: str, usual: str) -> str:
    """"Weight (lbs)" -> "lbs"."""
    found = re.search(r"\((\w+)\)", header)
    return found.group(1).lower() if found else usual

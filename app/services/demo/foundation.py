"""What any shop needs before its first product: seller, lists, markets, warehouses, rates."""

from __future__ import annotations

import json
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.config import ROOT
from app.extensions import transaction
from app.models.market import Market, Seller
from app.models.price import PriceList
from app.models.shipping import FreeShipping, ShippingRate, ShippingService, ShippingZone
from app.models.stock import Warehouse
from app.services.fx import flow as fx
from app.services.outbox import log
from app.services.rates.load import load_tables

DEMO, RATES = ROOT / "app" / "demo", ROOT / "app" / "data" / "rates"


def is_laid() -> bool:
    """True when the shop has markets already."""
    with transaction() as session:
        return session.scalar(select(Market.code).limit(1)) is not None


def lay() -> None:
    """Law tables, exchange rates, seller, lists, warehouses, shipping, markets. Only once."""
    load_tables(RATES)
    fx.update()
    if is_laid():
        return
    shop, shipping = read("shop.json"), read("shipping.json")
    with transaction() as session:
        seller = Seller(**shop["seller"])
        session.add(seller)
        lists = _price_lists(session, shop["price_lists"])
        session.flush()
        _warehouses(session, shipping["warehouses"])
        _services(session, shipping["services"])
        for position, row in enumerate(shop["markets"], 1):
            session.add(_market(row, position, lists[row["list"]].id, seller.id))
        session.flush()
        session.add_all(
            FreeShipping(market_code=row["market"], tier=row["tier"], currency=row["currency"],
                         threshold_minor=row["threshold_minor"],
                         valid_from=date.fromisoformat(row["valid_from"]))
            for row in shipping["free_shipping"]
        )
        log.emit("market")
        log.emit("rates")


def read(name: str, folder: Path = DEMO) -> Any:
    """A file of the demo's data."""
    return json.loads((folder / name).read_text(encoding="utf-8"))


def _price_lists(session: Any, rows: list[dict[str, Any]]) -> dict[str, PriceList]:
    found: dict[str, PriceList] = {}
    for row in rows:
        parent = found.get(row.get("parent", ""))
        strip = row.get("strip_rate")
        found[row["code"]] = PriceList(
            code=row["code"], currency=row["currency"], tax_included=row["tax_included"],
            parent_id=parent.id if parent else None, is_converted=row.get("is_converted", False),
            strip_rate=Decimal(strip) if strip else None,
        )
        session.add(found[row["code"]])
        session.flush()
    return found


def _market(row: dict[str, Any], position: int, list_id: int, seller_id: int) -> Market:
    return Market(
        code=row["code"], position=position, name=row["name"], countries=row["countries"],
        currencies=row["currencies"], languages=row["languages"], tax_display=row["tax_display"],
        payment_methods=row["methods"], carriers=[], warehouses=row["warehouses"],
        price_list_id=list_id, seller_id=seller_id, time_zone=row["time_zone"],
        units=row.get("units", "metric"), hidden_products=[],
        order_button=row.get("order_button", "buy"), is_default=row.get("is_default", False),
    )


def _warehouses(session: Any, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        session.add(Warehouse(**{**row, "cut_off": time.fromisoformat(row["cut_off"])}))
    session.flush()


def _services(session: Any, rows: list[dict[str, Any]]) -> None:
    warehouses = dict(session.execute(select(Warehouse.code, Warehouse.id)).all())
    own = {"code", "carrier", "tier", "label", "incoterm", "divisor", "step_g", "max_weight_g",
           "max_side_mm", "max_girth_mm", "handling_days", "is_tracked", "needs_phone",
           "tracking_url"}
    for row in rows:
        service = ShippingService(
            **{key: row[key] for key in own}, warehouse_id=warehouses[row["warehouse"]],
            fuel_percent=Decimal(row["fuel_percent"]),
        )
        session.add(service)
        session.flush()
        session.add_all(ShippingZone(service_id=service.id, **zone) for zone in row["zones"])
        session.add_all(
            ShippingRate(service_id=service.id, zone=zone, up_to_g=up_to, amount_minor=amount,
                         currency=row["currency"], source="demo rate card",
                         valid_from=date.fromisoformat(row["valid_from"]))
            for zone, steps in row["rates"].items() for up_to, amount in steps
        )

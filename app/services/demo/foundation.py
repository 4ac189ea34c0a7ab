"""What any shop needs before its first product: seller, lists, markets, warehouses, rates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.config import ROOT
from app.extensions import transaction
from app.models.market import Market
from app.services.fx import flow as fx
from app.services.market_files.keeping import keep
from app.services.market_files.reading import SECTIONS, check
from app.services.outbox import log
from app.services.rates.load import load_tables
from app.services.shipping.keeping import keep as shipped
from app.services.shipping.reading import check as cards

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
    shop = read("shop.json")
    with transaction():
        keep(check({section: shop[section] for section in SECTIONS}))
        shipped(cards(read("shipping.json")))
        log.emit("rates")


def read(name: str, folder: Path = DEMO) -> Any:
    """A file of the demo's data."""
    return json.loads((folder / name).read_text(encoding="utf-8"))

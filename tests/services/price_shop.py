"""A small shop for the tests of rates, exchange rates and prices: a database and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask

from app import models
from app.extensions import db, prepare_engine, transaction
from app.models.catalogue import Product, Variant
from app.models.market import Market, Seller
from app.models.price import PriceList
from app.models.rates import CurrencyPolicy, FxRate
from app.models.stock import Warehouse
from app.services.outbox import log
from app.services.rates import book
from app.services.versions import Versions

RATES_DAY = date(2026, 10, 30)


@dataclass
class Doubles:
    """What `providers()` answers here."""

    versions: Versions
    rates: dict[str, Any] = field(default_factory=dict)
    settings: Any = field(default_factory=lambda: SimpleNamespace(
        fx_largest_move=20, fx_stale_days=7))


@contextmanager
def open_shop(folder: Path) -> Iterator[Doubles]:
    """An empty database in `folder`, with an application context around it."""
    app = Flask("shop")
    app.config.update(SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'shop.db'}")
    db.init_app(app)
    doubles = Doubles(Versions(folder / "versions"))
    app.extensions["tradewind"] = doubles
    with app.app_context():
        prepare_engine(db.engine)
        models.Base.metadata.create_all(db.engine)
        log.connect(doubles.versions.bump)
        yield doubles
        db.session.remove()
        db.engine.dispose()
        book.forget()


def furnish(currencies: tuple[str, ...] = ("EUR", "USD", "JPY")) -> None:
    """Lists base (gross, EUR), us (net, stripped of 23 %), gb (gross); a market for each."""
    with transaction() as session:
        base = PriceList(code="base", currency="EUR", tax_included=True, is_converted=True)
        session.add(base)
        session.flush()
        us = PriceList(code="us", currency="USD", tax_included=False, parent_id=base.id,
                       strip_rate=Decimal("0.23"), is_converted=True)
        gb = PriceList(code="gb", currency="GBP", tax_included=True, parent_id=base.id)
        seller = Seller(code="pt", legal_name="Nordlys", country="PT", address={},
                        email="a@b.example", registrations=[], established_in=["PT"], bank={})
        session.add_all([us, gb, seller])
        session.flush()
        for code, prices, money in (
            ("de", base, list(currencies)), ("us", us, ["USD"]), ("gb", gb, ["GBP"]),
        ):
            session.add(_market(code, prices.id, seller.id, money))
        for code, step, ending in (
            ("EUR", 100, 90), ("USD", 100, 99), ("GBP", 100, 95), ("JPY", 10, 0),
        ):
            session.add(CurrencyPolicy(
                currency=code, price_step_minor=step, ending_minor=ending,
                margin_percent=Decimal(0), change_threshold_percent=Decimal(2),
            ))
        log.emit("market")
    put_rates(RATES_DAY, USD="1.10", GBP="0.84", JPY="160")


def _market(code: str, list_id: int, seller_id: int, currencies: list[str]) -> Market:
    return Market(
        code=code, position=1, name={"en": code}, countries=[code.upper()],
        currencies=currencies, languages=["en"], tax_display="excl" if code == "us" else "incl",
        payment_methods=[], carriers=[], warehouses=[], price_list_id=list_id,
        seller_id=seller_id, hidden_products=[], is_default=code == "de",
    )


def put_rates(day: date, source: str = "ecb", **values: str) -> None:
    """Store EUR rates of a day."""
    with transaction() as session:
        for quote, value in values.items():
            session.add(FxRate(
                source=source, base="EUR", quote=quote, value=Decimal(value), as_of=day
            ))
        log.emit("rates")


def put_product(code: str, *skus: str) -> tuple[int, ...]:
    """A product with variants; returns the variants' ids."""
    with transaction() as session:
        product = Product(code=code)
        session.add(product)
        session.flush()
        variants = [Variant(product_id=product.id, sku=sku) for sku in skus or (code,)]
        session.add_all(variants)
        session.flush()
        return tuple(variant.id for variant in variants)


def put_warehouse() -> Warehouse:
    """Lisbon."""
    with transaction() as session:
        row = Warehouse(code="LIS", name={"en": "Lisbon"}, country="PT", address={},
                        time_zone="Europe/Lisbon", cut_off=time(14))
        session.add(row)
    return row

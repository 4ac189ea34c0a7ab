"""What a row of the table is, and the shop as it is measured from inside."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask
from sqlalchemy import event, select

from app import create_app
from app.config import Settings
from app.extensions import db
from app.models.catalogue import Category, Product, ProductCategory, Variant
from app.models.stock import StockItem
from app.models.translation import CategoryText, ProductText
from app.services import markets
from app.services.catalogue.offers import listing_source


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was measured, the goal, whether it is met, and the figures behind it."""

    name: str
    value: str
    goal: str
    is_met: bool | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subjects:
    """What the requests ask for, the same in every run: slugs, SKUs, words and a price list."""

    categories: tuple[str, ...]
    products: tuple[str, ...]
    words: tuple[str, ...]
    skus: tuple[str, ...]
    list_id: int


@contextmanager
def inside(settings: Settings) -> Iterator[Flask]:
    """The shop in this process, without its page cache."""
    app = create_app(replace(settings, cache_megabytes=0))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def subjects(settings: Settings, count: int = 40) -> Subjects:
    """Categories with enough products, products over the whole catalogue, words of their names."""
    with inside(settings):
        market = markets.find("de")
        slugs = db.session.execute(
            select(CategoryText.slug).join(Category, Category.id == CategoryText.category_id)
            .where(CategoryText.language == "de", Category.id.in_(
                select(ProductCategory.category_id).group_by(ProductCategory.category_id)))
            .order_by(Category.id)).scalars().all()
        rows = db.session.execute(
            select(ProductText.slug, ProductText.name)
            .join(Product, Product.id == ProductText.product_id)
            .where(ProductText.language == "de", Product.state == "published",
                   Product.code.not_in(market.hidden_products)).order_by(Product.id)).all()
        sellable = db.session.execute(
            select(Variant.sku).join(StockItem, StockItem.variant_id == Variant.id)
            .join(Product, Product.id == Variant.product_id)
            .where(StockItem.on_hand - StockItem.reserved > 100, Variant.is_active,
                   Product.code.not_in(market.hidden_products))
            .group_by(Variant.sku).order_by(Variant.sku)).scalars().all()
        return Subjects(
            tuple(slugs[:count]), tuple(row.slug for row in _spread(rows, count)),
            tuple(dict.fromkeys(row.name.split()[0] for row in _spread(rows, count * 3))),
            tuple(_spread(sellable, count)), listing_source(market, "EUR"))


def _spread(values: Any, count: int) -> list[Any]:
    step = max(len(values) // count, 1)
    return list(values)[::step][:count]


def milliseconds(act: Callable[[], object], times: int) -> list[float]:
    """The CPU time each of so many calls took: what a quiet machine's clock would show."""
    found = []
    for _ in range(times):
        begun = time.process_time()
        act()
        found.append((time.process_time() - begun) * 1000)
    return found


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def middle(values: list[float]) -> float:
    """The median."""
    return statistics.median(values)


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip()[:6].upper() == "SELECT":
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

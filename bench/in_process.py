"""Rows measured inside one process: statements, quotes, orders, search, weights."""

from __future__ import annotations

import gzip
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import quote as quoted

from sqlalchemy import select, update

from app.config import Settings
from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.address import Destination
from app.kernel.errors import OutOfStock, ShopError
from app.models.cart import Cart
from app.models.catalogue import Variant
from app.models.stock import StockItem
from app.rules.quote import quote
from app.rules.result import Quote
from app.services import markets
from app.services.cart import carts
from app.services.cart.facts import Wanted, gather
from app.services.cart.view import CartView, view
from app.services.checkout import placing, steps
from app.services.markets import MarketView
from app.services.rates.book import rate_book
from bench.measure import Row, Subjects, counting, inside, middle, milliseconds, percentile

SEED = 7
BUYER = {"email": "ada@nordlys.example", "name": "Ada Lovelace", "line1": "Torstraße 112",
         "city": "Berlin", "postal_code": "10115", "country": "DE"}


def statements(settings: Settings, on: Subjects) -> list[Row]:
    """Queries a page, warm: at most six, however many products are on it."""
    paths = {"home": "/de-de/", "category": f"/de-de/c/{quoted(on.categories[0])}",
             "product": f"/de-de/p/{quoted(on.products[0])}",
             "search": f"/de-de/search?q={quoted(on.words[0])}"}
    counts = {}
    with inside(settings) as app:
        client = app.test_client()
        for name, path in paths.items():
            client.get(path)
            with counting() as sent:
                client.get(path)
            counts[name] = len(sent)
    return [Row("statements", ", ".join(f"{name} {n}" for name, n in counts.items()),
                "<= 6 a page", max(counts.values()) <= 6, counts)]


def weights(settings: Settings, on: Subjects) -> list[Row]:
    """What a category page weighs on the wire, in gzip."""
    with inside(settings) as app:
        html = app.test_client().get(f"/de-de/c/{quoted(on.categories[0])}").data
        assets = app.extensions["assets"]
        css = assets.files[assets.url("shop.css").removeprefix("/static/")]
        scripts = [body for name, body in assets.files.items()
                   if name.endswith(".js") and not name.startswith("styleguide")]
    sizes = {"html": _zipped(html), "css": _zipped(css), "js": sum(map(_zipped, scripts))}
    return [Row("weight", ", ".join(f"{k} {v / 1024:.1f} KB" for k, v in sizes.items()),
                "html <= 15, css <= 20, js <= 30 KB",
                sizes["html"] <= 15360 and sizes["css"] <= 20480 and sizes["js"] <= 30720,
                {**sizes, "html_plain": len(html)})]


def suggestions(settings: Settings, on: Subjects, size: str) -> list[Row]:
    """The search fragment while typing: p95 of the server's own time."""
    goal = {"100k": 12, "1m": 20}.get(size, 10)
    chance = random.Random(SEED)
    with inside(settings) as app:
        client = app.test_client()

        def ask() -> None:
            word = chance.choice(on.words)
            typed = quoted(word[: chance.randint(2, len(word))])
            client.get(f"/de-de/search?q={typed}", headers={"HX-Request": "true"})

        milliseconds(ask, 30)
        taken = milliseconds(ask, 300)
    p95 = percentile(taken, 0.95)
    return [Row("search fragment", f"p95 {p95:.1f} ms, p50 {middle(taken):.1f} ms",
                f"p95 <= {goal} ms", p95 <= goal, {"p95": p95, "p50": middle(taken)})]


def quoting(settings: Settings, on: Subjects) -> list[Row]:
    """Ten lines with tax, delivery and duty: the quote alone, and the whole view of a cart."""
    with inside(settings):
        market = markets.find("row")
        cart = _filled(market, on.skus, 10)
        lines = carts.lines(cart.id)
        held = gather(
            [Wanted(str(line.id), line.variant_id, line.quantity) for line in lines], market,
            cart.currency, Destination(market.country), clock.now(), language="en")
        book = rate_book(clock.now().date())
        milliseconds(lambda: quote(held.facts, book), 10)
        alone = milliseconds(lambda: quote(held.facts, book), 60)
        milliseconds(lambda: view(cart), 10)
        whole = milliseconds(lambda: view(cart), 60)
        with counting() as sent:
            view(cart)
    return [
        Row(f"quote, {len(lines)} lines", f"{middle(alone):.1f} ms", "<= 3 ms",
            middle(alone) <= 3, {"median": middle(alone), "p95": percentile(alone, 0.95)}),
        Row("cart with its quote", f"{middle(whole):.1f} ms, {len(sent)} statements", "", None,
            {"median": middle(whole), "statements": len(sent)}),
    ]


def _filled(market: MarketView, skus: Sequence[str], most: int) -> Cart:
    """A cart with as many of these as the market sells."""
    cart = carts.start(market, "en", market.currencies[0])
    for sku in skus:
        if len(carts.lines(cart.id)) == most:
            break
        with suppress(ShopError):
            carts.add(cart, sku, 2, market)
    return cart


def orders(settings: Settings, on: Subjects, count: int = 120) -> list[Row]:
    """Place quoted carts of two lines until the stock is gone; exactly the stock is sold."""
    goal = 230 if settings.database_url.startswith("postgresql") else 340
    stocked = count * 4 // 5
    with inside(settings) as app, app.test_request_context():
        one, other = on.skus[:2]
        _set_stock(one, stocked)
        _set_stock(other, stocked * 10)
        ready = [_quoted(_ready(one, other)) for _ in range(count)]
        taken, sold, refused, cpu = [], 0, 0, time.process_time()
        for cart, shown, quoted, mark in ready:
            begun = time.perf_counter()
            try:
                placing.keep(cart, shown, quoted, mark)
                sold += 1
                taken.append(time.perf_counter() - begun)
            except OutOfStock:
                refused += 1
        cpu = (time.process_time() - cpu) * 1000 / count
        left = _left(one)
        _set_stock(one, 900)
        _set_stock(other, 900)
    rate = len(taken) / sum(taken) if taken else 0
    is_exact = (sold, refused, left) == (stocked, count - stocked, 0)
    value = f"{rate:.0f}/s ({cpu:.1f} ms CPU), sold {sold} of {stocked}, {left} left"
    return [Row("place an order", value, f">= {goal}/s, exactly the stock",
                rate >= goal and is_exact,
                {"per_second": rate, "sold": sold, "refused": refused, "left": left, "cpu_ms": cpu,
                 "median_ms": middle(taken) * 1000 if taken else None})]


def _quoted(cart: Cart) -> tuple[Cart, CartView, Quote, str]:
    """The cart with its quote, as the order will freeze it."""
    shown = view(cart)
    if shown.quote is None:
        raise RuntimeError("nothing to quote")
    return cart, shown, shown.quote, placing.fingerprint(cart, shown.quote)


def _ready(*skus: str) -> Cart:
    market = markets.find("de")
    cart = carts.start(market, "de", "EUR")
    for sku in skus:
        carts.add(cart, sku, 1, market)
    steps.set_address(cart, BUYER)
    shown = view(cart)
    if shown.quote is None:
        raise RuntimeError("nothing to quote")
    steps.set_delivery(cart, shown.quote.options[0].id, dap_accepted=True)
    steps.set_payment(cart, "transfer")
    return cart


def _set_stock(sku: str, pieces: int) -> None:
    """All pieces in one warehouse, free; earlier runs hold some."""
    with transaction() as session:
        variant = select(Variant.id).where(Variant.sku == sku).scalar_subquery()
        rows = session.scalars(select(StockItem.id).where(StockItem.variant_id == variant)
                               .order_by(StockItem.warehouse_id)).all()
        session.execute(update(StockItem).where(StockItem.id.in_(rows))
                        .values(on_hand=StockItem.reserved))
        session.execute(update(StockItem).where(StockItem.id == rows[0])
                        .values(on_hand=StockItem.reserved + pieces))


def _left(sku: str) -> int:
    return int(db.session.scalar(
        select(StockItem.on_hand - StockItem.reserved)
        .join(Variant, Variant.id == StockItem.variant_id).where(Variant.sku == sku)
        .order_by(StockItem.warehouse_id).limit(1)) or 0)


def _zipped(body: bytes) -> int:
    return len(gzip.compress(body, 9))

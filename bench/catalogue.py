"""A shop to measure: the demo's goods and, with a fixed seed, as many of their like as wanted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from flask_migrate import upgrade

from app import create_app
from app.config import ROOT, Settings, read
from app.extensions import db
from app.services.catalogue import editing
from app.services.catalogue.drafts import ProductDraft, VariantDraft
from app.services.demo import foundation, goods, site
from app.services.prices.renewal import renew_converted
from app.services.search import flow as search

SEED = 20261121
CHUNK = 250
SIZES = {"1k": 1_000, "2k": 2_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}


def settings(home: Path, database_url: str = "") -> Settings:
    """The shop of this run: limits and logs of requests as in production, cache by the row."""
    env = {"TRADEWIND_HOME": str(home), "SECRET_KEY": "bench", "BASE_URL": "http://localhost:8081",
           "TRADEWIND_RATE_LIMITS": "off", "TRADEWIND_LOG_LEVEL": "WARNING"}
    return read({**env, "DATABASE_URL": database_url} if database_url else env)


def home_of(size: str, database: str) -> Path:
    """Where a catalogue of this size is kept between runs."""
    return ROOT / "instance" / "bench" / f"{database}-{size}"


def prepare(size: str, chosen: Settings) -> None:
    """Make the catalogue, or only bring an earlier run's tables and law up to date."""
    done = chosen.home / "catalogue-done"
    is_made = done.exists() and done.read_text() == f"{size} {SEED}"
    chosen.home.mkdir(parents=True, exist_ok=True)
    if not is_made:
        print(f"making {size} products (once) in {chosen.home}", flush=True)
    app = create_app(chosen)
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        if is_made:
            foundation.lay()
            db.session.remove()
            return
        _fill(SIZES[size])
        db.session.remove()
        _settle()
    done.write_text(f"{size} {SEED}")


def _fill(count: int) -> None:
    foundation.lay()
    own = goods.drafts()
    written = 0
    for chunk in _chunks(own, count):
        outcomes = editing.upsert_products(chunk)
        editing.publish_all([outcome.product_id for outcome in outcomes])
        db.session.expunge_all()
        written += len(chunk)
        print(f"\r{written}/{count} products", end="", flush=True)
    print(flush=True)
    site.load()
    renew_converted()
    search.rebuild()


def _chunks(own: list[ProductDraft], count: int) -> Iterator[list[ProductDraft]]:
    yield own[:count]
    chance = random.Random(SEED)
    for start in range(len(own), count, CHUNK):
        yield [_like(own[number % len(own)], number, chance)
               for number in range(start, min(start + CHUNK, count))]


def _like(one: ProductDraft, number: int, chance: random.Random) -> ProductDraft:
    """The same product under another name, at another price and with another stock."""
    factor = chance.randint(40, 250)
    texts = {
        language: replace(text, name=f"{text.name} {number}",
                          slug=f"{text.slug}-{number}" if text.slug else "")
        for language, text in one.texts.items()
    }
    return replace(
        one, code=f"{one.code}-{number}", texts=texts, position=number, related=(),
        variants=tuple(_variant(variant, number, factor, chance) for variant in one.variants),
    )


def _variant(one: VariantDraft, number: int, factor: int, chance: random.Random) -> VariantDraft:
    prices = tuple(
        replace(price, amount_minor=max(price.amount_minor * factor // 100 // 10 * 10, 10),
                compare_at_minor=None)
        for price in one.prices
    )
    stock = dict.fromkeys(one.stock, chance.choice((0, 3, 40, 900)))
    return replace(one, sku=f"{one.sku}-{number}", barcode=None, prices=prices, stock=stock)


def _settle() -> None:
    """Statistics for the planner, and nothing left to write when the measuring begins."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    db.engine.dispose()

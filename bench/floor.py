"""The floor: what Python can do here. A minimal Flask page of 22 KB with 24 products in three
statements on SQLAlchemy Core constants, on the shop's own database, with nothing but what the
page shows: no promotions, tax, languages, stock or accounts."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, abort, make_response, request
from sqlalchemy import bindparam, create_engine, event, insert, select
from werkzeug.wrappers import Response

from app.kernel import clock
from app.models.cart import Cart, CartLine
from app.models.catalogue import Product, ProductCategory, Variant
from app.models.price import ListingPrice
from app.models.translation import CategoryText, ProductText
from app.services.search.port import Query
from app.services.search.tantivy import TantivyIndex
from bench.floor_pages import CARD, HEAD, LIST, PRODUCT

app = Flask("floor")
engine = create_engine(os.environ["BENCH_DATABASE"], pool_size=8)
if engine.dialect.name == "sqlite":
    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA busy_timeout=15000")

CATEGORY = select(CategoryText.category_id, CategoryText.name).where(
    CategoryText.slug == bindparam("slug"), CategoryText.language == "de")
SHELF = (
    select(Product.id).join(ProductCategory, ProductCategory.product_id == Product.id)
    .where(ProductCategory.category_id == bindparam("category"), Product.state == "published")
    .order_by(Product.position).limit(24)
)
CARDS = (
    select(Product.id, ProductText.name, ProductText.slug, ListingPrice.low_minor)
    .join(ProductText, (ProductText.product_id == Product.id) & (ProductText.language == "de"))
    .join(ListingPrice, (ListingPrice.product_id == Product.id)
          & (ListingPrice.price_list_id == bindparam("list_id"))
          & (ListingPrice.currency == "EUR"))
    .where(Product.id.in_(bindparam("ids", expanding=True)))
)
ONE = (
    select(Product.id, Product.code, ProductText.name, ProductText.summary,
           ProductText.description, ProductText.slug)
    .join(ProductText, ProductText.product_id == Product.id)
    .where(ProductText.slug == bindparam("slug"), ProductText.language == "de")
)
VARIANTS = select(Variant.id, Variant.sku, Variant.barcode).where(
    Variant.product_id == bindparam("product"))
PRICE = select(ListingPrice.low_minor).where(
    ListingPrice.product_id == bindparam("product"),
    ListingPrice.price_list_id == bindparam("list_id"), ListingPrice.currency == "EUR")
SKU = select(Variant.id).where(Variant.sku == bindparam("sku"))
NEW_CART, NEW_LINE = insert(Cart.__table__), insert(CartLine.__table__)
LIST_ID = int(os.environ.get("BENCH_LIST", "1"))
index = TantivyIndex(Path(os.environ["BENCH_SEARCH"]))
LIST_PAGE, PRODUCT_PAGE = app.jinja_env.from_string(LIST), app.jinja_env.from_string(PRODUCT)


@app.get("/healthz")
def healthz() -> str:
    """The process answers."""
    return "ok"


@app.get("/c/<slug>")
def category(slug: str) -> str:
    """Twenty-four products in three statements."""
    with engine.connect() as connection:
        found = connection.execute(CATEGORY, {"slug": slug}).first() or abort(404)
        ids = connection.execute(SHELF, {"category": found.category_id}).scalars().all()
        rows = connection.execute(CARDS, {"ids": ids, "list_id": LIST_ID}).all()
    return LIST_PAGE.render(head=HEAD, card=CARD, name=found.name, rows=rows)


@app.get("/p/<slug>")
def product(slug: str) -> str:
    """One product in three statements."""
    with engine.connect() as connection:
        one = connection.execute(ONE, {"slug": slug}).first() or abort(404)
        variants = connection.execute(VARIANTS, {"product": one.id}).all()
        price = connection.execute(PRICE, {"product": one.id, "list_id": LIST_ID}).scalar()
    return PRODUCT_PAGE.render(head=HEAD, card=CARD, one=one, variants=variants, price=price)


@app.get("/search")
def search() -> str:
    """The same index asked once, and its products in one statement."""
    found = index.find(Query(text=request.args["q"], language="de", market="de",
                             kinds=("product",), limit=24, offset=0, facets={}))
    ids = [int(hit.key.partition(":")[2]) for hit in found.hits]
    with engine.connect() as connection:
        rows = connection.execute(CARDS, {"ids": ids, "list_id": LIST_ID}).all()
    return LIST_PAGE.render(head=HEAD, card=CARD, name=request.args["q"], rows=rows)


@app.post("/cart")
def add() -> Response:
    """A new cart with one line, in one transaction, and its drawer."""
    with engine.begin() as connection:
        variant = connection.execute(SKU, {"sku": request.form["sku"]}).scalar_one()
        token = secrets.token_urlsafe(24)
        cart = connection.execute(NEW_CART, _cart(token)).inserted_primary_key
        connection.execute(NEW_LINE, _line(cart[0] if cart else 0, variant))
    answer = make_response("<div>" + CARD * 3 + "</div>")
    answer.set_cookie("cart", token)
    return answer


def _cart(token: str) -> dict[str, Any]:
    return {"public_id": token, "market_code": "de", "language": "de", "currency": "EUR",
            "expires_at": clock.now() + timedelta(days=30)}


def _line(cart: int, variant: int) -> dict[str, Any]:
    return {"cart_id": cart, "variant_id": variant, "quantity": 1}

"""From a cart's rows to the facts a quote is asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from app.extensions import db
from app.kernel.address import Destination
from app.kernel.money import Money
from app.models.catalogue import Category, Product, ProductCategory, Variant
from app.rules.facts import CustomerFacts, LineFacts, PriceFacts, QuoteFacts
from app.services import promotions, stock
from app.services.markets import MarketView
from app.services.prices import lookup
from app.services.prices.lookup import PriceRow

_VARIANTS = (
    select(
        Variant.id, Variant.sku, Variant.product_id, Variant.weight_g, Variant.length_mm,
        Variant.width_mm, Variant.height_mm, Variant.hs_code, Variant.origin, Variant.is_active,
        Product.code.label("product"), Product.tax_category, Product.state,
        Product.on_sale_from, Product.on_sale_until,
    )
    .join(Product, Product.id == Variant.product_id)
    .where(Variant.id.in_(bindparam("ids", expanding=True)))
)
_CATEGORIES = select(
    ProductCategory.product_id, Category.id, Category.code, Category.parent_id
).join(Category, Category.id == ProductCategory.category_id).where(
    ProductCategory.product_id.in_(bindparam("ids", expanding=True))
)
_TREE = select(Category.id, Category.code, Category.parent_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many of a variant, under the name of a cart line."""

    line: str
    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts, and what stands in the way of some lines.

    missing  line -> why it cannot be sold now (gone, not_sold_here, no_price)
    short    line -> how many can be had, where fewer than wanted
    """

    facts: QuoteFacts
    missing: Mapping[str, str]
    short: Mapping[str, int]
    variants: Mapping[int, object]
    prices: Mapping[int, PriceRow]


def gather(wanted: Sequence[Wanted], market: MarketView, currency: str,  # noqa: PLR0913 - what a quote depends on
           destination: Destination, now: datetime, *, coupons: Sequence[str] = (),
           option: str = "", language: str = "en", email: str = "",
           priced_at: datetime | None = None, order_id: int | None = None) -> Gathered:
    """Read what a quote needs, in a handful of statements whatever the cart's size.

    priced_at  the moment whose prices and campaigns hold (default: now)
    order_id   the order this cart waits to be paid with: what it has taken is there for it
    """
    priced_at = priced_at or now
    ids = [line.variant_id for line in wanted]
    variants = {row.id: row for row in db.session.execute(_VARIANTS, {"ids": ids})}
    prices = lookup.current(ids, market.price_list, currency, priced_at)
    stocks = stock.available(ids, order_id)
    shelves = _shelves({row.product_id for row in variants.values()})
    missing = {line.line: why for line in wanted
               if (why := _why_missing(variants.get(line.variant_id), prices, market, now))}
    sold = [line for line in wanted if line.line not in missing]
    places, short = allocate(sold, stocks, market.warehouses)
    rows = tuple(
        _fact(line, variants[line.variant_id], prices[line.variant_id], shelves, code, quantity)
        for line in sold for code, quantity in places[line.line]
    )
    facts = QuoteFacts(
        market=market.facts, seller=market.seller, customer=CustomerFacts(), currency=currency,
        destination=destination, lines=rows,
        promotions=promotions.applicable(
            market.code, currency, coupons, priced_at, language, email, order_id,
        ),
        option=option, now=now,
    )
    return Gathered(facts, missing, short, variants, prices)


def allocate(wanted: Sequence[Wanted], stocks: Mapping[int, Mapping[str, int]],
             order: Sequence[str]) -> tuple[dict[str, list[tuple[str, int]]], dict[str, int]]:
    """Which warehouse serves which line: the first that has everything, else the fewest parcels.

    returns  line -> [(warehouse, pieces)], and line -> what can be had where it is too little
             (such a line is priced as if its first warehouse had it, and cannot be ordered)
    """
    for code in order:
        if all(stocks.get(w.variant_id, {}).get(code, 0) >= w.quantity for w in wanted):
            return {w.line: [(code, w.quantity)] for w in wanted}, {}
    places: dict[str, list[tuple[str, int]]] = {}
    short: dict[str, int] = {}
    by_use = sorted(order, key=lambda code: (
        -sum(stocks.get(w.variant_id, {}).get(code, 0) >= w.quantity for w in wanted),
        order.index(code),
    ))
    for line in wanted:
        here = stocks.get(line.variant_id, {})
        there = sum(here.get(code, 0) for code in order)
        if there < line.quantity:
            short[line.line] = there
            places[line.line] = [(order[0], line.quantity)]
        else:
            places[line.line] = _fill(line.quantity, here, by_use)
    return places, short


def _fill(quantity: int, here: Mapping[str, int], order: Sequence[str]) -> list[tuple[str, int]]:
    whole = next((code for code in order if here.get(code, 0) >= quantity), None)
    if whole is not None:
        return [(whole, quantity)]
    found, rest = [], quantity
    for code in order:
        take = min(here.get(code, 0), rest)
        if take:
            found.append((code, take))
            rest -= take
    return found


def _why_missing(row: object, prices: Mapping[int, PriceRow], market: MarketView,
                 now: datetime) -> str:
    if row is None or not row.is_active or row.state != "published" or (  # type: ignore[attr-defined]
        (row.on_sale_from and row.on_sale_from > now)  # type: ignore[attr-defined]
        or (row.on_sale_until and row.on_sale_until <= now)  # type: ignore[attr-defined]
    ):
        return "gone"
    if row.product in market.hidden_products:  # type: ignore[attr-defined]
        return "not_sold_here"
    return "" if row.id in prices else "no_price"  # type: ignore[attr-defined]


def _fact(line: Wanted, row: object, price: PriceRow, shelves: Mapping[int, frozenset[str]],  # noqa: PLR0913 - a line from its parts
          warehouse: str, quantity: int) -> LineFacts:
    return LineFacts(
        line=line.line, sku=row.sku, product=row.product,  # type: ignore[attr-defined]
        categories=shelves.get(row.product_id, frozenset()), quantity=quantity,  # type: ignore[attr-defined]
        unit_price=Money(price.amount.minor, price.amount.currency),
        price=PriceFacts(price.list_code, price.origin, price.id, price.derivation),
        tax_category=row.tax_category, hs_code=row.hs_code, origin=row.origin,  # type: ignore[attr-defined]
        weight_g=row.weight_g, size_mm=(row.length_mm, row.width_mm, row.height_mm),  # type: ignore[attr-defined]
        warehouse=warehouse,
    )


def _shelves(product_ids: set[int]) -> dict[int, frozenset[str]]:
    """Product -> codes of its categories and of all above them."""
    if not product_ids:
        return {}
    tree = {row.id: row for row in db.session.execute(_TREE)}
    found: dict[int, set[str]] = {}
    for row in db.session.execute(_CATEGORIES, {"ids": list(product_ids)}):
        node = tree.get(row.id)
        while node is not None:
            found.setdefault(row.product_id, set()).add(node.code)
            node = tree.get(node.parent_id)
    return {product_id: frozenset(codes) for product_id, codes in found.items()}



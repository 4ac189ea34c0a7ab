"""From a cart's rows to the facts a quote is asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlalchemy import bindparam, select

from app.extensions import db
from app.kernel.address import Destination
from app.kernel.money import Money
from app.models.catalogue import Product, ProductCategory, Variant
from app.rules.facts import CustomerFacts, LineFacts, PriceFacts, QuoteFacts
from app.services import certificates, promotions, stock
from app.services.catalogue import customs_codes
from app.services.catalogue.shelves import shelves
from app.services.kept import Kept
from app.services.markets import MarketView
from app.services.prices import lookup
from app.services.prices.lookup import PriceRow
from app.services.shipping.rows import dangerous_of
from app.services.tax.flow import live_tax
from app.services.tax_watch.union_sales import with_union_sales

_VARIANTS = (
    select(
        Variant.id, Variant.sku, Variant.product_id, Variant.weight_g, Variant.length_mm,
        Variant.width_mm, Variant.height_mm, Variant.hs_code, Variant.origin, Variant.is_active,
        Variant.dangerous,
        Product.code.label("product"), Product.tax_category, Product.state,
        Product.on_sale_from, Product.on_sale_until,
    )
    .join(Product, Product.id == Variant.product_id)
    .where(Variant.id.in_(bindparam("ids", expanding=True)))
)
_CATEGORIES = select(ProductCategory.product_id, ProductCategory.category_id).where(
    ProductCategory.product_id.in_(bindparam("ids", expanding=True))
)
_kept: Kept[frozenset[str]] = Kept("catalogue", size=8192)


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
           priced_at: datetime | None = None, order_id: int | None = None,
           customer: CustomerFacts | None = None) -> Gathered:
    """Read what a quote needs, in a handful of statements whatever the cart's size.

    priced_at  the moment whose prices and campaigns hold (default: now)
    customer   who buys (services/tax_ids/flow.py buyer); a consumer where nothing is said
    order_id   the order this cart waits to be paid with: what it has taken is there for it
    """
    priced_at = priced_at or now
    ids = [line.variant_id for line in wanted]
    variants = {row.id: row for row in db.session.execute(_VARIANTS, {"ids": ids})}
    prices = lookup.current(ids, market.price_list, currency, priced_at)
    stocks = stock.available(ids, order_id)
    shelves = _shelves({row.product_id for row in variants.values()})
    codes = customs_codes.of(ids)
    missing = {line.line: why for line in wanted
               if (why := _why_missing(variants.get(line.variant_id), prices, market, now))}
    sold = [line for line in wanted if line.line not in missing]
    places, short = allocate(sold, stocks, market.warehouses)
    rows = tuple(
        _fact(line, variants[line.variant_id], prices[line.variant_id], shelves, code, quantity,
              codes[line.variant_id])
        for line in sold for code, quantity in places[line.line]
    )
    facts = QuoteFacts(
        market=market.facts, seller=with_union_sales(market, priced_at),
        customer=customer or CustomerFacts(), currency=currency,
        live_tax=live_tax(destination, market, now),
        destination=destination, lines=rows,
        promotions=promotions.applicable(
            market.code, currency, coupons, priced_at, language, email, order_id,
        ),
        option=option, now=now,
    )
    return Gathered(facts, missing, short, variants, prices)


def allocate(wanted: Sequence[Wanted], stocks: Mapping[int, Mapping[str, int]],
             order: Sequence[str]) -> tuple[dict[str, list[tuple[str, int]]], dict[str, int]]:
    """Which warehouse serves which line, with the fewest parcels: the first warehouse that has
    everything, else the smallest group of warehouses that has, in the market's order.

    returns  line -> [(warehouse, pieces)], and line -> what can be had where it is too little
             (such a line is priced as if its first warehouse had it, and cannot be ordered)
    """
    short = {
        line.line: there for line in wanted
        if (there := sum(stocks.get(line.variant_id, {}).get(code, 0) for code in order))
        < line.quantity
    }
    had = [line for line in wanted if line.line not in short]
    group = _fewest(had, stocks, order)
    places = {line.line: _fill(line.quantity, stocks.get(line.variant_id, {}), group)
              for line in had}
    places.update({line.line: [((group or order)[0], line.quantity)]
                   for line in wanted if line.line in short})
    return places, short


def _fewest(wanted: Sequence[Wanted], stocks: Mapping[int, Mapping[str, int]],
            order: Sequence[str]) -> Sequence[str]:
    """The smallest group of warehouses that has every line; of equal ones the one with the most
    whole lines in few hands, then the first by the market's order."""
    for size in range(1, len(order) + 1):
        groups = [group for group in combinations(order, size) if all(
            sum(stocks.get(line.variant_id, {}).get(code, 0) for code in group) >= line.quantity
            for line in wanted
        )]
        if groups:
            return min(groups, key=lambda group: _splits(wanted, stocks, group))
    return order


def _splits(wanted: Sequence[Wanted], stocks: Mapping[int, Mapping[str, int]],
            group: Sequence[str]) -> int:
    """How many pieces of shipments beyond one the lines fall into."""
    return sum(len(_fill(line.quantity, stocks.get(line.variant_id, {}), group)) - 1
               for line in wanted)


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
          warehouse: str, quantity: int, codes: customs_codes.Codes) -> LineFacts:
    return LineFacts(
        line=line.line, sku=row.sku, product=row.product,  # type: ignore[attr-defined]
        categories=shelves.get(row.product_id, frozenset()), quantity=quantity,  # type: ignore[attr-defined]
        unit_price=Money(price.amount.minor, price.amount.currency),
        price=PriceFacts(price.list_code, price.origin, price.id, price.derivation),
        tax_category=row.tax_category, hs_code=row.hs_code, origin=row.origin,  # type: ignore[attr-defined]
        weight_g=row.weight_g, size_mm=(row.length_mm, row.width_mm, row.height_mm),  # type: ignore[attr-defined]
        warehouse=warehouse, documents=certificates.held().get(line.variant_id, ()),
        dangerous=dangerous_of(row.dangerous), codes=codes,  # type: ignore[attr-defined]
    )


def _shelves(product_ids: set[int]) -> dict[int, frozenset[str]]:
    """Product -> codes of its categories and of all above them."""
    def read(missing: list[int]) -> dict[int, frozenset[str]]:
        held: dict[int, list[int]] = {product_id: [] for product_id in missing}
        for row in db.session.execute(_CATEGORIES, {"ids": missing}):
            held[row.product_id].append(row.category_id)
        tree = shelves()
        return {product_id: tree.codes_above(ids) for product_id, ids in held.items()}

    return _kept.many(product_ids, read)

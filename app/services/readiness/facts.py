"""What the checks look at: the market with its seller, the law of the day, the goods offered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.kernel import clock
from app.kernel.address import Destination
from app.kernel.money import Money
from app.models.catalogue import Product, ProductCategory, Variant
from app.models.market import Market, Seller
from app.rules.facts import CustomerFacts, LineFacts, PriceFacts, QuoteFacts
from app.rules.places import Area, crosses_border, locate
from app.rules.quote import quote
from app.rules.rate_book import RateBook
from app.rules.result import Quote
from app.services import certificates, markets
from app.services.catalogue.shelves import shelves
from app.services.markets import MarketView
from app.services.prices import lookup
from app.services.rates.book import rate_book


@dataclass(frozen=True, slots=True)
class Good:
    """A variant offered in the market. Weight in grams, size in millimetres."""

    product_id: int
    code: str
    variant_id: int
    sku: str
    hs_code: str
    origin: str
    weight_g: int
    size_mm: tuple[int, int, int]
    tax_category: str
    categories: frozenset[str]
    manufacturer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything read once for all checks of a market."""

    market: MarketView
    row: Market
    seller: Seller
    book: RateBook
    now: datetime
    goods: tuple[Good, ...]

    @property
    def area(self) -> Mapping[str, Area]:
        """Country of the market -> what it is for tax and customs."""
        return {code: locate(Destination(code), self.book) for code in self.market.countries}

    @property
    def starts(self) -> Mapping[str, Area]:
        """Warehouse of the market -> where it lies."""
        return {code: locate(Destination(self.book.warehouses[code].country), self.book)
                for code in self.market.warehouses if code in self.book.warehouses}

    @property
    def abroad(self) -> tuple[str, ...]:
        """Countries that some warehouse reaches only through customs."""
        starts = self.starts.values()
        return tuple(code for code, area in self.area.items()
                     if any(crosses_border(start, area) for start in starts))

    def line(self, good: Good, warehouse: str, price: Money) -> LineFacts:
        """One piece of a good, as a cart would hold it."""
        return LineFacts(
            line=good.sku, sku=good.sku, product=good.code, categories=good.categories,
            quantity=1, unit_price=price, price=PriceFacts(self.market.price_list.code, "set"),
            tax_category=good.tax_category, hs_code=good.hs_code, origin=good.origin,
            weight_g=good.weight_g, size_mm=good.size_mm, warehouse=warehouse,
            documents=certificates.held().get(good.variant_id, ()),
        )

    def quote(self, lines: Sequence[LineFacts], country: str) -> Quote:
        """The quote of these lines to a country, as a consumer would get it."""
        return quote(QuoteFacts(
            market=self.market.facts, seller=self.market.seller, customer=CustomerFacts(),
            currency=lines[0].unit_price.currency, destination=Destination(country),
            lines=tuple(lines), promotions=(), option="", now=self.now,
        ), self.book)

    def prices(self, currency: str) -> dict[int, lookup.PriceRow]:
        """Variant id -> its price in the market now."""
        return lookup.current([good.variant_id for good in self.goods], self.market.price_list,
                              currency, self.now)


def facts_of(code: str, product_ids: Collection[int] | None = None) -> Facts:
    """The market's facts, with the goods published there (or these). Raises NotFound."""
    market = markets.any_of(code)
    row = db.session.scalars(select(Market).where(Market.code == code)).one()
    seller = db.session.scalars(select(Seller).where(Seller.id == row.seller_id)).one()
    now = clock.now()
    return Facts(market, row, seller, rate_book(now.date()), now, _goods(market, product_ids))


def _goods(market: MarketView, product_ids: Collection[int] | None) -> tuple[Good, ...]:
    wanted = select(Variant, Product).join(Product, Product.id == Variant.product_id).where(
        Variant.is_active).order_by(Product.position, Product.id, Variant.position)
    wanted = wanted.where(Product.state == "published") if product_ids is None else (
        wanted.where(Product.id.in_(list(product_ids))))
    tree = shelves()
    on: dict[int, list[int]] = {}
    for product_id, category_id in db.session.execute(
            select(ProductCategory.product_id, ProductCategory.category_id)):
        on.setdefault(product_id, []).append(category_id)
    return tuple(
        Good(product.id, product.code, variant.id, variant.sku, variant.hs_code, variant.origin,
             variant.weight_g, (variant.length_mm, variant.width_mm, variant.height_mm),
             product.tax_category, tree.codes_above(on.get(product.id, ())),
             product.manufacturer or {})
        for variant, product in db.session.execute(wanted)
        if product_ids is not None or product.code not in market.hidden_products
    )

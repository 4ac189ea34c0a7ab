"""Markets as values: who may be sold to, how, in which languages and currencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.extensions import db, versions
from app.kernel.errors import NotFound
from app.kernel.text import fallback_chain
from app.models.market import Market, Seller
from app.models.price import PriceList
from app.rules.facts import MarketFacts, SellerFacts

LANGUAGES: Mapping[str, str] = {  # by their own names; the order is that of the dialog
    "en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "ja": "日本語",
    "zh-Hans": "简体中文", "ar": "العربية",
}
RIGHT_TO_LEFT = frozenset({"ar"})
BY_LOWER = {language.lower(): language for language in LANGUAGES}


@dataclass(frozen=True, slots=True)
class ListRef:
    """A price list with the list that answers where it is silent."""

    id: int
    code: str
    currency: str
    tax_included: bool
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class MarketView:
    """A market as everything but its editor sees it. The first of each list is the default."""

    code: str
    name: Mapping[str, str]
    countries: tuple[str, ...]
    currencies: tuple[str, ...]
    languages: tuple[str, ...]
    tax_included: bool
    rounding: str
    payment_methods: tuple[str, ...]
    carriers: tuple[str, ...]
    warehouses: tuple[str, ...]
    price_list: ListRef
    seller: SellerFacts
    seller_id: int
    time_zone: str
    units: str
    hidden_products: frozenset[str]
    order_button: str
    is_default: bool

    @property
    def facts(self) -> MarketFacts:
        """What the quote asks of a market."""
        return MarketFacts(self.code, self.tax_included, self.rounding, self.carriers)

    @property
    def country(self) -> str:
        """Where a visitor of this market is taken to be until they say otherwise."""
        return self.countries[0]

    def chain(self, language: str) -> tuple[str, ...]:
        """Languages in which a text is looked for: de-AT -> de -> market's first -> en."""
        return fallback_chain(language, self.country, self.languages[0])


_cache: dict[tuple[int, int], tuple[MarketView, ...]] = {}


def all_markets() -> tuple[MarketView, ...]:
    """Every open market in its order; read once per change."""
    key = (id(db.engine), versions().of("market"))
    if key not in _cache:
        markets = _read()
        if not markets:
            return ()
        _cache.clear()
        _cache[key] = markets
    return _cache[key]


def find(code: str) -> MarketView:
    """The market of this code. Raises NotFound."""
    for market in all_markets():
        if market.code == code:
            return market
    raise NotFound("unknown_market")


def default() -> MarketView:
    """Where somebody of whom nothing is known goes. Raises NotFound in an empty shop."""
    markets = all_markets()
    if not markets:
        raise NotFound("unknown_market")
    return next((market for market in markets if market.is_default), markets[0])


def of_country(country: str) -> MarketView | None:
    """The market that serves a country; `row` (the rest of the world) serves what none names."""
    named = [market for market in all_markets() if country in market.countries]
    return min(named, key=lambda market: len(market.countries)) if named else None


def currencies() -> tuple[str, ...]:
    """Every currency of the shop, in the order markets name them."""
    return tuple(dict.fromkeys(c for market in all_markets() for c in market.currencies))


def _read() -> tuple[MarketView, ...]:
    lists = {
        row.id: ListRef(row.id, row.code, row.currency, row.tax_included, row.parent_id)
        for row in db.session.scalars(select(PriceList))
    }
    rows = db.session.execute(
        select(Market, Seller).join(Seller, Market.seller_id == Seller.id)
        .where(Market.is_open).order_by(Market.position)
    ).all()
    return tuple(_view(market, seller, lists[market.price_list_id]) for market, seller in rows)


def _view(market: Market, seller: Seller, price_list: ListRef) -> MarketView:
    return MarketView(
        code=market.code, name=market.name, countries=tuple(market.countries),
        currencies=tuple(market.currencies), languages=tuple(market.languages),
        tax_included=market.tax_display == "incl", rounding=market.rounding,
        payment_methods=tuple(market.payment_methods), carriers=tuple(market.carriers),
        warehouses=tuple(market.warehouses), price_list=price_list,
        seller=SellerFacts(
            seller.code, seller.country, frozenset(seller.registrations),
            frozenset(seller.established_in), seller.oss_opted, seller.vat_id,
        ),
        seller_id=seller.id, time_zone=market.time_zone, units=market.units,
        hidden_products=frozenset(market.hidden_products), order_button=market.order_button,
        is_default=market.is_default,
    )

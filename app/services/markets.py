"""Markets as values: who may be sold to, how, in which languages and currencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select, true

from app.extensions import db, versions
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.text import fallback_chain
from app.models.market import Market, Seller, SellerRegistration
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
class Registered:
    """A seller's tax registration; `last` is its last day, None is open."""

    code: str
    number: str
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """True when the seller is registered on this day."""
        return self.first <= day and (self.last is None or day <= self.last)


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
    legal: SellerFacts  # whose registrations are those without days; ask seller_on()
    seller_id: int
    time_zone: str
    units: str
    hidden_products: frozenset[str]
    order_button: str
    is_default: bool
    trusted_tax_ids: frozenset[str] = frozenset()
    business_price: str = "net"
    rounding_direction: str = "half_up"
    shipping_tax: str = "follows"
    price_across_rates: str = "keep_gross"
    price_for_export: str = "keep"
    registrations: tuple[Registered, ...] = ()

    @property
    def seller(self) -> SellerFacts:
        """Who sells, with today's registrations."""
        return self.seller_on(clock.now().date())

    def seller_on(self, day: date) -> SellerFacts:
        """Who sells, with the registrations that hold on a day (UTC)."""
        if not self.registrations:
            return self.legal
        codes = frozenset(row.code for row in self.registrations if row.holds(day))
        return replace(self.legal, registrations=codes)

    @property
    def facts(self) -> MarketFacts:
        """What the quote asks of a market."""
        return MarketFacts(
            self.code, self.tax_included, self.rounding, self.carriers,
            direction=self.rounding_direction, shipping_tax=self.shipping_tax,
            business_price=self.business_price, price_across_rates=self.price_across_rates,
            price_for_export=self.price_for_export,
        )

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


def any_of(code: str) -> MarketView:
    """The market of this code, closed ones too; read anew. Raises NotFound."""
    for market in _read(is_open=False):
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


def _read(*, is_open: bool = True) -> tuple[MarketView, ...]:
    lists = {
        row.id: ListRef(row.id, row.code, row.currency, row.tax_included, row.parent_id)
        for row in db.session.scalars(select(PriceList))
    }
    rows = db.session.execute(
        select(Market, Seller).join(Seller, Market.seller_id == Seller.id)
        .where(Market.is_open if is_open else true()).order_by(Market.position)
    ).all()
    registered = _registered()
    return tuple(
        _view(market, seller, lists[market.price_list_id], registered.get(seller.id, ()))
        for market, seller in rows
    )


def _registered() -> Mapping[int, tuple[Registered, ...]]:
    """Seller -> its dated registrations."""
    found: dict[int, tuple[Registered, ...]] = {}
    for row in db.session.scalars(select(SellerRegistration).order_by(SellerRegistration.id)):
        held = Registered(row.code, row.number, row.valid_from, row.valid_to)
        found[row.seller_id] = (*found.get(row.seller_id, ()), held)
    return found


def _view(market: Market, seller: Seller, price_list: ListRef,
          registered: tuple[Registered, ...]) -> MarketView:
    return MarketView(
        code=market.code, name=market.name, countries=tuple(market.countries),
        currencies=tuple(market.currencies), languages=tuple(market.languages),
        tax_included=market.tax_display == "incl", rounding=market.rounding,
        payment_methods=tuple(market.payment_methods), carriers=tuple(market.carriers),
        warehouses=tuple(market.warehouses), price_list=price_list,
        legal=SellerFacts(
            seller.code, seller.country, frozenset(seller.registrations),
            frozenset(seller.established_in), seller.oss_opted, seller.vat_id,
            unproven_business=market.tax_ids.get("unproven", "consumer"),
        ),
        seller_id=seller.id, time_zone=market.time_zone, units=market.units,
        hidden_products=frozenset(market.hidden_products), order_button=market.order_button,
        is_default=market.is_default,
        trusted_tax_ids=frozenset(market.tax_ids.get("trusted", ())),
        business_price=market.tax_ids.get("price", "net"),
        rounding_direction=market.rounding_direction, shipping_tax=market.shipping_tax,
        price_across_rates=market.price_across_rates, price_for_export=market.price_for_export,
        registrations=registered,
    )

"""What may be promised before anything is chosen: a small parcel to the market's own country."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.facts import CustomerFacts, LineFacts, PriceFacts, QuoteFacts
from app.rules.places import crosses_border, locate
from app.rules.result import DeliveryOption
from app.rules.shipping import delivery_options, free_from
from app.services.markets import MarketView
from app.services.rates.book import rate_book

_TIER = "standard"


@dataclass(frozen=True, slots=True)
class Promised:
    """The days of the ordinary delivery, what it costs at least, and until when this is true.

    free_from  the goods value from which it costs nothing; None: never
    is_import  customs stand between the warehouse and the country
    """

    country: str
    earliest: date
    latest: date
    price: Money
    free_from: Money | None
    is_import: bool
    is_prepaid: bool
    until: datetime | None


def promised(market: MarketView, currency: str, now: datetime) -> Promised | None:
    """The promise to a market's first country at a moment (aware); None where nothing is offered.

    The same rules as the quote: a real address may be further away, goods may weigh more.
    """
    book, country = rate_book(now.date()), market.country
    if not market.warehouses:
        return None
    warehouse = market.warehouses[0]
    nothing = Money.zero(currency)
    line = LineFacts(
        line="1", sku="", product="", categories=frozenset(), quantity=1, unit_price=nothing,
        price=PriceFacts("", "set"), tax_category="standard", hs_code="", origin="", weight_g=1,
        size_mm=(1, 1, 1), warehouse=warehouse,
    )
    facts = QuoteFacts(
        market=market.facts, seller=market.seller, customer=CustomerFacts(), currency=currency,
        destination=Destination(country), lines=(line,), promotions=(), option="", now=now,
    )

    def crosses(origin: str, destination: Destination) -> bool:
        return crosses_border(locate(Destination(origin), book), locate(destination, book))

    options = delivery_options(facts, nothing, book, crosses).options
    option = _ordinary(options)
    if option is None:
        return None
    origin = book.warehouses[warehouse].country
    return Promised(
        country, option.earliest, option.latest, option.price,
        free_from(book, market.code, option.tier, currency, now.date()),
        crosses(origin, facts.destination), option.incoterm == "DDP", option.order_by,
    )


def _ordinary(options: tuple[DeliveryOption, ...]) -> DeliveryOption | None:
    return next((one for one in options if one.tier == _TIER), options[0] if options else None)

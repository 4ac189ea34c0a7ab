"""The landed-cost slip: what one piece of a variant costs at a door, by the shop's own quote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.facts import CustomerFacts, LineFacts, PriceFacts, PromotionFacts, QuoteFacts
from app.rules.quote import quote
from app.rules.rate_book import RateBook
from app.rules.result import Quote
from app.rules.shipping_rows import WarehouseRow
from app.services import certificates, promotions
from app.services.catalogue import customs_codes
from app.services.catalogue.detail import Sheet, VariantFacts
from app.services.catalogue.shelves import shelves
from app.services.kept import Kept
from app.services.markets import MarketView
from app.services.prices.lookup import PriceRow
from app.services.rates.book import rate_book

_MINUTE = timedelta(minutes=1)
_promotions: Kept[tuple[datetime, tuple[PromotionFacts, ...]]] = Kept("promotion", size=128)
_countries: Kept[tuple[str, ...]] = Kept("rates", "market", size=64)


@dataclass(frozen=True, slots=True)
class Slip:
    """The quote of one piece, where it leaves from, and when the promise of its days changes."""

    quote: Quote
    destination: Destination
    warehouse: str
    today: date
    until: datetime

    @property
    def days(self) -> tuple[int, int] | None:
        """Calendar days from today to the first and last day promised; None: no delivery."""
        option = self.quote.option
        if option is None:
            return None
        return (option.earliest - self.today).days, (option.latest - self.today).days

    @property
    def door_total(self) -> Money | None:
        """What it comes to at the door: the total and what is due there; None when not known."""
        due = self.quote.due_at_door
        if due.duty is None or due.tax is None or due.fees is None:
            return None
        return self.quote.total + due.duty + due.tax + due.fees

    @property
    def is_due_at_door(self) -> bool:
        """Somebody will ask for duty or tax at the door (DAP)."""
        due = self.quote.due_at_door
        return not due.is_known or bool(due.duty or due.tax or due.fees)


def slip(sheet: Sheet, variant: VariantFacts, price: PriceRow, market: MarketView,  # noqa: PLR0913 - what a quote is asked about
         destination: Destination, language: str, now: datetime) -> Slip:
    """One piece to a door, exactly as the cart would quote it."""
    book = rate_book(now.date())
    warehouse = variant.warehouse(market)
    currency = price.amount.currency
    line = LineFacts(
        line="1", sku=variant.sku, product=sheet.code,
        categories=shelves().codes_above(sheet.shelf_ids), quantity=1, unit_price=price.amount,
        price=PriceFacts(price.list_code, price.origin, price.id, price.derivation),
        tax_category=sheet.tax_category, hs_code=variant.hs_code, origin=variant.origin,
        weight_g=variant.weight_g, size_mm=variant.size_mm, warehouse=warehouse,
        documents=certificates.held().get(variant.id, ()),
        dangerous=variant.dangerous, codes=customs_codes.of([variant.id])[variant.id],
    )
    found = quote(QuoteFacts(
        market=market.facts, seller=market.seller_on(now.date()), customer=CustomerFacts(),
        currency=currency, destination=destination, lines=(line,),
        promotions=_applicable(market.code, currency, language, now), option="", now=now,
    ), book)
    here = now.astimezone(ZoneInfo(market.time_zone))
    return Slip(found, destination, warehouse, here.date(),
                _until(here, book.warehouses.get(warehouse), now))


def countries(market: MarketView) -> tuple[str, ...]:
    """Countries that some service from a warehouse of this market reaches, by code."""
    def read() -> tuple[str, ...]:
        return reached(rate_book(), market)

    return _countries.get((market.code, market.warehouses), read)


def reached(book: RateBook, market: MarketView) -> tuple[str, ...]:
    """Countries in the zones of the services that leave from this market's warehouses."""
    return tuple(sorted({
        zone.country for service in book.services.values()
        if service.warehouse in market.warehouses
        for zone in service.zones if not zone.is_excluded
    }))


def _applicable(market: str, currency: str, language: str,
                now: datetime) -> tuple[PromotionFacts, ...]:
    """Automatic promotions, kept for a minute because they begin and end by the clock."""
    found = _promotions.get(
        (market, currency, language),
        lambda: (now, promotions.applicable(market, currency, (), now, language)),
        is_fresh=lambda held: abs(now - held[0]) < _MINUTE,
    )
    return found[1]


def _until(here: datetime, warehouse: WarehouseRow | None, now: datetime) -> datetime:
    """Promised days change at the warehouse's cut-off, and "in 3 days" at the reader's midnight."""
    midnight = datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), here.tzinfo)
    moments = [midnight.astimezone(UTC)]
    if warehouse is not None:
        local = now.astimezone(ZoneInfo(warehouse.time_zone))
        cut = datetime.combine(local.date(), warehouse.cut_off, local.tzinfo)
        moments.append((cut if cut > local else cut + timedelta(days=1)).astimezone(UTC))
    return min(moments)

"""Quotes to ask about: a cart, a seller and the shipped law with one service to everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from app.kernel.address import Destination
from app.kernel.fx import Rate
from app.kernel.money import Money
from app.rules.facts import (
    CustomerFacts,
    LineFacts,
    MarketFacts,
    PriceFacts,
    PromotionFacts,
    QuoteFacts,
    SellerFacts,
)
from app.rules.quote import quote
from app.rules.rate_book import DutyRow, RateBook, Validity
from app.rules.result import Quote
from app.rules.shipping_rows import RateStep, ServiceRow, WarehouseRow, ZoneRow
from app.services.rates.shipped import shipped_book

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LAW = Validity(date(2016, 1, 1), source="test", confidence="verified")
RATES = {"GBP": "0.86", "USD": "1.1", "NOK": "11.6", "CHF": "0.95", "AUD": "1.7", "NZD": "1.9",
         "SGD": "1.5", "JPY": "170", "CAD": "1.5", "KRW": "1600", "KWD": "0.34", "BHD": "0.415",
         "AED": "4.04", "RON": "5.0991", "PLN": "4.25"}
CONSUMER = CustomerFacts()


def company(tax_id: str, check: str = "valid") -> CustomerFacts:
    """A business with a tax id."""
    return CustomerFacts("business", tax_id, check)


@cache
def law() -> RateBook:
    """The shipped law with exchange rates."""
    fx = {code: Rate("EUR", code, Decimal(value), "test", date(2026, 11, 20))
          for code, value in RATES.items()}
    return replace(shipped_book(), fx=fx, currencies={})


def tariff(destination: str, *rows: tuple[str, str, str, str]) -> RateBook:
    """The law with these duties (prefix, origin, kind, percent) for one destination."""
    duties = tuple(
        DutyRow(f"{kind}:{hs}", destination, hs, origin, kind, Decimal(percent), None, "", "add",
                kind == "preference", LAW)
        for hs, origin, kind, percent in rows
    )
    return replace(law(), duties={**law().duties, destination: duties})


def line(minor: int, currency: str = "EUR", **changes: Any) -> LineFacts:
    """A T-shirt from China, one piece, unless changed."""
    row: dict[str, Any] = {
        "line": "1", "sku": "TEE", "product": "tee", "categories": frozenset(), "quantity": 1,
        "price": PriceFacts("base", "set"), "tax_category": "standard", "hs_code": "610910",
        "origin": "CN", "weight_g": 300, "size_mm": (300, 200, 50), "warehouse": "W",
    }
    return LineFacts(unit_price=Money(minor, currency), **(row | changes))


def seller(country: str = "DE", *registrations: str, **changes: Any) -> SellerFacts:
    """Established at home and, in the EU, in OSS."""
    codes = registrations or (country, f"OSS:{country}")
    return SellerFacts("seller", country, frozenset(codes), frozenset({country}), **changes)


def facts(to: Destination, *lines: LineFacts, included: bool = True, **changes: Any) -> QuoteFacts:
    """A consumer's cart of a German seller."""
    row: dict[str, Any] = {
        "market": MarketFacts("m", included), "seller": seller(), "customer": CONSUMER,
        "currency": lines[0].unit_price.currency if lines else "EUR", "destination": to,
        "lines": lines, "promotions": (), "option": "", "now": NOW,
    }
    return QuoteFacts(**(row | changes))


def served(book: RateBook, to: Destination, shipping: Money, *, ship_from: str = "DE",
           incoterm: str = "DDP", warehouses: tuple[str, ...] = ("W",)) -> RateBook:
    """A service from each warehouse to the destination, every parcel for this price."""
    services = [ServiceRow(
        code=f"S-{code}", carrier="C", tier="standard", label={}, warehouse=code,
        incoterm=incoterm, divisor=0, step_g=1, max_weight_g=10**9, max_side_mm=10**6,
        max_girth_mm=10**7, fuel_percent=Decimal(0), handling_days=0, is_tracked=True,
        needs_phone=False, zones=(ZoneRow("z", to.country, "", False, 2, 4),),
        steps=(RateStep("z", 10**9, shipping, LAW),),
    ) for code in warehouses]
    return replace(
        book, services={one.code: one for one in services},
        warehouses={code: WarehouseRow(code, ship_from, "UTC", time(14)) for code in warehouses},
    )


def ask(to: Destination, *lines: LineFacts, shipping: int = 0, ship_from: str = "DE",
        incoterm: str = "DDP", book: RateBook | None = None, **changes: Any) -> Quote:
    """The quote of these lines to a place."""
    asked = facts(to, *lines, **changes)
    warehouses = tuple(dict.fromkeys(one.warehouse for one in lines)) or ("W",)
    held = served(book or law(), to, Money(shipping, asked.currency), ship_from=ship_from,
                  incoterm=incoterm, warehouses=warehouses)
    return quote(asked, held)


def percent_off(percent: str) -> PromotionFacts:
    """A promotion on the whole order."""
    return PromotionFacts("p", "", "off", "order", frozenset(), Decimal(percent), None, None)

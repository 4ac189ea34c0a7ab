"""What a quote is asked about: facts from the cart, the shop and the destination, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.dangerous import Dangerous
from app.rules.live_tax import LiveTax
from app.rules.restrictions import HeldDocument


@dataclass(frozen=True, slots=True)
class SellerFacts:
    """Who sells: country of establishment and tax registrations ("PT", "OSS:PT", "IOSS", …).

    sales_this_year, sales_last_year
        net distance sales to other EU members, in EUR, before this one; None is taken as none
    unproven_business
        how a business without a valid number of another member is taxed: "consumer", or
        "origin" (Art. 32, strictly)
    """

    code: str
    country: str
    registrations: frozenset[str]
    established_in: frozenset[str]
    oss_opted: bool = True
    vat_id: str = ""
    sales_this_year: Money | None = None
    sales_last_year: Money | None = None
    unproven_business: str = "consumer"


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """How this market shows prices and rounds tax.

    rounding      mode of app/rules/tax_amounts.py; direction: half_up, half_even, down or up
    shipping_tax  follows (by the value of the goods), highest (at the highest of their rates)
    business_price  what a business pays that accounts for the tax itself, where prices hold tax:
                    kept (the price as it stands) or net (the price without the tax)
    price_across_rates  keep_gross or keep_net, where the destination has another rate than home
    price_for_export    keep or strip, where no tax of ours is charged (app/rules/across_rates.py)
    """

    code: str
    tax_included: bool
    rounding: str = "per_rate"
    carriers: tuple[str, ...] = ()
    direction: str = "half_up"
    shipping_tax: str = "follows"
    business_price: str = "kept"
    price_across_rates: str = "keep_gross"
    price_for_export: str = "keep"


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """consumer or business; a tax id counts only when its check says valid."""

    kind: str = "consumer"
    tax_id: str = ""
    tax_id_check: str = ""  # valid, invalid, unavailable, ""


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """Where a unit price came from: list, row and, if converted, how."""

    list_code: str
    origin: str  # set, converted
    row_id: int = 0
    derivation: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line of the cart. Weight in grams, sizes (packed) in millimetres, per piece.

    warehouse  where these pieces leave from (a cart line served by two warehouses is two facts
               with the same `line`)
    taric      the national tariff code of up to ten digits, for a full customs declaration
    codes      the same by customs area ("EU", "US"), where they are kept for several
    documents  licences and certificates we hold for it
    dangerous  what it is by the list of dangerous goods; None is harmless
    """

    line: str
    sku: str
    product: str
    categories: frozenset[str]
    quantity: int
    unit_price: Money
    price: PriceFacts
    tax_category: str
    hs_code: str
    origin: str
    weight_g: int
    size_mm: tuple[int, int, int]
    warehouse: str
    taric: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    documents: tuple[HeldDocument, ...] = ()
    dangerous: Dangerous | None = None


@dataclass(frozen=True, slots=True)
class PromotionFacts:
    """A discount that may apply: conditions of time, market and use are already checked.

    scope   order, product, category; `codes` names the products or categories
    percent of the amount, or a fixed `amount` in the quote's currency
    """

    code: str
    coupon: str
    label: str
    scope: str
    codes: frozenset[str]
    percent: Decimal | None
    amount: Money | None
    minimum: Money | None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class LiveFacts:
    """What a carrier's own price service answered for a service: it stands in for the card.

    days  working days under way, None where it did not say
    """

    service: str
    amount: Money
    days: int | None
    source: str
    day: date


@dataclass(frozen=True, slots=True)
class QuoteFacts:
    """Everything a quote depends on, apart from the RateBook.

    option            the shopper's choice of delivery ("standard"); "" takes the cheapest
    has_origin_proof  the seller can prove preferential origin (else duty is the normal one)
    declaration       H7 (low value, six digits) or H1 (full, ten digits) at import into the EU
    is_platform_sale  a marketplace is the deemed supplier: it collects, we charge no tax
    is_seller_side    only what the seller owes is asked: an export is an export, whatever the
                      buyer's customs do with it
    live              answers of carriers, asked before and kept; without one the card holds
    """

    market: MarketFacts
    seller: SellerFacts
    customer: CustomerFacts
    currency: str
    destination: Destination
    lines: tuple[LineFacts, ...]
    promotions: tuple[PromotionFacts, ...]
    option: str
    now: datetime
    has_origin_proof: bool = False
    declaration: str = "H7"
    is_platform_sale: bool = False
    is_seller_side: bool = False
    live_tax: LiveTax | None = None
    live: tuple[LiveFacts, ...] = ()

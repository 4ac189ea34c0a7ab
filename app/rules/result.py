"""The quote: every number a shopper sees before paying, frozen, with its explanation.

total = goods - discount + shipping + (tax - tax_included) + duty + fees + rounding, always.
Amounts are in the basis of the market's price list: with tax where prices include it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.kernel.money import Money
from app.rules.explanation import Why
from app.rules.restrictions import Barred


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A cart line: unit price × quantity = goods; paid = goods - discount."""

    line: str
    sku: str
    quantity: int
    unit_price: Money
    goods: Money
    discount: Money
    paid: Money


@dataclass(frozen=True, slots=True)
class QuotedDiscount:
    """One promotion's effect, as a positive amount taken off, shared over lines."""

    code: str
    coupon: str
    label: str
    amount: Money
    shares: tuple[tuple[str, Money], ...]  # (line, share); the shares add up to amount


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """A tier the shopper may choose, over all parcels of the order.

    cost      what the carriers charge us (kept for the merchant); price what the shopper pays
    services  warehouse -> service code
    dispatches  warehouse -> the day its parcels leave
    order_by  until when (UTC) an order still gets these days
    """

    id: str
    tier: str
    price: Money
    cost: Money
    incoterm: str
    earliest: date
    latest: date
    services: tuple[tuple[str, str], ...]
    is_tracked: bool
    needs_phone: bool
    is_free_by: str = ""  # "threshold" or ''
    dispatches: tuple[tuple[str, date], ...] = ()
    order_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class ComparedService:
    """A service that was looked at for one warehouse's parcels: kept for the merchant.

    refused      why it is not offered (too_large, carrier_down, …), '' when it could be taken
    is_chosen    the one its tier takes, by the rule `preferred` (cost, speed, score)
    lines        the card's price in steps (base, surcharges, fuel), in the card's currency
    cost         their sum in the currency of the quote; None where there is none
    """

    warehouse: str
    tier: str
    service: str
    carrier: str
    mode: str
    refused: str
    is_chosen: bool = False
    preferred: str = ""
    zone: str = ""
    parcels: int = 0
    chargeable_g: int = 0
    lines: tuple[tuple[str, int], ...] = ()
    card_currency: str = ""
    cost: Money | None = None
    earliest: date | None = None
    latest: date | None = None
    is_live: bool = False


@dataclass(frozen=True, slots=True)
class QuotedTax:
    """Tax of one kind and rate over its base. Included: already inside prices shown.

    treatment, ship_from  of the consignment it belongs to, for returns and credits
    """

    jurisdiction: str
    name: str
    percent: Decimal
    net: Money
    tax: Money
    is_included: bool
    is_estimate: bool
    collected_by: str  # seller, customs, buyer
    treatment: str = ""
    ship_from: str = ""


@dataclass(frozen=True, slots=True)
class QuotedDuty:
    """Duty on a line: HS code, origin, customs value, percent."""

    line: str
    sku: str
    hs_code: str
    origin: str
    value: Money
    percent: Decimal
    duty: Money
    kind: str


@dataclass(frozen=True, slots=True)
class QuotedFee:
    """A parcel fee (the EU's 3 euro per heading, a national fee, brokerage).

    headings       tariff heading -> its part, for a fee per heading; the parts add up
    replaces_duty  it is a customs duty by its nature, paid in place of the tariff
    """

    code: str
    name: str
    amount: Money
    headings: tuple[tuple[str, Money], ...] = ()
    replaces_duty: bool = False


@dataclass(frozen=True, slots=True)
class ConsignedLine:
    """So many pieces of a line in one consignment, as its papers need them.

    paid      for these pieces after discount, in the basis of the prices
    weight_g, size_mm  of one piece
    rates     (name, percent) of each tax these pieces are taxed with; () for none
    """

    line: str
    sku: str
    quantity: int
    paid: Money
    hs_code: str
    origin: str
    weight_g: int
    size_mm: tuple[int, int, int]
    tax_category: str
    rates: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Consignment:
    """What leaves one warehouse: its tax treatment and, by chosen delivery, its service.

    parts, shipping, charged_*  what its invoice and customs papers say: only what is charged now
    """

    warehouse: str
    ship_from: str
    lines: tuple[str, ...]
    treatment: str
    vatex: str
    einvoice_category: str
    service: str
    incoterm: str
    dispatch: date | None
    paid: Money | None = None  # for goods and shipping, in the basis of the prices
    parts: tuple[ConsignedLine, ...] = ()
    shipping: Money | None = None
    charged_taxes: tuple[QuotedTax, ...] = ()
    charged_included: Money | None = None
    charged_duty: Money | None = None
    charged_fees: tuple[QuotedFee, ...] = ()


@dataclass(frozen=True, slots=True)
class DueAtDoor:
    """What is not charged now but will be asked at delivery (DAP); None when not known."""

    duty: Money | None
    tax: Money | None
    fees: Money | None

    @property
    def is_known(self) -> bool:
        """False when some part cannot be estimated; then nothing may be shown as zero."""
        return None not in (self.duty, self.tax, self.fees)

    @property
    def is_asked(self) -> bool:
        """Something is asked at the door, or may be."""
        return not self.is_known or any((self.duty, self.tax, self.fees))


@dataclass(frozen=True, slots=True)
class Quote:
    """See the module. `problems` are reasons why it cannot be ordered as it is (codes)."""

    currency: str
    lines: tuple[QuotedLine, ...]
    discounts: tuple[QuotedDiscount, ...]
    options: tuple[DeliveryOption, ...]
    option: DeliveryOption | None
    consignments: tuple[Consignment, ...]
    taxes: tuple[QuotedTax, ...]
    duties: tuple[QuotedDuty, ...]
    fees_lines: tuple[QuotedFee, ...]
    goods: Money
    discount: Money
    shipping: Money
    tax: Money
    tax_included: Money
    duty: Money
    fees: Money
    rounding: Money
    total: Money
    due_at_door: DueAtDoor
    is_estimate: bool
    problems: tuple[str, ...]
    why: tuple[Why, ...]
    barred: tuple[Barred, ...] = ()
    comparison: tuple[ComparedService, ...] = ()

    @property
    def tax_on_top(self) -> Money:
        """The part of the tax that is not already inside the prices."""
        return self.tax - self.tax_included

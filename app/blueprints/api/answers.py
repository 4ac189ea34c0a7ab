"""What the API answers: amounts, quotes, carts, orders."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field


class Amount(BaseModel):
    """Minor units of ISO 4217: EUR 1999 is 19.99, JPY 1999 is 1999."""

    amount: int
    currency: str


class UnitPrice(BaseModel):
    """The price of one kg, l, m, m2, m3 or piece of what a product holds."""

    price: Amount
    per: str


class Line(BaseModel):
    """unit_price x quantity = goods; paid = goods - discount; in the market's tax basis."""

    id: str
    sku: str
    name: str
    options: str
    quantity: int
    unit_price: Amount
    goods: Amount
    discount: Amount
    paid: Amount


class Discount(BaseModel):
    """One promotion's effect, positive; shares by line id."""

    code: str
    coupon: str
    label: str
    amount: Amount
    shares: dict[str, Amount]


class ShippingOption(BaseModel):
    """A way of delivery. DDP: everything is paid now; DAP: duty and tax at the door."""

    id: str
    price: Amount
    incoterm: str
    earliest: date
    latest: date
    is_tracked: bool
    needs_phone: bool
    is_free_by: str


class Consignment(BaseModel):
    """What leaves one warehouse, and how it is taxed."""

    warehouse: str
    ship_from: str
    lines: list[str]
    treatment: str
    vatex: str
    service: str
    incoterm: str


class Tax(BaseModel):
    """Tax of one kind and rate. Included: already inside the prices."""

    jurisdiction: str
    name: str
    rate: str = Field(description="Percent, exact")
    net: Amount
    tax: Amount
    included: bool
    estimate: bool
    collected_by: str


class Duty(BaseModel):
    """Duty on a line."""

    line: str
    sku: str
    hs_code: str
    origin: str
    value: Amount
    rate: str
    duty: Amount
    kind: str


class Fee(BaseModel):
    """A fee for a parcel or heading."""

    code: str
    name: str
    amount: Amount


class Totals(BaseModel):
    """total = goods - discount + shipping + (tax - tax_included) + duty + fees + rounding."""

    goods: Amount
    discount: Amount
    shipping: Amount
    tax: Amount
    tax_included: Amount
    duty: Amount
    fees: Amount
    rounding: Amount
    total: Amount


class DueAtDoor(BaseModel):
    """Not charged now, asked for on arrival; null: not known, which is not nothing."""

    duty: Amount | None
    tax: Amount | None
    fees: Amount | None


class Explanation(BaseModel):
    """Why a figure is what it is."""

    figure: str
    rule: str
    sentence: str
    rate: str
    date: str
    source: str
    confidence: str
    params: dict[str, str]


class Restriction(BaseModel):
    """A line that may not go to the destination; `document` is what it takes, '' if nothing."""

    line: str
    sku: str
    country: str
    kind: str = Field(description="licence, certificate or prohibited")
    document: str
    sentence: str
    source: str


class Priced(BaseModel):
    """The quote: the same members for a cart now and for an order as it was made."""

    currency: str
    lines: list[Line]
    discounts: list[Discount]
    shipping_options: list[ShippingOption]
    shipping_option: ShippingOption | None = Field(
        description="The one the figures are for: the chosen, else the cheapest")
    consignments: list[Consignment]
    taxes: list[Tax]
    duties: list[Duty]
    fees: list[Fee]
    totals: Totals
    due_at_door: DueAtDoor
    is_estimate: bool
    problems: list[str] = Field(description="Why it cannot be ordered as it is; codes")
    restrictions: list[Restriction] = Field(description="Lines the destination does not take")
    explanation: list[Explanation]


class Quote(Priced):
    """A cart's quote."""

    expires_at: datetime | None = Field(
        description="Until when it holds: 30 minutes from the first address or choice")


class Picture(BaseModel):
    """The usual size; `alt` says what is seen."""

    url: str
    alt: str


class CartLine(BaseModel):
    """A line; unit_price and paid are null when it cannot be sold now (see note)."""

    id: str
    sku: str
    name: str
    options: str
    slug: str
    quantity: int
    unit_price: Amount | None
    paid: Amount | None
    picture: Picture | None
    note: str = Field(
        description="'', gone, not_sold_here, no_price, sold_out, short, price_changed,"
                    " restricted_licence, restricted_certificate, restricted_prohibited")
    available: int = Field(description="The most that can be ordered now")
    previous_unit_price: Amount | None
    unit_price_per: UnitPrice | None = Field(description="For goods sold by quantity")


class Address(BaseModel):
    """As it is kept; '' for what is not given."""

    name: str
    company: str
    line1: str
    line2: str
    city: str
    region: str
    postal_code: str
    country: str
    phone: str
    tax_id: str


class Cart(BaseModel):
    """A cart. `totals` are those of its quote."""

    id: str
    market: str
    language: str
    currency: str
    country: str = Field(description="Where it is priced to")
    address: Address | None
    tax_id_check: str = Field(
        description="How the address' tax id stands: '' (none), valid, invalid, waiting (the "
                    "register has been asked; the tax is charged meanwhile), unconfirmed")
    lines: list[CartLine]
    count: int
    coupons: list[str]
    shipping_option: str | None
    payment_method: str | None
    totals: Totals | None
    is_orderable: bool
    problems: list[str]
    expires_at: datetime | None


class ShippingOptions(BaseModel):
    """All that reach the address, cheapest first."""

    items: list[ShippingOption]
    next: str | None = None
    chosen: str | None


class PaymentMethod(BaseModel):
    """is_test: no money moves; is_hosted: the shopper pays on another page."""

    code: str
    name: str
    is_test: bool
    is_hosted: bool


class PaymentMethods(BaseModel):
    """Ways to pay here, in the market's order."""

    items: list[PaymentMethod]
    next: str | None = None
    chosen: str | None


class Transfer(BaseModel):
    """Where the money is to be sent."""

    holder: str
    iban: str
    bic: str
    bank: str
    reference: str
    amount: Amount
    until: datetime
    epc_qr: str | None


class Payment(BaseModel):
    """How the payment stands and what the shopper does next: at most one of the last three."""

    method: str
    status: str = Field(description="started, pending, paid, failed, expired, superseded")
    redirect_url: str | None
    client_secret: str | None
    transfer: Transfer | None


class Shipment(BaseModel):
    """A parcel on its way."""

    service: str
    tracking: str
    tracking_url: str
    shipped_at: datetime


class Step(BaseModel):
    """One step of the order's way."""

    state: str
    reached_at: datetime | None
    is_current: bool


class Order(Priced):
    """An order: its quote as it was made, and how it stands."""

    number: str
    token: str
    state: str
    status: str = Field(description="The state in words of the order's language")
    market: str
    language: str
    total: Amount
    refunded: Amount
    placed_at: datetime
    pay_until: datetime
    cancel_reason: str
    steps: list[Step]
    shipments: list[Shipment]
    payment: Payment


class PlacedOrder(BaseModel):
    """The order and how to pay it."""

    order: Order
    payment: Payment


class Problem(BaseModel):
    """RFC 9457. `type` and `code` are stable, `title` is for people."""

    type: str
    title: str
    status: int
    code: str
    fields: dict[str, str] | None = None
    reference: str | None = None
    order: dict[str, str] | None = None
    retry: dict[str, str] | None = None

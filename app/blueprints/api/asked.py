"""What callers may send, field by field. Unknown fields are refused; nothing here is a price."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_PIECES = 999
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Word = Annotated[str, Field(max_length=48, pattern=r"^[^\x00-\x1f\x7f]+$")]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")]


class Body(BaseModel):
    """A request body: no conversion, no field beyond those named."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Query(BaseModel):
    """A query string; an empty value is the same as none."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value != ""}


class CartPath(BaseModel):
    """A cart by its secret id."""

    id: str = Field(description="The cart's id, its only secret")


class LinePath(CartPath):
    """A line of a cart."""

    line: str = Field(description="The line's id within the cart")


class CouponPath(CartPath):
    """A coupon in a cart."""

    code: str


class OrderPath(BaseModel):
    """An order by its secret token."""

    token: str


class ProductPath(BaseModel):
    """A product by its slug in any language, of today or of the past."""

    slug: str


class ShopQuery(Query):
    """For whom catalogue and prices are read."""

    market: Word | None = Field(None, description="A market's code; without it the default market")
    language: Word | None = Field(None, description="BCP 47; without it by Accept-Language")
    currency: CurrencyCode | None = Field(None, description="Without it the market's first")


class ProductsQuery(ShopQuery):
    """A part of the catalogue."""

    q: Text | None = Field(None, description="Words to search for; best finds first")
    category: Text | None = Field(None, description="A category's code or slug")
    sort: Literal["relevance", "new", "price", "price-down", "name"] | None = Field(
        None, description="Ignored with q")
    cursor: Text | None = Field(None, description="`next` of the page before")
    limit: int = Field(24, ge=1, le=100)


class NewCart(Body):
    """Where and in which language and currency somebody shops."""

    market: Word
    language: Word
    currency: CurrencyCode | None = None


class NewLine(Body):
    """Pieces to add to those already there."""

    sku: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
    quantity: int = Field(ge=1, le=MOST_PIECES)


class LineChange(Body):
    """Exactly so many pieces; 0 takes the line out."""

    quantity: int = Field(ge=0, le=MOST_PIECES)


class AddressBody(Body):
    """Country, region and postcode alone price the cart; anything more must be a whole address."""

    country: CountryCode
    region: Text | None = Field(None, description="ISO 3166-2 without the country: CA, QC")
    postal_code: Text | None = None
    name: Text | None = None
    company: Text | None = None
    line1: Text | None = None
    line2: Text | None = None
    city: Text | None = None
    phone: Text | None = None
    tax_id: Text | None = Field(
        None, description="A business buyer's VAT or GST id; form and checksum are checked at "
                          "once, the register is asked in the background")


class CouponBody(Body):
    """A code as typed."""

    code: Word


class DeliveryChoice(Body):
    """One of the shipping options by its id."""

    id: Word
    accept_duties_at_door: bool = Field(
        False, description="The shopper agrees to pay duty and tax on arrival (DAP)")


class MethodChoice(Body):
    """A way to pay by its code."""

    payment_method: Word


class AmountBody(Body):
    """An amount in minor units."""

    amount: int = Field(ge=0, le=10**15)
    currency: CurrencyCode


class NewOrder(Body):
    """What is still missing for the order; all else is in the cart."""

    email: Annotated[str, Field(max_length=254, pattern=r"^[^\x00-\x1f\x7f]*$")]
    payment_method: Word
    address: AddressBody | None = None
    shipping_option: Word | None = None
    accept_duties_at_door: bool = False
    seen_total: AmountBody | None = Field(
        None, description="The total the shopper saw: another one now is refused, not ordered")

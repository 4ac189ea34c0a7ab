"""The shape of a market file (docs/markets.md): every field with what may stand in it.

Days are ISO dates, valid_to is the last day; times HH:MM in the warehouse's zone; percentages and
rates are text. What a file leaves out of an entry that exists keeps its value.
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from babel import Locale
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.kernel.currency import is_known
from app.services.markets import LANGUAGES

_COUNTRIES = frozenset(
    str(code) for code in Locale("en").territories
    if len(str(code)) == 2 and str(code).isalpha()
) - {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}  # CLDR's own, not countries


def _country(value: str) -> str:
    if value not in _COUNTRIES:
        raise ValueError(f"{value!r} is not a country (ISO 3166-1, two letters)")
    return value


def _currency(value: str) -> str:
    if not is_known(value):
        raise ValueError(f"{value!r} is not a currency of ISO 4217")
    return value


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"the shop has no interface in {value!r} ({', '.join(LANGUAGES)})")
    return value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"{value!r} is not a time zone")
    return value


Country = Annotated[str, AfterValidator(_country)]
Currency = Annotated[str, AfterValidator(_currency)]
Language = Annotated[str, AfterValidator(_language)]
Zone = Annotated[str, AfterValidator(_zone)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
MarketCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,7}$")]
Registration = Annotated[str, Field(pattern=r"^[A-Z]{2,4}(:[A-Z0-9-]{1,8})?$")]
Words = dict[str, str]
Place = dict[str, str]


class Part(BaseModel):
    """An entry of a file; a field nobody knows is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    def given(self) -> dict[str, Any]:
        """The fields the file names, as plain values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class DatedRegistration(Part):
    """A tax registration from a day to a day."""

    code: Registration
    number: str = ""
    valid_from: date
    valid_to: date | None = None
    note: str = ""


class SellerPart(Part):
    """A legal seller. registrations: codes, or codes with number and days (all of one kind)."""

    code: Code
    legal_name: str = Field(default="", min_length=1)
    country: Country = "PT"
    address: Place = Field(default_factory=dict)
    email: str = Field(default="", pattern=r"^[^@\s]+@[^@\s]+$")
    phone: str = ""
    vat_id: str = ""
    eori: str = ""
    registrations: list[Registration | DatedRegistration] = Field(default_factory=list)
    established_in: list[Country] = Field(default_factory=list)
    oss_opted: bool = True
    bank: Place = Field(default_factory=dict)
    order_prefix: str = ""
    representatives: dict[str, Place] = Field(default_factory=dict)


class ListPart(Part):
    """A price list. A list with a parent answers from it where it is silent."""

    code: Code
    currency: Currency = "EUR"
    tax_included: bool = True
    parent: str | None = None
    strip_rate: Decimal | None = Field(default=None, ge=0, lt=10)
    is_converted: bool = False


class WarehousePart(Part):
    """A warehouse; cut_off in its own time."""

    code: Code
    name: Words = Field(default_factory=dict)
    kind: Literal["domestic", "overseas", "bonded", "transit"] = "domestic"
    country: Country = "PT"
    address: Place = Field(default_factory=dict)
    time_zone: Zone = "UTC"
    cut_off: time = time(14)


class MarketPart(Part):
    """A market; the first of countries, currencies and languages is the default."""

    code: MarketCode
    position: int = Field(default=0, ge=0)
    name: Words = Field(default_factory=dict)
    countries: list[Country] = Field(default_factory=list, min_length=1)
    currencies: list[Currency] = Field(default_factory=list, min_length=1)
    languages: list[Language] = Field(default_factory=list, min_length=1)
    tax_display: Literal["incl", "excl"] = "incl"
    rounding: Literal["per_rate", "line", "sum_by_net", "sum_by_net_keep_gross"] = "per_rate"
    rounding_direction: Literal["half_up", "half_even", "down", "up"] = "half_up"
    shipping_tax: Literal["follows", "highest"] = "follows"
    price_across_rates: Literal["keep_gross", "keep_net"] = "keep_gross"
    price_for_export: Literal["keep", "strip"] = "keep"
    payment_methods: list[str] = Field(default_factory=list)
    carriers: list[str] = Field(default_factory=list)
    warehouses: list[str] = Field(default_factory=list, min_length=1)
    price_list: str = ""
    seller: str = ""
    time_zone: Zone = "UTC"
    units: Literal["metric", "imperial"] = "metric"
    hidden_products: list[str] = Field(default_factory=list)
    order_button: Literal["buy", "obligation"] = "buy"
    return_address: Place = Field(default_factory=dict)
    tax_ids: dict[str, Any] = Field(default_factory=dict)
    is_default: bool = False
    is_open: bool = True


class MarketFile(Part):
    """The whole file; every section may be missing."""

    sellers: list[SellerPart] = Field(default_factory=list)
    price_lists: list[ListPart] = Field(default_factory=list)
    warehouses: list[WarehousePart] = Field(default_factory=list)
    markets: list[MarketPart] = Field(default_factory=list)


NEEDED = {  # what an entry that is new has to say
    "sellers": ("legal_name", "country", "address", "email"),
    "price_lists": ("currency", "tax_included"),
    "warehouses": ("name", "country", "address", "time_zone", "cut_off"),
    "markets": ("name", "countries", "currencies", "languages", "tax_display", "payment_methods",
                "warehouses", "price_list"),
}

"""The shape of a shipping file (docs/shipping.md): every field with what may stand in it.

Weights in grams, sides in millimetres, amounts in minor units, percentages as text, days ISO. The
rates, surcharges and fuel of a service are one version of its card, which starts on valid_from;
what a file leaves out of an entry that exists keeps its value.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from app.rules.zones import plain_postcode
from app.services.market_files.shape import Code, Country, Currency, Part
from app.services.shipping.weighing import rule_of

Whole = Annotated[int, Field(ge=0, strict=True)]
Some = Annotated[int, Field(ge=1, strict=True)]
Score = Annotated[int, Field(ge=0, le=100, strict=True)]
Percent = Annotated[Decimal, Field(ge=0, le=1000, allow_inf_nan=False)]
Place = Annotated[str, Field(pattern=r"^[A-Z0-9]{0,12}$"), BeforeValidator(
    lambda value: plain_postcode(value) if isinstance(value, str) else value)]
Region = Annotated[str, Field(pattern=r"^[A-Z0-9]{0,8}$")]
Name = Annotated[str, Field(min_length=1, max_length=48)]
ZoneName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,24}$")]
Sides = tuple[Some, Some, Some]


Anywhere = Literal["*"] | Country


class PlacePart(Part):
    """A country ("*" is any other), a state of it, a prefix or range of prefixes of postcodes."""

    country: Anywhere
    region: Region = ""
    postcode_prefix: Place = ""
    postcode_to: Place = ""

    @model_validator(mode="after")
    def _is_range(self) -> PlacePart:
        if self.postcode_to and (len(self.postcode_to) != len(self.postcode_prefix)
                                 or self.postcode_to < self.postcode_prefix):
            raise ValueError("postcode_to has the length of postcode_prefix and follows it")
        return self


class ZonePart(PlacePart):
    """Where a service goes, and how many working days it takes."""

    zone: ZoneName
    is_excluded: bool = False
    days_min: Whole = 1
    days_max: Whole = 1

    @model_validator(mode="after")
    def _has_days(self) -> ZonePart:
        if self.days_max < self.days_min:
            raise ValueError("days_max is less than days_min")
        return self


class SurchargePart(Part):
    """An addition to the base; see app/rules/rate_card.py for the kinds."""

    code: Code
    kind: Literal["per_kg_min", "fixed", "percent_base", "percent_value", "fuel"]
    zone: Annotated[str, Field(max_length=24)] = ""
    area: Annotated[str, Field(max_length=32)] = ""
    amount_minor: Whole = 0
    minimum_minor: Whole = 0
    percent: Percent = Decimal(0)
    above_minor: Whole = 0
    per_parcel: bool = False
    in_fuel: bool = False
    position: Whole = 0
    valid_from: date
    valid_to: date | None = None
    source: str = ""


class ServicePart(Part):
    """A service with its zones and one version of its card."""

    code: Name
    carrier: Name = ""
    tier: Literal["post", "standard", "express", "pickup"] = "standard"
    mode: Literal["post", "line", "express", "overseas", "pickup"] = "line"
    transport: Literal["ground", "air", "cargo", "post"] = "ground"
    label: dict[str, str] = Field(default_factory=dict)
    warehouse: str = ""
    incoterm: Literal["DDP", "DAP"] = "DDP"
    divisor: Whole = 5000
    step_g: Some = 500
    weighing: dict[str, Any] = Field(default_factory=dict)
    max_weight_g: Some = 31_500
    max_side_mm: Some = 2000
    max_girth_mm: Some = 3000
    max_sum_mm: Whole = 0
    takes_po_box: bool = True
    takes_military: bool = True
    fuel_percent: Percent = Decimal(0)
    handling_days: Whole = 0
    is_tracked: bool = True
    needs_phone: bool = False
    tracking_url: str = ""
    live_code: Annotated[str, Field(max_length=80)] = ""
    is_active: bool = True
    zones: list[ZonePart] = Field(default_factory=list)
    currency: Currency = "EUR"
    valid_from: date | None = None
    source: str = ""
    rates: dict[ZoneName, list[tuple[Some, Whole]]] = Field(default_factory=dict)
    first_rates: dict[ZoneName, tuple[Some, Whole, Some, Whole]] = Field(default_factory=dict)
    value_rates: dict[ZoneName, list[tuple[Whole, Whole]]] = Field(default_factory=dict)
    surcharges: list[SurchargePart] = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_sound(self) -> ServicePart:
        rule_of(self.divisor, self.step_g, self.weighing)
        known = {one.zone for one in self.zones if not one.is_excluded}
        priced = [*self.rates, *self.first_rates, *self.value_rates]
        unknown = sorted(set(priced) - known)
        if known and unknown:
            raise ValueError(f"rates of zones that the service does not have: {', '.join(unknown)}")
        if priced and self.valid_from is None:
            raise ValueError("rates need valid_from, the day this version of the card starts")
        if len(priced) != len(set(priced)):
            raise ValueError("a zone is priced in one way: by tiers, first and steps, or value")
        return self


class BoxPart(Part):
    """A carton of a warehouse."""

    warehouse: str
    code: Code
    inner_mm: Sides
    outer_mm: Sides
    tare_g: Whole = 0
    max_weight_g: Some = 30_000

    @model_validator(mode="after")
    def _has_walls(self) -> BoxPart:
        pairs = zip(sorted(self.inner_mm), sorted(self.outer_mm), strict=True)
        if any(inner > outer for inner, outer in pairs):
            raise ValueError("a box is smaller outside than inside")
        return self


class AreaPart(Part):
    """A list of places that surcharges name."""

    code: Code
    places: list[PlacePart]


class CarrierPart(Part):
    """A carrier's scores (0 to 100) and contract."""

    code: Name
    name: str = ""
    coverage: Score | None = None
    quality: Score | None = None
    cost: Score | None = None
    technology: Score | None = None
    contract: dict[str, str] = Field(default_factory=dict)


class VolumePart(Part):
    """From so many kilograms a month, a percentage off the base."""

    carrier: Name
    from_kg: Whole
    percent: Percent
    valid_from: date
    valid_to: date | None = None
    source: str = ""


class ChoicePart(Part):
    """Which service of a tier is taken; the first that fits holds."""

    market: str = ""
    tier: Literal["", "post", "standard", "express", "pickup"] = ""
    min_minor: Whole | None = None
    max_minor: Whole | None = None
    currency: Currency | Literal[""] = ""
    prefer: Literal["cost", "speed", "score"] = "cost"
    needs_tracking: bool = False
    valid_from: date
    valid_to: date | None = None
    source: str = ""


class FreePart(Part):
    """From this goods value on, a tier is free in a market."""

    market: str
    tier: Literal["post", "standard", "express", "pickup"]
    threshold_minor: Whole
    currency: Currency
    valid_from: date
    valid_to: date | None = None


class ShippingFile(Part):
    """All a shipping file may hold; a section that is left out stays as it is."""

    boxes: list[BoxPart] = Field(default_factory=list)
    areas: list[AreaPart] = Field(default_factory=list)
    carriers: list[CarrierPart] = Field(default_factory=list)
    volumes: list[VolumePart] = Field(default_factory=list)
    choices: list[ChoicePart] = Field(default_factory=list)
    services: list[ServicePart] = Field(default_factory=list)
    free_shipping: list[FreePart] = Field(default_factory=list)

"""The rows of shipping in the RateBook: services with zones and dated cards, boxes, carriers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal

from app.kernel.money import Money
from app.rules.chargeable import WeightRule
from app.rules.validity import Validity


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A part of the world a service reaches (or, excluded, does not): a country ("*": any other),
    a state of it, a prefix or range of prefixes of its postcodes."""

    zone: str
    country: str
    postcode_prefix: str
    is_excluded: bool
    days_min: int
    days_max: int
    region: str = ""
    postcode_to: str = ""


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A place of a list that a surcharge names (remote areas)."""

    country: str
    region: str = ""
    postcode_prefix: str = ""
    postcode_to: str = ""


@dataclass(frozen=True, slots=True)
class RateStep:
    """Up to this chargeable weight (grams, inclusive) it costs this much.

    step_g, step_cost   up_to_g is the first weight; every step more costs step_cost
    up_to_value         a tier by the value of the goods instead
    """

    zone: str
    up_to_g: int
    amount: Money
    validity: Validity
    step_g: int = 0
    step_cost: int = 0
    up_to_value: int | None = None


@dataclass(frozen=True, slots=True)
class SurchargeRow:
    """An addition to the base of a service; see app/rules/rate_card.py for the kinds.

    zone, area  '' is everywhere; position is its place before fuel
    """

    code: str
    kind: str
    currency: str
    validity: Validity
    zone: str = ""
    area: str = ""
    minor: int = 0
    minimum: int = 0
    percent: Decimal = Decimal(0)
    above: int = 0
    per_parcel: bool = False
    in_fuel: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A shipping service of one warehouse with its zones and rate card.

    weighing      the carrier's own way to weigh; None: by divisor, in steps of step_g
    fuel_percent  where no dated surcharge of the kind fuel holds
    live_code     its name at the provider of live rates; '' asks the table only
    """

    code: str
    carrier: str
    tier: str
    label: Mapping[str, str]
    warehouse: str
    incoterm: str
    divisor: int
    step_g: int
    max_weight_g: int
    max_side_mm: int
    max_girth_mm: int
    fuel_percent: Decimal
    handling_days: int
    is_tracked: bool
    needs_phone: bool
    zones: tuple[ZoneRow, ...]
    steps: tuple[RateStep, ...]
    mode: str = "line"
    transport: str = "ground"
    weighing: WeightRule | None = None
    max_sum_mm: int = 0
    takes_po_box: bool = True
    takes_military: bool = True
    live_code: str = ""
    surcharges: tuple[SurchargeRow, ...] = ()


@dataclass(frozen=True, slots=True)
class FreeShippingRow:
    """From this goods value on, a tier is free in a market."""

    market: str
    tier: str
    threshold: Money
    validity: Validity


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A carton of a warehouse: inner and outer sides in millimetres, what it weighs and bears."""

    code: str
    inner_mm: tuple[int, int, int]
    outer_mm: tuple[int, int, int]
    tare_g: int = 0
    max_weight_g: int = 30_000


@dataclass(frozen=True, slots=True)
class WarehouseRow:
    """Where a parcel starts: country, local clock, cut-off, its cartons."""

    code: str
    country: str
    time_zone: str
    cut_off: time
    region: str = ""
    boxes: tuple[BoxRow, ...] = ()
    postal_code: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """Which service of a tier is taken; '' and None are any. prefer: cost, speed or score."""

    market: str
    tier: str
    minimum: Money | None
    maximum: Money | None
    prefer: str
    needs_tracking: bool
    validity: Validity


@dataclass(frozen=True, slots=True)
class OutageRow:
    """A carrier, a service or its way to a country that is down now; '' is all of them."""

    carrier: str = ""
    service: str = ""
    country: str = ""
    reason: str = ""

    def hits(self, service: ServiceRow, country: str) -> bool:
        """True when this service cannot be used to this country."""
        return (
            self.carrier in ("", service.carrier) and self.service in ("", service.code)
            and self.country in ("", country)
        )


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """From this weight a month a carrier takes a percentage off the base."""

    carrier: str
    from_kg: int
    percent: Decimal
    validity: Validity


@dataclass(frozen=True, slots=True)
class DangerousRow:
    """Whether goods of a UN number may travel this way, batteries up to which energy in Wh."""

    un: str
    transport: str
    is_allowed: bool
    max_cell_wh: Decimal | None = None
    max_battery_wh: Decimal | None = None


@dataclass(frozen=True)
class ShippingBook:
    """What the choice of a service needs besides the services themselves.

    outages     those that last now
    shipped_kg  carrier -> kilograms of the month before
    scores      carrier -> 0 to 100
    """

    areas: Mapping[str, Mapping[str, tuple[AreaRow, ...]]] = field(default_factory=dict)
    choices: tuple[ChoiceRow, ...] = ()
    outages: tuple[OutageRow, ...] = ()
    volumes: tuple[VolumeRow, ...] = ()
    shipped_kg: Mapping[str, int] = field(default_factory=dict)
    scores: Mapping[str, int] = field(default_factory=dict)
    dangerous: Mapping[tuple[str, str], DangerousRow] = field(default_factory=dict)

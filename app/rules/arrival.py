"""A consignment at the border: its goods and what customs look at besides them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.kernel.money import Money
from app.rules.rate_book import ImportRow


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Goods of one line as customs see them: `value` is the customs value (net), weight_g that of
    all pieces together, category its tax category, has_proof that of a preferential origin."""

    line: str
    sku: str
    hs_code: str
    origin: str
    quantity: int
    value: Money
    weight_g: int = 0
    taric: str = ""
    category: str = ""
    has_proof: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """What customs look at besides the goods.

    area, country  customs area ("EU", "US") for the tariff; the place itself for national fees
    intrinsic      goods alone, net of tax, after discount
    dearest        the same of the dearest single piece, for limits per item
    freight        freight and insurance to the border
    ship_from      where the parcel is sent from, carriage: courier or post, carrier: whose fees
    registrations  of the seller
    has_proof      the origin of every line is proven
    is_duty_free   a scheme at sale (VOEC, NZ, SG, …) that comes with relief from duty
    is_ioss        the tax was charged under IOSS, a low-value declaration (H7) will be made
    """

    area: str
    country: str
    intrinsic: Money
    rule: ImportRow | None
    customer: str
    day: date
    is_duty_free: bool = False
    is_ioss: bool = False
    declaration: str = "H7"
    has_proof: bool = False
    dearest: Money | None = None
    freight: Money | None = None
    ship_from: str = ""
    carriage: str = "courier"
    carrier: str = ""
    registrations: frozenset[str] = frozenset()

"""One service for one warehouse's parcels: whether it takes them, for how much, by when.

Rate cards keep their currency; a cost is converted once, as a sum, and rounded half up to the
minor unit of the quote's currency. A carrier's live answer stands in for its card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.kernel.address import MILITARY, PO_BOX, Destination
from app.kernel.fx import Rate, convert
from app.kernel.money import Money
from app.rules.chargeable import KG, chargeable_weight, per_unit_g, weigh_parcels
from app.rules.dangerous import may_travel
from app.rules.delivery import Promise, promise
from app.rules.facts import LineFacts, LiveFacts, QuoteFacts
from app.rules.parcel import Limits, Parcel
from app.rules.parcels import Run, pack_runs
from app.rules.rate_book import RateBook
from app.rules.rate_card import BASE, FUEL, Surcharge, ZoneRates, rate_card_price
from app.rules.shipping_rows import (
    RateStep,
    ServiceRow,
    ShippingBook,
    SurchargeRow,
    WarehouseRow,
    ZoneRow,
)
from app.rules.validity import Validity
from app.rules.zones import is_in_area, zone_of

CrossesBorder = Callable[[str, Destination], bool]
_NO_CARD = ShippingBook()


@dataclass(frozen=True, slots=True)
class Shipment:
    """What leaves one warehouse for one address: its lines and what was paid for them."""

    warehouse: str
    lines: tuple[LineFacts, ...]
    runs: tuple[Run, ...]
    value: Money


@dataclass(frozen=True, slots=True)
class CardCost:
    """What a service asks for parcels, in its card's currency, and the steps it is made of.

    heaviest_g  chargeable, of the heaviest parcel
    """

    cost: Money
    chargeable_g: int
    lines: tuple[tuple[str, int], ...]
    validity: Validity
    fuel_percent: Decimal = Decimal(0)
    heaviest_g: int = 0
    is_live: bool = False
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One service for one warehouse's parcels. cost is in the currency of the quote."""

    service: ServiceRow
    zone: ZoneRow
    parcels: tuple[Parcel, ...]
    card: CardCost
    cost: Money
    rate: Rate
    promise: Promise


def offer(
    service: ServiceRow, shipment: Shipment, facts: QuoteFacts, book: RateBook,
    crosses: CrossesBorder,
) -> Offer | str:
    """The service's offer, or the code of the reason why there is none."""
    warehouse, destination = book.warehouses.get(service.warehouse), facts.destination
    zone = zone_of(service.zones, destination)
    if zone is None or warehouse is None:
        return "not_served"
    barred = _barred(service, shipment, destination, book.shipping)
    if barred:
        return barred
    parcels = pack_runs(shipment.runs, limits_of(service), warehouse.boxes)
    if parcels is None:
        return "too_large"
    card = _live(service, parcels, facts.live) or _by_card(service, zone, parcels, shipment,
                                                           facts, book)
    if isinstance(card, str):
        return card
    rate = book.rate(card.cost.currency, facts.currency)
    if rate is None:
        return "no_exchange_rate"
    return Offer(service, zone, parcels, card, convert(card.cost, rate), rate,
                 _promise(service, zone, warehouse, card.days, facts, book, crosses))


def limits_of(service: ServiceRow) -> Limits:
    """What the service takes at most, per parcel."""
    return Limits(service.max_weight_g, service.max_side_mm, service.max_girth_mm,
                  service.max_sum_mm)


def service_cost(  # noqa: PLR0913 - a card, what is sent, where and when
    service: ServiceRow, zone: str, parcels: Iterable[Parcel], day: date, *,
    destination: Destination | None = None, value: int = 0, book: ShippingBook = _NO_CARD,
) -> CardCost | None:
    """The card's price: a step per parcel by chargeable weight (or one for the shipment, where
    the carrier counts so), surcharges in their order, fuel once on their sum.

    value    of the goods, in minor units of the card's currency
    returns  None when the zone has no rates on this day, or a parcel is over the last step
    """
    steps = sorted(
        (step for step in service.steps if step.zone == zone and step.validity.covers(day)),
        key=lambda step: (step.up_to_value or 0, step.up_to_g, -step.validity.first.toordinal()),
    )
    weights = charged_weights(service, tuple(parcels))
    if not steps or not weights:
        return None
    surcharges = _surcharges(service, zone, destination, day, book)
    price = rate_card_price(
        _zone_rates(steps), surcharges, weights, {one.name for one in surcharges},
        value=value, volume_percent=volume_percent(book, service.carrier, day),
    )
    if price is None:
        return None
    heaviest = max(weights)
    fuel = next((one.percent for one in surcharges if one.kind == FUEL), Decimal(0))
    used = next((step for step in steps if heaviest <= step.up_to_g), steps[-1])
    lines = tuple(line for line in price.lines if line[1] or line[0] == BASE)
    return CardCost(Money(price.cost, steps[0].amount.currency), sum(weights), lines,
                    used.validity, fuel, heaviest)


def charged_weights(service: ServiceRow, parcels: Sequence[Parcel]) -> list[int]:
    """Grams charged: of each parcel, or one sum where the service rates the shipment."""
    if service.weighing is not None:
        return list(weigh_parcels(parcels, service.weighing)) if parcels else []
    return [chargeable_weight(one, service.divisor, service.step_g) for one in parcels]


def volume_percent(book: ShippingBook, carrier: str, day: date) -> Decimal:
    """What the carrier takes off for the month's weight: the highest tier reached."""
    shipped = book.shipped_kg.get(carrier, 0)
    reached = [row for row in book.volumes if row.carrier == carrier
               and row.from_kg <= shipped and row.validity.covers(day)]
    return max(reached, key=lambda row: row.from_kg).percent if reached else Decimal(0)


def _barred(
    service: ServiceRow, shipment: Shipment, destination: Destination, book: ShippingBook
) -> str:
    if any(outage.hits(service, destination.country) for outage in book.outages):
        return "carrier_down"
    if destination.kind == PO_BOX and not service.takes_po_box:
        return "no_po_box"
    if destination.kind == MILITARY and not service.takes_military:
        return "no_military"
    if any(line.dangerous is not None
           and not may_travel(line.dangerous, service.transport, book.dangerous)
           for line in shipment.lines):
        return "goods_not_taken"
    return ""


def _by_card(  # noqa: PLR0913 - a card, what is sent, where and when
    service: ServiceRow, zone: ZoneRow, parcels: tuple[Parcel, ...], shipment: Shipment,
    facts: QuoteFacts, book: RateBook,
) -> CardCost | str:
    currency = service.steps[0].amount.currency if service.steps else shipment.value.currency
    rate = book.rate(shipment.value.currency, currency)
    if rate is None:
        return "no_exchange_rate"
    found = service_cost(
        service, zone.zone, parcels, facts.now.date(), destination=facts.destination,
        value=convert(shipment.value, rate).minor, book=book.shipping,
    )
    return found or "over_last_step"


def _live(
    service: ServiceRow, parcels: tuple[Parcel, ...], answers: Sequence[LiveFacts]
) -> CardCost | None:
    found = next((one for one in answers if one.service == service.code), None)
    if found is None:
        return None
    weights = charged_weights(service, parcels)
    return CardCost(
        found.amount, sum(weights), (("live", found.amount.minor),),
        Validity(found.day, found.day, found.source, "verified"),
        heaviest_g=max(weights), is_live=True, days=found.days,
    )


def _zone_rates(steps: Sequence[RateStep]) -> ZoneRates:
    """A zone's rows of one day as prices; of two rows for one step the newer counts."""
    first = next((step for step in steps if step.step_g), None)
    if first is not None:
        return ZoneRates(first=first.up_to_g, first_minor=first.amount.minor, step=first.step_g,
                         step_minor=first.step_cost)
    return ZoneRates(
        tiers=tuple((step.up_to_g, step.amount.minor) for step in steps
                    if step.up_to_value is None),
        value_tiers=tuple((step.up_to_value, step.amount.minor) for step in steps
                          if step.up_to_value is not None),
    )


def _surcharges(
    service: ServiceRow, zone: str, destination: Destination | None, day: date,
    book: ShippingBook,
) -> list[Surcharge]:
    """The surcharges that hold: of the day, the zone and the lists that name the address."""
    held = sorted(
        (row for row in service.surcharges
         if row.validity.covers(day) and row.zone in ("", zone)
         and (not row.area or (destination is not None
                               and is_in_area(book.areas.get(row.area, {}), destination)))),
        key=lambda row: (row.position, row.code),
    )
    unit = per_unit_g(service.weighing.unit if service.weighing else KG)
    found = [_surcharge(row, unit) for row in held]
    if service.fuel_percent and not any(row.kind == FUEL for row in held):
        found.append(Surcharge(FUEL, FUEL, percent=service.fuel_percent))
    return found


def _surcharge(row: SurchargeRow, unit: Decimal) -> Surcharge:
    return Surcharge(row.code, row.kind, row.minor, row.minimum, row.percent, row.in_fuel,
                     row.per_parcel, row.above, unit)


def _promise(  # noqa: PLR0913 - both ends and what lies between
    service: ServiceRow, zone: ZoneRow, warehouse: WarehouseRow, days: int | None,
    facts: QuoteFacts, book: RateBook, crosses: CrossesBorder,
) -> Promise:
    place = facts.destination
    calendar = book.calendar(place.country, place.region)
    customs = calendar.customs_days if crosses(warehouse.country, place) else 0
    low, high = (zone.days_min, zone.days_max) if days is None else (days, days + 1)
    return promise(
        facts.now, warehouse, service.handling_days, low, high,
        book.calendar(warehouse.country, warehouse.region), calendar, customs,
    )

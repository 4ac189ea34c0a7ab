"""Delivery: which services carry these parcels where, for how much, by when.

The lines of each warehouse are one shipment. Per tier the cheapest service of every warehouse is
taken; a tier is offered only when all warehouses have one. Nothing found is "not offered" (None),
never free. Rate cards keep their currency; a cost is converted once, as a sum, and rounded half
up to the minor unit of the quote's currency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.kernel.address import Destination
from app.kernel.fx import Rate, convert
from app.kernel.money import Money
from app.rules.chargeable import chargeable_weight
from app.rules.delivery import Promise, promise
from app.rules.explanation import Why
from app.rules.facts import LineFacts, QuoteFacts
from app.rules.parcels import Limits, Parcel, pack
from app.rules.rate_book import EU_MEMBERS, RateBook, RateStep, ServiceRow, ZoneRow
from app.rules.rate_card import FUEL, Surcharge, ZoneRates, rate_card_price
from app.rules.result import DeliveryOption

# Countries inside another's customs area; territories by postcode are the caller's to know.
_CUSTOMS_AREA = {"MC": "EU", "LI": "CH", "IM": "GB", **dict.fromkeys(EU_MEMBERS, "EU")}
# Above this a parcel is freight; free delivery is meant for parcels.
FREIGHT_ABOVE_G = 31_500
_TIERS = ("post", "standard", "express", "pickup")
_REFUSALS = ("too_large", "over_last_step", "no_exchange_rate", "not_served")

CrossesBorder = Callable[[str, Destination], bool]


@dataclass(frozen=True, slots=True)
class Offer:
    """One service for one warehouse's parcels. cost is in the currency of the quote."""

    service: ServiceRow
    zone: ZoneRow
    parcels: tuple[Parcel, ...]
    chargeable_g: int
    card_cost: Money
    cost: Money
    rate: Rate
    step: RateStep
    promise: Promise
    heaviest_g: int = 0


@dataclass(frozen=True, slots=True)
class CardCost:
    """What a service's rate card asks for parcels, in the card's currency."""

    cost: Money
    chargeable_g: int
    step: RateStep  # of the heaviest parcel: the row's source and dates
    heaviest_g: int = 0  # chargeable, of that parcel


def delivery_options(
    facts: QuoteFacts,
    paid_goods: Money,
    book: RateBook,
    crosses_border: CrossesBorder | None = None,
) -> tuple[tuple[DeliveryOption, ...], tuple[Why, ...]]:
    """The tiers the shopper may choose from, cheapest first, and why they cost what they cost.

    paid_goods      goods after discount, in the basis of the market's prices
    crosses_border  (country of dispatch, destination) -> is there a customs border; by default by
                    country alone
    returns         no options when some goods cannot reach the destination; Why rows of all
                    options have the figure "shipping" and params["option"]
    """
    shipments = _by_warehouse(facts.lines)
    if not shipments:
        return (), ()
    found, refused = _best_offers(shipments, facts, book, crosses_border or crosses_customs_border)
    options: list[DeliveryOption] = []
    why: list[Why] = []
    for tier in sorted({*found, *(tier for tier, _ in refused)}, key=_tier_place):
        offers = found.get(tier, {})
        if len(offers) == len(shipments):
            option, reasons = _option(tier, offers, facts, paid_goods, book)
            options.append(option)
            why += reasons
        else:
            why += (
                _not_offered(tier, warehouse, refused.get((tier, warehouse), set()))
                for warehouse in sorted(shipments.keys() - offers.keys())
            )
    options.sort(key=lambda one: (one.price.minor, one.latest, _tier_place(one.tier)))
    return tuple(options), tuple(why)


def crosses_customs_border(origin: str, destination: Destination) -> bool:
    """True when the countries belong to different customs areas (the EU is one)."""
    area = _CUSTOMS_AREA.get(origin, origin)
    return area != _CUSTOMS_AREA.get(destination.country, destination.country)


def zone_of(zones: Iterable[ZoneRow], destination: Destination) -> ZoneRow | None:
    """The zone with the longest matching postcode prefix; None when not served.

    An excluded place that matches wins over everything. Prefixes are upper case without spaces.
    """
    postcode = destination.postal_code.replace(" ", "").upper()
    best: ZoneRow | None = None
    for zone in zones:
        if zone.country == destination.country and postcode.startswith(zone.postcode_prefix):
            if zone.is_excluded:
                return None
            if best is None or len(zone.postcode_prefix) > len(best.postcode_prefix):
                best = zone
    return best


def service_cost(
    service: ServiceRow, zone: str, parcels: Iterable[Parcel], day: date
) -> CardCost | None:
    """The card's price: one step per parcel by chargeable weight, fuel once on their sum.

    returns  None when the zone has no rates on this day, or a parcel is over the last step
    """
    steps = sorted(
        (step for step in service.steps if step.zone == zone and step.validity.covers(day)),
        key=lambda step: (step.up_to_g, -step.validity.first.toordinal()),
    )
    weights = [chargeable_weight(one, service.divisor, service.step_g) for one in parcels]
    fuel = Surcharge(FUEL, FUEL, percent=service.fuel_percent)
    rates = ZoneRates(tuple((step.up_to_g, step.amount.minor) for step in steps))
    price = rate_card_price(rates, (fuel,), weights, (FUEL,))
    if price is None or not weights:
        return None
    heaviest = max(weights)
    step = next(step for step in steps if heaviest <= step.up_to_g)
    return CardCost(Money(price.cost, step.amount.currency), sum(weights), step, heaviest)


def free_from(
    book: RateBook, market: str, tier: str, currency: str, day: date
) -> Money | None:
    """The goods value from which a tier is free here, in this currency; None for never.

    A row in the currency itself counts before one that has to be converted; the newest wins.
    """
    rows = sorted(
        (row for row in book.free_shipping
         if row.market == market and row.tier == tier and row.validity.covers(day)),
        key=lambda row: (row.threshold.currency != currency, -row.validity.first.toordinal()),
    )
    for row in rows:
        rate = book.rate(row.threshold.currency, currency)
        if rate is not None:
            return convert(row.threshold, rate)
    return None


def charge(cost: Money, goods: Money, threshold: Money | None) -> Money:
    """What the shopper pays for delivery: nothing from the threshold on, else the cost."""
    if threshold is not None and goods >= threshold:
        return Money.zero(cost.currency)
    return cost


def _by_warehouse(lines: Iterable[LineFacts]) -> dict[str, list[LineFacts]]:
    shipments: dict[str, list[LineFacts]] = {}
    for line in lines:
        if line.quantity > 0:
            shipments.setdefault(line.warehouse, []).append(line)
    return shipments


def _best_offers(
    shipments: Mapping[str, list[LineFacts]], facts: QuoteFacts, book: RateBook,
    crosses: CrossesBorder,
) -> tuple[dict[str, dict[str, Offer]], dict[tuple[str, str], set[str]]]:
    """tier -> warehouse -> the preferred offer; (tier, warehouse) -> reasons of the refused."""
    found: dict[str, dict[str, Offer]] = {}
    refused: dict[tuple[str, str], set[str]] = {}
    carriers = facts.market.carriers
    for service in sorted(book.services.values(), key=lambda row: row.code):
        lines = shipments.get(service.warehouse)
        if lines is None or (carriers and service.carrier not in carriers):
            continue
        offer = _offer(service, lines, facts, book, crosses)
        if isinstance(offer, str):
            refused.setdefault((service.tier, service.warehouse), set()).add(offer)
        else:
            best = found.setdefault(service.tier, {})
            known = best.get(service.warehouse)
            if known is None or _preference(offer) < _preference(known):
                best[service.warehouse] = offer
    return found, refused


def _offer(
    service: ServiceRow, lines: list[LineFacts], facts: QuoteFacts, book: RateBook,
    crosses: CrossesBorder,
) -> Offer | str:
    """The service's offer, or the code of the reason why there is none."""
    warehouse = book.warehouses.get(service.warehouse)
    zone = zone_of(service.zones, facts.destination)
    if zone is None or warehouse is None:
        return "not_served"
    limits = Limits(service.max_weight_g, service.max_side_mm, service.max_girth_mm)
    parcels = pack(lines, limits)
    if parcels is None:
        return "too_large"
    card = service_cost(service, zone.zone, parcels, facts.now.date())
    if card is None:
        return "over_last_step"
    rate = book.rate(card.cost.currency, facts.currency)
    if rate is None:
        return "no_exchange_rate"
    destination = book.calendar(facts.destination.country)
    customs = crosses(warehouse.country, facts.destination)
    promised = promise(
        facts.now, warehouse, service.handling_days, zone.days_min, zone.days_max,
        book.calendar(warehouse.country), destination,
        destination.customs_days if customs else 0,
    )
    cost = convert(card.cost, rate)
    return Offer(
        service, zone, parcels, card.chargeable_g, card.cost, cost, rate, card.step, promised,
        card.heaviest_g,
    )


def _preference(offer: Offer) -> tuple[int, date, str]:
    return offer.cost.minor, offer.promise.latest, offer.service.code


def _tier_place(tier: str) -> tuple[int, str]:
    return (_TIERS.index(tier) if tier in _TIERS else len(_TIERS)), tier


def _option(
    tier: str, offers: Mapping[str, Offer], facts: QuoteFacts, paid_goods: Money, book: RateBook
) -> tuple[DeliveryOption, list[Why]]:
    chosen = [offers[warehouse] for warehouse in sorted(offers)]
    cost = Money.total((offer.cost for offer in chosen), facts.currency)
    threshold = free_from(book, facts.market.code, tier, facts.currency, facts.now.date())
    is_freight = any(offer.heaviest_g > FREIGHT_ABOVE_G for offer in chosen)
    price = charge(cost, paid_goods, None if is_freight else threshold)
    is_free = bool(cost) and not price
    is_dap = any(offer.service.incoterm == "DAP" for offer in chosen)
    option = DeliveryOption(
        id=tier,
        tier=tier,
        price=price,
        cost=cost,
        incoterm="DAP" if is_dap else "DDP",
        earliest=max(offer.promise.earliest for offer in chosen),
        latest=max(offer.promise.latest for offer in chosen),
        services=tuple((offer.service.warehouse, offer.service.code) for offer in chosen),
        is_tracked=all(offer.service.is_tracked for offer in chosen),
        needs_phone=any(offer.service.needs_phone for offer in chosen),
        is_free_by="threshold" if is_free else "",
        dispatches=tuple((offer.service.warehouse, offer.promise.dispatch) for offer in chosen),
        order_by=min(offer.promise.order_by for offer in chosen),
    )
    why = [reason for offer in chosen for reason in _reasons(tier, offer)]
    if is_free and threshold is not None:
        params = {"option": tier, "minor": str(threshold.minor), "currency": threshold.currency}
        why.append(Why("shipping", "free_from", params=params))
    elif is_freight and threshold is not None and paid_goods >= threshold:
        params = {"option": tier, "above_g": str(FREIGHT_ABOVE_G)}
        why.append(Why("shipping", "freight_is_not_free", params=params))
    return option, why


def _reasons(tier: str, offer: Offer) -> list[Why]:
    service, validity = offer.service, offer.step.validity
    params = {
        "option": tier, "service": service.code, "carrier": service.carrier,
        "warehouse": service.warehouse, "zone": offer.zone.zone,
        "parcels": str(len(offer.parcels)), "chargeable_g": str(offer.chargeable_g),
        "minor": str(offer.card_cost.minor), "currency": offer.card_cost.currency,
    }
    fuel = f"{service.fuel_percent.normalize():f} %" if service.fuel_percent else ""
    rows = [Why("shipping", "rate_card", fuel, _iso(validity.first), validity.source,
                validity.confidence, params)]
    rate = offer.rate
    if rate.base != rate.quote:
        text = f"1 {rate.base} = {rate.value:.6f} {rate.quote}"
        rows.append(Why("shipping", "converted", text, rate.as_of.isoformat(), rate.source,
                        params={"option": tier, "service": service.code}))
    return rows


def _not_offered(tier: str, warehouse: str, reasons: set[str]) -> Why:
    """The most telling reason: a parcel too large says more than a country not served."""
    reason = next((one for one in _REFUSALS if one in reasons), "no_service")
    params = {"option": tier, "warehouse": warehouse, "reason": reason}
    return Why("shipping", "tier_not_offered", params=params)


def _iso(day: date) -> str:
    return "" if day == date.min else day.isoformat()

"""Cases about parcels: chargeable weight, a rate card's price, days of delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, time, timedelta, timezone
from decimal import Decimal

from app.kernel.money import Money
from app.rules.chargeable import Measured, WeightRule, weigh
from app.rules.delivery import plan
from app.rules.explanation import Why
from app.rules.rate_book import CalendarRow
from app.rules.rate_card import Surcharge, ZoneRates, rate_card_price
from app.rules.shipping import charge
from app.services.scenarios.amounts import Answer
from app.services.scenarios.fields import Fields, Refused, Unsupported

_ROUNDED_SIDES = ("round_dims_up", "round_dims_up_to", "round_dimensions", "round_dims",
                  "dim_round_up", "dimension_step")
_VOLUME_FROM = ("volumetric_above", "divisor_above", "only_above", "applies_above")


def chargeable(case: Fields) -> Answer:
    """What parcels are charged as, by a carrier's rule; units are those of the case."""
    parcels = []
    for parcel in case.each("parcels", needed=True):
        sides = [Decimal(str(side)) for side in parcel.items("dims", needed=True)]
        if len(sides) != 3:
            raise Refused("dims are three sides")
        parcels.append(Measured((sides[0], sides[1], sides[2]), parcel.number("weight")))
        parcel.end()
    fields = case.inside("rule")
    unit = fields.text("unit", "kg")
    rule = _weight_rule(fields)
    found = weigh(parcels, rule)
    why = Why("chargeable", "max_actual_volumetric", rate=f"{rule.divisor}", source="case")
    return {"parcels": [str(one) for one in found.parcels], "chargeable": str(found.total),
            "unit": unit}, {"chargeable": [why], "parcels": [why]}


def _weight_rule(fields: Fields) -> WeightRule:
    divisor = fields.number("divisor", "0")
    steps = []
    for step in fields.each("steps"):
        steps.append((step.maybe_number("up_to"), step.number("step")))
        step.end()
    minimum, per = fields.number("minimum", "0"), fields.text("per", "parcel")
    name = fields.any_of(*_ROUNDED_SIDES)
    side: Decimal | None = None
    if name:
        raw = fields.rest_of(name)
        side = Decimal(1) if raw is True else Decimal(str(raw)) if raw else None
    name = fields.any_of(*_VOLUME_FROM)
    above = fields.number(name) if name else Decimal(0)
    fields.end()
    return WeightRule(divisor, tuple(steps) or ((None, Decimal(1)),), minimum, per, side, above)


def card_price(case: Fields) -> Answer:
    """What a rate card asks, and what the shopper is charged."""
    card = case.inside("rate_card")
    currency = card.currency("currency")
    zones = card.inside("zones")
    zone = case.text("zone")
    if not zones.has(zone):
        raise Unsupported(f"the rate card does not serve zone {zone}")
    rates = _zone(zones.inside(zone))
    zones.rest()
    surcharges = [_surcharge(row) for row in card.each("surcharges")]
    card.end()
    weight = case.number("chargeable_kg")
    apply = [str(name) for name in case.items("apply")]
    price = rate_card_price(rates, surcharges, [weight], apply)
    if price is None:
        raise Unsupported(f"{weight} kg is over the last tier of zone {zone}: not offered")
    cost = Money(price.cost, currency)
    asked = charge(cost, Money(case.whole("goods_minor", 0), currency), _threshold(case, currency))
    lines = [{"name": name, "minor": minor} for name, minor in price.lines]
    why = [Why("cost", f"rate_card_{name}", source="case") for name, _ in price.lines]
    return {"lines": lines, "cost_minor": cost.minor, "charge_minor": asked.minor}, {
        "cost_minor": why}


def _threshold(case: Fields, currency: str) -> Money | None:
    minor = case.maybe_whole("free_from_minor")
    return None if minor is None else Money(minor, currency)


def _zone(fields: Fields) -> ZoneRates:
    tiers = []
    for tier in fields.each("tiers"):
        tiers.append((tier.number("up_to_kg"), tier.whole("price_minor")))
        tier.end()
    found = ZoneRates(
        tuple(tiers), fields.number("first_kg", "0"), fields.whole("first_minor", 0),
        fields.number("step_kg", "0"), fields.whole("step_minor", 0),
    )
    fields.end()
    return found


def _surcharge(fields: Fields) -> Surcharge:
    found = Surcharge(
        fields.text("name"),
        fields.text("type", one_of=("per_kg_min", "fixed", "percent_base", "fuel")),
        fields.whole("per_kg_minor" if fields.has("per_kg_minor") else "minor", 0),
        fields.whole("min_minor", 0), fields.number("percent", "0"),
        fields.yes("fuel_applies", default=False),
    )
    fields.end()
    return found


def delivery(case: Fields) -> Answer:
    """Dispatch, first and last day of delivery."""
    offset = timedelta(minutes=case.whole("warehouse_utc_offset_min"))
    local = case.moment("ordered_at_utc").astimezone(UTC).astimezone(timezone(offset))
    transit = [int(day) for day in case.items("transit_days", needed=True)]
    found = plan(
        local, time.fromisoformat(case.text("cut_off")), case.whole("handling_days", 0),
        (transit[0], transit[-1]), _calendar(case.inside("origin_calendar")),
        _calendar(case.inside("destination_calendar")), case.whole("customs_days", 0),
    )
    why = Why("dispatch", "cut_off_and_calendars", source="case")
    return {"dispatch": str(found.dispatch), "earliest": str(found.earliest),
            "latest": str(found.latest)}, {"dispatch": [why], "latest": [why]}


def _calendar(fields: Fields) -> CalendarRow:
    found = CalendarRow(
        "case", frozenset(int(day) for day in fields.items("weekend")),
        frozenset(date.fromisoformat(day) for day in fields.items("holidays")),
    )
    fields.end()
    return found


OPERATIONS: Mapping[str, Callable[[Fields], Answer]] = {
    "chargeable_weight": chargeable, "shipping_price": card_price, "delivery_date": delivery,
}

"""Cases about parcels: chargeable weight, a rate card's price, days of delivery."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.kernel.money import Money, round_half_up
from app.rules.chargeable import Measured, WeightRule, weigh
from app.rules.delivery import plan
from app.rules.explanation import Why
from app.rules.rate_book import CalendarRow
from app.rules.rate_card import KINDS, CardPrice, Surcharge, ZoneRates, rate_card_price
from app.rules.shipping import charge
from app.services.scenarios.amounts import Answer
from app.services.scenarios.fields import Fields, Refused

# The same thing has many names with carriers: a field is known by what its name says.
_ROUNDED_SIDES = re.compile(r"(round|ceil|next|whole).*(dim|side|inch|cm)|^round_up$|"
                            r"(dim|side|inch)\w*_(round|ceil|step|up|increment)")
_VOLUME_FROM = re.compile(r"above|over|threshold|from|exceed|larger|greater|min\w*_volume|exempt")
_FREE_FROM = re.compile(r"free|threshold")
_GOODS = re.compile(r"^(goods|order|cart|basket|subtotal|items|merchandise|value)\w*_minor$")
_TAX = re.compile(r"^(tax|vat)(_rate|_percent)?$")
_NO_ROUNDING = {"", "none", "no", "as_measured", "exact"}
_NEAREST = {"nearest", "half_up", "round"}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def chargeable(case: Fields) -> Answer:
    """What parcels are charged as, by a carrier's rule; units are those of the case."""
    parcels: list[Measured] = []
    for parcel in case.each("parcels", needed=True):
        sides = [_decimal(side, "dims") for side in parcel.items("dims", needed=True)]
        if len(sides) != 3:
            raise Refused("dims are three sides")
        one = Measured((sides[0], sides[1], sides[2]), parcel.number("weight"))
        parcels += [one] * parcel.whole(parcel.any_of("qty", "quantity", "count") or "qty", 1)
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
    minimum = fields.number("minimum", "0")
    per = fields.text("per", "parcel", one_of=("parcel", "shipment"))
    side, is_nearest = _side_rounding(fields)
    name = _named(fields, _VOLUME_FROM)
    above = fields.number(name) if name else Decimal(0)
    fields.end()
    return WeightRule(divisor, tuple(steps) or ((None, Decimal(1)),), minimum, per, side, above,
                      is_nearest=is_nearest)


def _side_rounding(fields: Fields) -> tuple[Decimal | None, bool]:
    """To what sides are rounded (None: as measured), and whether to the nearest."""
    name = _named(fields, _ROUNDED_SIDES)
    if not name:
        return None, False
    raw = fields.rest_of(name)
    if raw is True:
        return Decimal(1), False
    if raw is False or (isinstance(raw, str) and raw in _NO_ROUNDING):
        return None, False
    if isinstance(raw, str) and not re.fullmatch(r"[0-9.]+", raw):
        return Decimal(1), raw in _NEAREST
    return _decimal(raw, name) or None, False


def card_price(case: Fields) -> Answer:
    """What a rate card asks, and what the shopper is charged."""
    card = case.inside("rate_card")
    currency = card.currency("currency")
    zones = card.inside("zones")
    zone = case.text("zone")
    found = _zone(zones.inside(zone)) if zones.has(zone) else None
    zones.rest()
    surcharges = [_surcharge(row) for row in card.each("surcharges")]
    threshold = _threshold(case, card, currency)
    card.end()
    weights = _weights(case)
    apply = [str(name) for name in case.items("apply")]
    goods = _goods(case, currency)
    if found is None:
        return _not_offered(f"the rate card does not serve zone {zone}")
    price = rate_card_price(found, surcharges, weights, apply, value=goods.minor)
    if price is None:
        return _not_offered(f"over the last tier of zone {zone}")
    return _priced(price, _tax(case), goods, threshold)


def _priced(price: CardPrice, tax: Decimal, goods: Money, threshold: Money | None) -> Answer:
    lines = [{"name": name, "minor": minor} for name, minor in price.lines]
    why = [Why("cost", f"rate_card_{name}", source="case") for name, _ in price.lines]
    cost = Money(price.cost, goods.currency)
    if tax:
        on_top = Money(round_half_up(cost.minor * tax / 100), cost.currency)
        lines.append({"name": "tax", "minor": on_top.minor})
        cost += on_top
    asked = charge(cost, goods, threshold)
    if threshold is not None and not asked and cost:
        why.append(Why("charge", "free_from", rate=str(threshold.minor), source="case"))
    return {"offered": True, "lines": lines, "cost_minor": cost.minor,
            "charge_minor": asked.minor}, {"cost_minor": why, "charge_minor": why}


def _not_offered(reason: str) -> Answer:
    """Not a price of zero: there is none."""
    why = Why("cost", "tier_not_offered", source="case", params={"reason": reason})
    return {"offered": False, "not_offered": reason, "lines": [], "cost_minor": None,
            "charge_minor": None}, {"cost_minor": [why]}


def _weights(case: Fields) -> list[Decimal]:
    """One chargeable weight, or one for each parcel."""
    name = case.any_of("chargeable_kg", "chargeable_lb", "chargeable") or "chargeable_kg"
    raw = case.rest_of(name)
    if raw is None:
        raise Refused(f"{name} is missing")
    found = [_decimal(one, name) for one in (raw if isinstance(raw, list) else [raw])]
    if any(one < 0 for one in found):
        raise Refused(f"{name} is less than nothing")
    return found


def _goods(case: Fields, currency: str) -> Money:
    """What the goods cost after discount, in the basis of the market's prices."""
    name = _named(case, _GOODS)
    minor = case.whole(name) if name else 0
    return Money(minor - case.whole("discount_minor", 0), currency)


def _threshold(case: Fields, card: Fields, currency: str) -> Money | None:
    for fields in (case, card):
        name = _named(fields, _FREE_FROM)
        if not name:
            continue
        if isinstance(fields.peek(name), Mapping):
            inner = fields.inside(name)
            found = inner.maybe_whole(_named(inner, re.compile("minor")) or "from_minor")
            inner.end()
        else:
            found = fields.maybe_whole(name)
        return None if found is None else Money(found, currency)
    return None


def _tax(case: Fields) -> Decimal:
    name = _named(case, _TAX)
    return case.number(name) if name else Decimal(0)


def _zone(fields: Fields) -> ZoneRates:
    tiers: list[tuple[Decimal, int]] = []
    values: list[tuple[int, int]] = []
    for tier in fields.each("tiers"):
        if tier.has("up_to_value_minor"):
            values.append((tier.whole("up_to_value_minor"), tier.whole("price_minor")))
        else:
            weight = tier.any_of("up_to_kg", "up_to_lb", "up_to") or "up_to_kg"
            tiers.append((tier.number(weight), tier.whole("price_minor")))
        tier.end()
    first = fields.any_of("first_kg", "first_lb") or "first_kg"
    step = fields.any_of("step_kg", "step_lb") or "step_kg"
    found = ZoneRates(
        tuple(sorted(tiers)), fields.number(first, "0"), fields.whole("first_minor", 0),
        fields.number(step, "0"), fields.whole("step_minor", 0), tuple(sorted(values)),
    )
    fields.end()
    return found


def _surcharge(fields: Fields) -> Surcharge:
    found = Surcharge(
        fields.text("name"), fields.text("type", one_of=KINDS),
        fields.whole("per_kg_minor" if fields.has("per_kg_minor") else "minor", 0),
        fields.whole("min_minor", 0), fields.number("percent", "0"),
        fields.yes("fuel_applies", default=False), fields.yes("per_parcel", default=False),
        fields.whole("above_minor", 0),
    )
    fields.end()
    return found


def delivery(case: Fields) -> Answer:
    """Dispatch, first and last day of delivery."""
    local = _local_time(case)
    transit = _range(case)
    found = plan(
        local, _cut_off(case.text("cut_off")), case.whole("handling_days", 0), transit,
        _calendar(case, "origin_calendar"), _calendar(case, "destination_calendar"),
        case.whole("customs_days", 0),
    )
    why = Why("dispatch", "cut_off_and_calendars", source="case")
    return {"dispatch": str(found.dispatch), "earliest": str(found.earliest),
            "latest": str(found.latest)}, {"dispatch": [why], "latest": [why]}


def _local_time(case: Fields) -> datetime:
    """The moment of the order by the warehouse's clock: its offset, or its time zone."""
    moment = _moment(case)
    name = case.any_of("warehouse_time_zone", "time_zone")
    if name:
        try:
            return moment.astimezone(ZoneInfo(case.text(name)))
        except (KeyError, ValueError, OSError):
            raise Refused(f"{name} is not a time zone") from None
    offset = timedelta(minutes=_signed(case, "warehouse_utc_offset_min"))
    return moment.astimezone(UTC).astimezone(timezone(offset))


def _moment(case: Fields) -> datetime:
    """In UTC where nothing else is said and the field's name says so."""
    if not case.has("ordered_at_utc"):
        return case.moment("ordered_at")
    try:
        moment = datetime.fromisoformat(case.text("ordered_at_utc"))
    except ValueError:
        raise Refused("ordered_at_utc is not a moment in ISO 8601") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _signed(case: Fields, name: str) -> int:
    minutes = case.whole(name)
    if abs(minutes) >= 24 * 60:
        raise Refused(f"{name} is a day or more")
    return minutes


def _range(case: Fields) -> tuple[int, int]:
    raw = case.rest_of("transit_days")
    days = raw if isinstance(raw, list) else [raw]
    if not 1 <= len(days) <= 2 or any(type(day) is not int or day < 0 for day in days):
        raise Refused("transit_days is not the fewest and the most days")
    return days[0], days[-1]


def _cut_off(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Refused("cut_off is not a time like 14:00") from None


def _calendar(case: Fields, name: str) -> CalendarRow:
    fields = case.inside(name)
    weekend = frozenset(_weekday(day) for day in fields.items("weekend"))
    try:
        holidays = frozenset(date.fromisoformat(day) for day in fields.items("holidays"))
    except (TypeError, ValueError):
        raise Refused(f"{name}.holidays are not dates like 2026-12-25") from None
    fields.end()
    return CalendarRow("case", weekend, holidays)


def _weekday(day: Any) -> int:
    """Monday is 0; "fri" and "Friday" are read as well."""
    if isinstance(day, str) and day[:3].lower() in _DAYS:
        return _DAYS.index(day[:3].lower())
    if type(day) is int and 0 <= day <= 6:
        return day
    raise Refused(f"{day!r} is not a day of the week, 0 (Monday) to 6")


def _decimal(value: Any, name: str) -> Decimal:
    if type(value) is int or (isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value)):
        return Decimal(value)
    raise Refused(f"{name} is not a decimal string")


def _named(fields: Fields, pattern: re.Pattern[str]) -> str:
    """The first field that is there and whose name says this, or ''."""
    names: Sequence[str] = fields.names()
    return next((name for name in names if fields.has(name) and pattern.search(name)), "")


OPERATIONS: Mapping[str, Callable[[Fields], Answer]] = {
    "chargeable_weight": chargeable, "shipping_price": card_price, "delivery_date": delivery,
}

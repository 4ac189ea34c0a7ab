"""Shipping as lines of a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from app.kernel.money import Money
from app.rules.result import ComparedService, DeliveryOption
from app.rules.shipping_rows import ServiceRow
from app.services.rates.book import rate_book


def compared_row(row: ComparedService | Mapping[str, Any], *, is_down: bool = False) -> str:
    """A service that was compared: price in steps, days, whether it is taken."""
    values = asdict(row) if isinstance(row, ComparedService) else dict(row)
    name = f"{values['warehouse']}  {values['tier']:<9}{values['service']:<18}{values['carrier']}"
    down = "  DOWN NOW" if is_down else ""
    if values["refused"]:
        return f"  {name}: not offered ({values['refused']}){down}"
    cost = values["cost"]
    steps = " + ".join(f"{code} {minor}" for code, minor in values["lines"])
    mark = f"* taken by {values['preferred']}" if values["is_chosen"] else " "
    return (
        f"{mark[:1]} {name}: {Money(cost['minor'], cost['currency']).major} {cost['currency']}  "
        f"{values['parcels']} parcel(s), {values['chargeable_g']} g, zone {values['zone']}  "
        f"[{steps} {values['card_currency']}]  {values['earliest']} – {values['latest']}"
        f"{' live' if values['is_live'] else ''}{mark[1:].rstrip()}{down}"
    )


def option_row(option: DeliveryOption) -> str:
    """What the shopper may choose."""
    price = f"{option.price.major} {option.price.currency}"
    free = f" (free; costs {option.cost.major})" if option.is_free_by else ""
    services = ", ".join(code for _, code in option.services)
    return (f"= {option.tier}: {price}{free}  {option.earliest} – {option.latest}  "
            f"{option.incoterm}  {services}")


def service_rows(code: str, day: date) -> list[str]:
    """All services in a line each; or one with its zones, card and surcharges of a day."""
    services = rate_book(day).services
    if not code:
        return [_summary(row) for row in services.values()]
    row = services.get(code)
    return [] if row is None else [_summary(row), *_details(row, day)]


def _summary(row: ServiceRow) -> str:
    starts = sorted({step.validity.first.isoformat() for step in row.steps})
    return (f"{row.code:<18}{row.carrier:<22}{row.mode:<9}{row.tier:<9}{row.warehouse:<5}"
            f"{row.incoterm}  ≤ {row.max_weight_g} g  {len(row.zones)} places  "
            f"cards from {', '.join(starts) or 'never'}")


def _details(row: ServiceRow, day: date) -> Iterator[str]:
    for zone in row.zones:
        place = " ".join(filter(None, (
            zone.country, zone.region,
            f"{zone.postcode_prefix}–{zone.postcode_to}".strip("–"))))
        days = "not served" if zone.is_excluded else f"{zone.days_min}–{zone.days_max} days"
        yield f"  zone {zone.zone:<10}{place}: {days}"
    for step in row.steps:
        if not step.validity.covers(day):
            continue
        more = f", each {step.step_g} g more {step.step_cost}" if step.step_g else ""
        limit = (f"goods to {step.up_to_value}" if step.up_to_value is not None
                 else f"to {step.up_to_g} g")
        yield (f"  {step.zone:<10}{limit}: {step.amount.minor}{more} {step.amount.currency}  "
               f"from {step.validity.first} {step.validity.source}".rstrip())
    for one in row.surcharges:
        if one.validity.covers(day):
            yield (f"  + {one.code} ({one.kind}) {one.minor or ''} {one.percent or ''} "
                   f"{'in ' + one.area if one.area else ''} until {one.validity.last or 'open'}")

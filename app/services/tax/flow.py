"""Local sales tax for a quote: kept answers at once, new questions through the worker.

Nobody waits: until a service has answered, or while it is away, the state's row of the table holds
and the quote says that it is an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select

from app.extensions import db, providers, transaction
from app.kernel import clock
from app.kernel.address import Destination
from app.kernel.errors import ProviderRejected
from app.models.live_tax import LiveTaxRate
from app.rules.live_tax import LiveTax
from app.services.markets import MarketView
from app.services.outbox import jobs
from app.services.tax.port import TaxPlace

log = structlog.get_logger()

FRESH = timedelta(hours=24)
JOB = "live_tax"


def live_tax(place: Destination, market: MarketView, now: datetime) -> LiveTax | None:
    """What a service said of this place within a day; None where nobody is asked or has answered.
    Reads only."""
    key = _key(place, market, now)
    row = _kept(key, now) if key else None
    if row is None:
        return None
    return LiveTax(f"US-{place.region}", row.percent, row.shipping_percent, f"{row.provider} tax",
                   row.asked_at.date())


def ask_soon(address: Mapping[str, str], market: MarketView) -> None:
    """Let the worker ask about this address, unless its postcode is known. In a transaction."""
    now = clock.now()
    place = Destination(address.get("country", ""), address.get("region", ""),
                        address.get("postal_code", ""), address.get("city", ""))
    key = _key(place, market, now)
    if key and _kept(key, now + FRESH / 2) is None:
        jobs.add(JOB, f"{JOB}:{key}:{now:%Y%m%d%H}", {
            "place": key, "region": place.region, "postal_code": place.postal_code,
            "city": place.city,
        })


def look_up(payload: Mapping[str, Any]) -> None:
    """The job. Raises ProviderUnavailable, so that it is asked again later; an account that does
    not collect in the state is not asked again for this address."""
    service = next(iter(providers().sales_tax.values()), None)
    if service is None or _kept(str(payload["place"]), clock.now() + FRESH / 2) is not None:
        return
    place = TaxPlace("US", str(payload["region"]), str(payload["postal_code"]),
                     str(payload["city"]))
    asked_at = clock.now()
    try:
        found = providers().circuits.of(f"tax:{service.code}").call(lambda: service.rate(place))
    except ProviderRejected as error:
        log.warning("live_tax_refused", provider=service.code, region=place.region,
                    reason=str(error.params.get("reason", "")))
        raise
    with transaction() as session:
        session.add(LiveTaxRate(
            provider=service.code, place=str(payload["place"]), percent=found.percent,
            shipping_percent=found.shipping_percent, answer=dict(found.raw), asked_at=asked_at,
        ))


def _key(place: Destination, market: MarketView, now: datetime) -> str:
    """The place's name where a service is asked: a postcode of a state the seller collects in."""
    if place.country != "US" or not place.region or len(place.postal_code) < 5 or (
        not providers().sales_tax
    ):
        return ""
    if f"US:{place.region}" not in market.seller_on(now.date()).registrations:
        return ""
    return f"US-{place.region} {place.postal_code[:10]}"


def _kept(key: str, now: datetime) -> LiveTaxRate | None:
    return db.session.scalar(
        select(LiveTaxRate).where(LiveTaxRate.place == key, LiveTaxRate.asked_at >= now - FRESH)
        .order_by(LiveTaxRate.asked_at.desc(), LiveTaxRate.id.desc()).limit(1)
    )

"""Live rates: asked when an address is given, kept for an hour, read by the quote as a fact.

Without a key, a service that names a live rate, an answer in time or a fresh row, the shop's own
rate card holds. The quote itself asks nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import timedelta

import structlog
from sqlalchemy import select

from app.extensions import db, providers, transaction, upsert
from app.kernel import clock
from app.kernel.address import Destination
from app.kernel.errors import ProviderError
from app.kernel.money import Money
from app.models.carrier import LiveRate
from app.rules.facts import LineFacts, LiveFacts, QuoteFacts
from app.rules.offers import limits_of
from app.rules.parcel import Parcel
from app.rules.parcels import pack
from app.rules.rate_book import RateBook
from app.rules.shipping_rows import ServiceRow
from app.services.shipping.port import Box, LiveQuote, RateProvider

KEPT = timedelta(hours=1)
log = structlog.get_logger()


def known(facts: QuoteFacts, book: RateBook) -> tuple[LiveFacts, ...]:
    """The fresh answers for these goods and this place; one statement, none without live rates."""
    wanted = _services(facts, book)
    if not wanted:
        return ()
    rows = db.session.scalars(
        select(LiveRate).where(
            LiveRate.mark == mark(facts), LiveRate.until > clock.now(),
            LiveRate.service.in_([one.code for one in wanted]),
        ).order_by(LiveRate.service)
    )
    return tuple(
        LiveFacts(row.service, Money(row.amount_minor, row.currency), row.days,
                  "live rates of the carrier", row.asked_at.date())
        for row in rows
    )


def refresh(facts: QuoteFacts, book: RateBook) -> int:
    """Ask for what is not known yet and keep it: how many services have answered.

    Never inside a transaction. A provider that is late, down or says no is logged, and the rate
    card holds; after some failures in a row it is left alone for a minute.
    """
    provider: RateProvider | None = providers().live_rates
    wanted = _services(facts, book)
    if provider is None or not wanted or known(facts, book):
        return 0
    found: dict[str, LiveQuote] = {}
    answers: dict[tuple[str, tuple[Box, ...]], tuple[LiveQuote, ...]] = {}
    for service in wanted:
        warehouse = book.warehouses[service.warehouse]
        parcels = pack(_lines(facts.lines, service.warehouse), limits_of(service), warehouse.boxes)
        if not parcels:
            continue
        question = (service.warehouse, tuple(map(_box, parcels)))
        if question not in answers:
            origin = Destination(warehouse.country, warehouse.region, warehouse.postal_code,
                                 warehouse.city)
            answers[question] = _ask(provider, origin, facts.destination, question[1])
        quote = next((one for one in answers[question] if one.service == service.live_code), None)
        if quote is not None:
            found[service.code] = quote
    _keep(mark(facts), found)
    return len(found)


def mark(facts: QuoteFacts) -> str:
    """What an answer is for: the pieces by warehouse, and the place."""
    place = facts.destination
    content = [place.country, place.region, place.postal_code, sorted(
        (line.warehouse, line.weight_g, *sorted(line.size_mm), line.quantity)
        for line in facts.lines)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _services(facts: QuoteFacts, book: RateBook) -> list[ServiceRow]:
    """Services with a live rate that could take these goods."""
    houses = {line.warehouse for line in facts.lines}
    carriers = facts.market.carriers
    return [
        one for one in book.services.values()
        if one.live_code and one.warehouse in houses and (not carriers or one.carrier in carriers)
    ]


def _ask(
    provider: RateProvider, origin: Destination, to: Destination, boxes: tuple[Box, ...]
) -> tuple[LiveQuote, ...]:
    circuit = providers().circuits.of(provider.code)
    try:
        answer: tuple[LiveQuote, ...] = circuit.call(lambda: provider.rates(origin, to, boxes))
    except ProviderError as error:
        log.warning("live_rates_failed", provider=provider.code, code=error.code,
                    reason=error.params.get("reason", ""))
        return ()
    return answer


def _keep(name: str, found: dict[str, LiveQuote]) -> None:
    if not found:
        return
    now = clock.now()
    with transaction() as session:
        for service, quote in sorted(found.items()):
            values = {"amount_minor": quote.amount.minor, "currency": quote.amount.currency,
                      "days": quote.days, "asked_at": now, "until": now + KEPT}
            session.execute(
                upsert(LiveRate).values(mark=name, service=service, **values)
                .on_conflict_do_update(index_elements=["mark", "service"], set_=values)
            )


def _lines(lines: Iterable[LineFacts], warehouse: str) -> list[LineFacts]:
    return [line for line in lines if line.warehouse == warehouse]


def _box(parcel: Parcel) -> Box:
    return Box(parcel.weight_g, parcel.length_mm, parcel.width_mm, parcel.height_mm)

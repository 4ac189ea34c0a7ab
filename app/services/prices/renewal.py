"""Converted prices follow the base price and the exchange rate; small moves are left alone."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel import clock
from app.models.catalogue import Variant
from app.models.price import PriceList
from app.services import markets
from app.services.outbox.log import emit
from app.services.prices import listing, turn
from app.services.prices.planning import Planner, Source, Target
from app.services.rates.book import rate_book

CHUNK = 200  # variants per transaction: a write lock of a fraction of a second


@dataclass(slots=True)
class RenewalReport:
    """Converted prices new, replaced, left alone, and closed for want of a base price."""

    added: int = 0
    replaced: int = 0
    kept: int = 0
    closed: int = 0
    products: set[int] = field(default_factory=set)  # those whose prices changed
    without_rate: set[str] = field(default_factory=set)  # currencies that could not be converted


def renew_converted(
    product_ids: Collection[int] | None = None, *, now: datetime | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> RenewalReport:
    """Keep, replace or add the converted prices of these products (all), in batches.

    On every list with `is_converted`, in every currency of the shop that has no set price there.
    A price is replaced only when it moves by the currency's threshold, or when its base price or
    the rounding policy has changed. Rows are closed, never overwritten. Safe to repeat.

    now       the moment the new prices begin, and the day of the rates; default the present
    progress  told (variants done, variants in all) after every batch
    """
    report = RenewalReport()
    targets, currencies = _targets(), markets.currencies()
    if not targets or not currencies:
        return report
    planner = Planner(targets, currencies, rate_book(now.date() if now else None))
    chunks = _variant_chunks(product_ids)
    done, total = 0, sum(map(len, chunks))
    for variants in chunks:
        _renew_chunk(planner, variants, report, now)
        done += len(variants)
        progress(done, total)
    report.without_rate = planner.without_rate
    return report


def refresh_due(now: datetime | None = None) -> int:
    """The minute's sweep: prices that have begun or ended reach conversions and listings.

    returns  how many products were looked at
    """
    products = listing.due(now)
    db.session.rollback()
    if products:
        renew_converted(products, now=now)
        with transaction():
            listing.refresh(products, now)
            for product_id in sorted(products):
                emit("price", product_id)
    return len(products)


def _renew_chunk(
    planner: Planner, variants: dict[int, int], report: RenewalReport, now: datetime | None
) -> None:
    # Looked at first without the write lock, since mostly there is nothing to do; what is done is
    # decided again under it, because somebody may have set a price in between.
    work = planner.plan(db.session(), variants, now or clock.now())
    if not work.variants:
        report.kept += work.kept
        return
    with transaction() as session:
        turn.take(session)
        work = planner.plan(session, variants, now or clock.now())
        work.write(session)
        changed = {variants[variant_id] for variant_id in work.variants}
        for product_id in sorted(changed):
            emit("price", product_id)
        if changed:
            listing.refresh(changed, now)
    report.added += work.added
    report.replaced += work.replaced
    report.closed += work.ended
    report.kept += work.kept
    report.products |= changed


def _targets() -> list[Target]:
    lists = {row.id: row for row in db.session.scalars(select(PriceList))}
    return [
        Target(row.id, _sources(row, lists.get(row.parent_id or 0)))
        for row in sorted(lists.values(), key=lambda row: row.id)
        if row.is_converted
    ]


def _sources(prices: PriceList, parent: PriceList | None) -> tuple[Source, ...]:
    own = Source(prices.id, prices.currency)
    if parent is None:
        return (own,)
    if prices.strip_rate is not None:
        return (Source(parent.id, parent.currency, prices.strip_rate), own)
    if parent.tax_included == prices.tax_included:
        return (own, Source(parent.id, parent.currency))
    return (own,)


def _variant_chunks(product_ids: Collection[int] | None) -> list[dict[int, int]]:
    wanted = select(Variant.id, Variant.product_id).order_by(Variant.product_id, Variant.id)
    if product_ids is None:
        rows = list(db.session.execute(wanted))
    else:
        ids = sorted(set(product_ids))
        rows = [
            row for start in range(0, len(ids), CHUNK)
            for row in db.session.execute(
                wanted.where(Variant.product_id.in_(ids[start:start + CHUNK]))
            )
        ]
    return [
        {row.id: row.product_id for row in rows[start:start + CHUNK]}
        for start in range(0, len(rows), CHUNK)
    ]

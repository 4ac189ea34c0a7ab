"""What is down: a carrier, one of its services, or its way to a country. Quotes pass it over."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import NotFound
from app.models.carrier import ShippingOutage
from app.models.shipping import ShippingService
from app.services.outbox import log


def mark_down(carrier: str, service: str = "", country: str = "", reason: str = "") -> bool:
    """Nothing more is offered with it. False when it is down already.

    raises  NotFound (unknown_carrier) for a carrier or service the shop does not have
    """
    _check(carrier, service)
    with transaction() as session:
        if session.scalar(select(ShippingOutage.id).where(*_same(carrier, service, country))):
            return False
        session.add(ShippingOutage(carrier=carrier, service=service, country=country,
                                   reason=reason, since=clock.now()))
        log.emit("rates")
    return True


def mark_up(carrier: str, service: str = "", country: str = "") -> int:
    """It works again: how many outages have ended. A carrier alone ends all of its outages."""
    _check(carrier, service)
    named = [ShippingOutage.carrier == carrier, ShippingOutage.until.is_(None)]
    if service or country:
        named = list(_same(carrier, service, country))
    with transaction() as session:
        rows = session.scalars(select(ShippingOutage).where(*named)).all()
        for row in rows:
            row.until = clock.now()
        if rows:
            log.emit("rates")
    return len(rows)


def open_now() -> Sequence[ShippingOutage]:
    """What is down, the longest first."""
    return db.session.scalars(
        select(ShippingOutage).where(ShippingOutage.until.is_(None)).order_by(ShippingOutage.id)
    ).all()


def _same(carrier: str, service: str, country: str) -> tuple[ColumnElement[bool], ...]:
    return (ShippingOutage.carrier == carrier, ShippingOutage.service == service,
            ShippingOutage.country == country, ShippingOutage.until.is_(None))


def _check(carrier: str, service: str) -> None:
    known = select(ShippingService.id).where(ShippingService.carrier == carrier)
    if service:
        known = known.where(ShippingService.code == service)
    if db.session.scalar(known.limit(1)) is None:
        raise NotFound("unknown_carrier", carrier=carrier, service=service)

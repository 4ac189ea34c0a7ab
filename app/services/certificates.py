"""Licences and certificates we hold for goods: recorded by hand, read with every quote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid
from app.models.restriction import Certificate, Restriction
from app.rules import origin
from app.rules.restrictions import HeldDocument
from app.services.catalogue import finding
from app.services.kept import Kept
from app.services.outbox import log

Held = Mapping[int, tuple[HeldDocument, ...]]

_held: Kept[Held] = Kept("rates", size=8)


def held() -> Held:
    """Variant id -> its documents; all of them, read once per change."""
    return _held.get("all", _read)


def record(sku: str, document: str, destination: str = "*", number: str = "",  # noqa: PLR0913 - what a paper says
           first: date | None = None, last: date | None = None) -> bool:
    """Note a document for a SKU; the same document and number again renews its days.

    first, last  its days, last inclusive; from today, open
    returns      True when something was written
    raises       NotFound (unknown_sku), Invalid (period_empty, document_missing), Conflict
                 (document_unknown, params: known) for a document that no rule asks for and that
                 proves no origin
    """
    name = document.strip()
    begin = first or clock.now().date()
    if not name:
        raise Invalid("document_missing", fields={"document": "field_required"})
    if last is not None and last < begin:
        raise Invalid("period_empty", fields={"until": "period_empty"})
    variant_id = finding.variant(sku)
    with transaction() as session:
        asked = session.scalars(select(Restriction.document).where(Restriction.document != ""))
        known = {*asked, *origin.PAPERS}
        spelt = next((one for one in known if one.casefold() == name.casefold()), None)
        if spelt is None:
            raise Conflict("document_unknown", known=sorted(known))
        row = session.scalar(select(Certificate).where(
            Certificate.variant_id == variant_id, Certificate.document == spelt,
            Certificate.destination == destination, Certificate.number == number))
        if row is not None and (row.valid_from, row.valid_to) == (begin, last):
            return False
        if row is None:
            session.add(Certificate(variant_id=variant_id, document=spelt, destination=destination,
                                    number=number, valid_from=begin, valid_to=last))
        else:
            row.valid_from, row.valid_to = begin, last
        log.emit("rates")
        return True


def _read() -> Held:
    found: dict[int, list[HeldDocument]] = {}
    for row in db.session.scalars(select(Certificate).order_by(Certificate.id)):
        found.setdefault(row.variant_id, []).append(
            HeldDocument(row.document, row.destination, row.valid_from, row.valid_to))
    return {variant_id: tuple(rows) for variant_id, rows in found.items()}

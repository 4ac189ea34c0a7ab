"""Carriers as the merchant sees them, and which goods need care on the way."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Invalid, NotFound
from app.models.carrier import Carrier
from app.models.catalogue import Variant
from app.models.shipping import DangerousGoods
from app.rules.offers import volume_percent
from app.services.outbox import log
from app.services.rates.book import rate_book
from app.services.shipping.rows import score_of


def overview() -> Iterator[str]:
    """A line for every carrier that has a service or a score, best first."""
    today = clock.now().date()
    book = rate_book(today)
    stored = {row.code: row for row in db.session.scalars(select(Carrier))}
    names = {service.carrier for service in book.services.values()} | set(stored)
    for name in sorted(names, key=lambda one: (-book.shipping.scores.get(one, -1), one)):
        row = stored.get(name)
        score = score_of(row) if row else None
        parts = "" if row is None else (
            f"  coverage {_known(row.coverage)}, quality {_known(row.quality)}, "
            f"cost {_known(row.cost)}, technology {_known(row.technology)}")
        percent = volume_percent(book.shipping, name, today)
        terms = "" if row is None else "; ".join(f"{key}: {text}"
                                                 for key, text in row.contract.items())
        yield (f"{name:<22}score {_known(score)}{parts}  "
               f"{book.shipping.shipped_kg.get(name, 0)} kg last month, {percent} % off  {terms}")


def set_dangerous(sku: str, un: str, cell_wh: str = "", battery_wh: str = "") -> None:
    """Say what a variant is by the list of dangerous goods; '' makes it harmless.

    raises  NotFound (unknown_variant), Invalid (fields un, cell_wh, battery_wh)
    """
    wrong = {name: "not_a_number" for name, text in
             (("cell_wh", cell_wh), ("battery_wh", battery_wh)) if text and not _is_energy(text)}
    known = db.session.scalar(select(DangerousGoods.id).where(DangerousGoods.un == un).limit(1))
    if un and known is None:
        wrong["un"] = "unknown"
    if wrong:
        raise Invalid("invalid", fields=wrong)
    values = {"un": un, "cell_wh": cell_wh, "battery_wh": battery_wh} if un else {}
    with transaction() as session:
        row = session.scalar(select(Variant).where(Variant.sku == sku))
        if row is None:
            raise NotFound("unknown_variant", sku=sku)
        row.dangerous = {name: text for name, text in values.items() if text}
        log.emit("product", row.product_id)


def _is_energy(text: str) -> bool:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    return value.is_finite() and value >= 0


def _known(value: int | None) -> str:
    return "–" if value is None else str(value)

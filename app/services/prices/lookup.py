"""What things cost now, and what they cost before. Statements are built once; calls only bind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from app.extensions import db
from app.kernel import clock
from app.kernel.money import Money
from app.models.price import Price, PriceList
from app.models.types import UtcDateTime
from app.rules.prior_price import WINDOW, prior_price
from app.services.markets import ListRef

CHUNK = 900


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price of a variant. It holds from valid_from until just before valid_until (UTC)."""

    id: int
    variant_id: int
    amount: Money
    compare_at: Money | None
    list_code: str
    origin: str  # set, converted
    derivation: Mapping[str, Any]
    valid_from: datetime
    valid_until: datetime | None
    author: str = ""


def _rows(*moment: Any) -> Select[Any]:
    """Rows of some variants on a list and its parent; another tax basis is never mixed in."""
    return (
        select(
            Price.id, Price.variant_id, Price.amount_minor, Price.compare_at_minor,
            Price.currency, PriceList.code.label("list_code"), Price.price_list_id, Price.origin,
            Price.derivation, Price.valid_from, Price.valid_until, Price.author,
        )
        .join(PriceList, PriceList.id == Price.price_list_id)
        .where(
            Price.variant_id.in_(bindparam("variant_ids", expanding=True)),
            Price.price_list_id.in_(bindparam("list_ids", expanding=True)),
            PriceList.tax_included == bindparam("tax_included"),
            Price.currency == bindparam("currency"),
            *moment,
        )
    )


_now = bindparam("now", type_=UtcDateTime())
_since = bindparam("since", type_=UtcDateTime())
CURRENT = _rows(
    Price.valid_from <= _now, or_(Price.valid_until.is_(None), Price.valid_until > _now)
)
LOG = _rows(
    Price.valid_from <= _now, or_(Price.valid_until.is_(None), Price.valid_until > _since)
).order_by(Price.variant_id, Price.valid_from, Price.id)


def current(
    variant_ids: Collection[int], prices: ListRef, currency: str, now: datetime | None = None
) -> dict[int, PriceRow]:
    """variant id -> its price now; a variant without one is missing, never free.

    A row of the list itself goes before one of its parent, set before converted does not matter:
    a list holds one price per variant and currency at a time.
    """
    found: dict[int, PriceRow] = {}
    for row in _fetch(CURRENT, variant_ids, prices, currency, {"now": now or clock.now()}):
        if row.price_list_id == prices.id or row.variant_id not in found:
            found[row.variant_id] = _price(row)
    return found


def history(
    variant_id: int, prices: ListRef, currency: str, since: datetime, now: datetime | None = None
) -> tuple[PriceRow, ...]:
    """The price log: rows of the list and its parent that have held since then, in order."""
    until = now or clock.now()
    moments = {"since": since, "now": until}
    return tuple(map(_price, _fetch(LOG, [variant_id], prices, currency, moments)))


def in_force(
    variant_id: int, prices: ListRef, currency: str, since: datetime, now: datetime
) -> list[tuple[datetime, Money]]:
    """(from when, price) as the shopper saw it since then: the list's own row, else its
    parent's."""
    log = _fetch(LOG, [variant_id], prices, currency, {"since": since, "now": now})
    return _in_force(log, prices.id)


def lowest_30_days(
    variant_ids: Collection[int], prices: ListRef, currency: str, now: datetime | None = None
) -> dict[int, Money]:
    """variant id -> the lowest price of the 30 days before its present reduction began.

    A price that has stepped down further keeps the beginning of the first step. Variants whose
    price has not come down, or that had none before, are missing: nothing may be called reduced.
    source  Directive 98/6/EC Art. 6a
    """
    now = now or clock.now()
    # Steps down may go back further than the window; twice its length is far beyond any sale.
    moments = {"since": now - 3 * WINDOW, "now": now}
    rows: dict[int, list[Any]] = {}
    for row in _fetch(LOG, variant_ids, prices, currency, moments):
        rows.setdefault(row.variant_id, []).append(row)
    found = {}
    for variant_id, log in rows.items():
        held = _in_force(log, prices.id)
        begin = reduction_from(held)
        lowest = prior_price(held, begin) if begin else None
        if lowest is not None:
            found[variant_id] = lowest
    return found


def _fetch(
    statement: Select[Any], variant_ids: Collection[int], prices: ListRef, currency: str,
    moments: Mapping[str, datetime],
) -> Sequence[Any]:
    """Rows in the statement's order; many variants are asked for in several goes."""
    ids = list(dict.fromkeys(variant_ids))
    lists = [prices.id] if prices.parent_id is None else [prices.id, prices.parent_id]
    found: list[Any] = []
    for start in range(0, len(ids), CHUNK):
        found += db.session.execute(statement, {
            "variant_ids": ids[start:start + CHUNK], "list_ids": lists, "currency": currency,
            "tax_included": prices.tax_included, **moments,
        }).all()
    return found


def _price(row: Any) -> PriceRow:
    compare_at = row.compare_at_minor
    return PriceRow(
        row.id, row.variant_id, Money(row.amount_minor, row.currency),
        None if compare_at is None else Money(compare_at, row.currency), row.list_code,
        row.origin, row.derivation, row.valid_from, row.valid_until, row.author,
    )


def _in_force(log: Sequence[Any], own_list: int) -> list[tuple[datetime, Money]]:
    """(from when, price) as the shopper saw it: the list's own row, else the parent's."""
    moments = sorted({row.valid_from for row in log} | {
        row.valid_until for row in log if row.valid_until is not None
    })
    held: list[tuple[datetime, Money]] = []
    for moment in moments:
        rows = [
            row for row in log
            if row.valid_from <= moment and (row.valid_until is None or row.valid_until > moment)
        ]
        if rows:
            row = min(rows, key=lambda row: row.price_list_id != own_list)
            price = Money(row.amount_minor, row.currency)
            if not held or held[-1][1] != price:
                held.append((moment, price))
    return held


def reduction_from(held: Sequence[tuple[datetime, Money]]) -> datetime | None:
    """When the present fall of the price began; None when the last step was not down."""
    begin = None
    for (_, before), (moment, after) in reversed(list(pairwise(held))):
        if after >= before:
            break
        begin = moment
    return begin

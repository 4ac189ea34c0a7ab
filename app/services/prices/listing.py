"""ListingPrice: a product's lowest and highest price, kept for sorting and 'from' prices.

A list has rows in a currency only when some product has a price of its own there; then every
product has one, its parent's prices included. Readers join the list that `source` names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from app.extensions import db, transaction
from app.kernel import clock
from app.models.catalogue import Product, Variant
from app.models.price import ListingPrice, Price, PriceList
from app.services.markets import ListRef
from app.services.prices import turn

CHUNK = 150  # products per transaction

Pair = tuple[int, str]  # price list, currency


@dataclass(frozen=True, slots=True)
class Span:
    """What a ListingPrice row says, in minor units; compare_at belongs to the lowest price."""

    low_minor: int
    high_minor: int
    compare_at_minor: int | None
    changes_at: datetime | None


def source(prices: ListRef, currency: str) -> int:
    """The list whose ListingPrice rows answer for this list in this currency."""
    if prices.parent_id is None:
        return prices.id
    own = select(ListingPrice.id).where(
        ListingPrice.price_list_id == prices.id, ListingPrice.currency == currency
    )
    if db.session.execute(own.limit(1)).first() is not None:
        return prices.id
    return _parents(db.session()).get(prices.id, prices.id)


def refresh(product_ids: Collection[int] | None = None, now: datetime | None = None) -> int:
    """Bring the rows of these products (all) in step with their prices; returns rows changed."""
    now = now or clock.now()
    count = 0
    known: set[Pair] | None = None
    for chunk in _product_chunks(product_ids):
        with transaction() as session:
            turn.take(session)
            keeper = _Keeper(session, now)
            prices = keeper.prices(chunk)
            known = keeper.known_pairs() if known is None else known
            present = {(row.price_list_id, row.currency) for row in prices}
            count += keeper.keep(chunk, prices, known | present)
            # The first price of its own on a list: now the others need rows there as well.
            fresh = {pair for pair in present - known if pair[0] in keeper.parents}
            for others in _product_chunks(None) if fresh else ():
                count += keeper.keep(others, keeper.prices(others), fresh)
            known |= present
    return count


def due(now: datetime | None = None) -> set[int]:
    """Products for which a price has begun or ended since their rows were made."""
    now = now or clock.now()
    found = set(db.session.scalars(
        select(ListingPrice.product_id).where(ListingPrice.changes_at <= now).distinct()
    ))
    # Products that cost nothing anywhere until now have no row that could say when it changes.
    unlisted = db.session.scalars(
        select(Product.id).where(~exists().where(ListingPrice.product_id == Product.id))
    ).all()
    for start in range(0, len(unlisted), CHUNK):
        found.update(db.session.scalars(
            select(Variant.product_id).join(Price, Price.variant_id == Variant.id).where(
                Variant.product_id.in_(unlisted[start:start + CHUNK]), Variant.is_active,
                Price.valid_from <= now,
                or_(Price.valid_until.is_(None), Price.valid_until > now),
            )
        ))
    return found


class _Keeper:
    """One refresh: what is read once for all its products."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.parents = _parents(session)

    def known_pairs(self) -> set[Pair]:
        """Pairs that have rows: one probe of the index per pair, not a walk through the table."""
        columns = (ListingPrice.price_list_id, ListingPrice.currency)
        found: set[Pair] = set()
        last: Pair = (0, "")
        while True:
            row = self.session.execute(
                select(*columns).where(tuple_(*columns) > tuple_(*last)).order_by(*columns).limit(1)
            ).first()
            if row is None:
                return found
            last = (row.price_list_id, row.currency)
            found.add(last)

    def prices(self, products: Sequence[int]) -> Sequence[Any]:
        """Present and planned prices of the products' active variants."""
        return self.session.execute(
            select(
                Variant.product_id, Price.variant_id, Price.price_list_id, Price.currency,
                Price.amount_minor, Price.compare_at_minor, Price.valid_from, Price.valid_until,
            )
            .join(Variant, Variant.id == Price.variant_id)
            .where(
                Variant.product_id.in_(products), Variant.is_active,
                or_(Price.valid_until.is_(None), Price.valid_until > self.now),
            )
        ).all()

    def keep(self, products: Sequence[int], prices: Sequence[Any], pairs: Iterable[Pair]) -> int:
        """Insert, change and delete rows of these products for these pairs."""
        by_place: dict[tuple[int, int, str], list[Any]] = defaultdict(list)
        for row in prices:
            by_place[row.product_id, row.price_list_id, row.currency].append(row)
        wanted = {}
        for list_id, currency in pairs:
            parent = self.parents.get(list_id)
            for product_id in products:
                own = by_place.get((product_id, list_id, currency), [])
                above = by_place.get((product_id, parent, currency), []) if parent else []
                span = span_of(own, above, self.now) if own or above else None
                if span is not None:
                    wanted[product_id, list_id, currency] = span
        return self._write(products, set(pairs), wanted)

    def _write(
        self, products: Sequence[int], pairs: set[Pair],
        wanted: Mapping[tuple[int, int, str], Span],
    ) -> int:
        stored = {
            (row.product_id, row.price_list_id, row.currency): row
            for row in self.session.execute(
                select(ListingPrice.__table__).where(ListingPrice.product_id.in_(products))
            )
            if (row.price_list_id, row.currency) in pairs
        }
        gone = [row.id for key, row in stored.items() if key not in wanted]
        moved = [
            {"row_id": stored[key].id, **_columns(span)} for key, span in wanted.items()
            if key in stored and _columns(span) != _columns(stored[key])
        ]
        fresh = [
            {"product_id": key[0], "price_list_id": key[1], "currency": key[2], **_columns(span)}
            for key, span in wanted.items() if key not in stored
        ]
        connection = self.session.connection()
        if gone:
            self.session.execute(delete(ListingPrice).where(ListingPrice.id.in_(gone)))
        if moved:
            connection.execute(
                update(ListingPrice).where(ListingPrice.id == bindparam("row_id")).values(
                    {name: bindparam(name) for name in Span.__slots__}
                ),
                moved,
            )
        if fresh:
            connection.execute(insert(ListingPrice), fresh)
        return len(gone) + len(moved) + len(fresh)


def span_of(own: Sequence[Any], above: Sequence[Any], now: datetime) -> Span | None:
    """Lowest and highest of a product's present prices; None when it has none now.

    own, above  present and planned rows of the list and of its parent, of all variants
    """
    held: dict[int, Any] = {}
    for row in (*above, *own):
        if row.valid_from <= now:
            held[row.variant_id] = row
    if not held:
        return None
    low = min(held.values(), key=lambda row: row.amount_minor)
    moments = [
        moment for row in (*own, *above) for moment in (row.valid_from, row.valid_until)
        if moment is not None and moment > now
    ]
    return Span(
        low.amount_minor, max(row.amount_minor for row in held.values()), low.compare_at_minor,
        min(moments, default=None),
    )


def _columns(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Span.__slots__}


def _parents(session: Session) -> dict[int, int]:
    """List -> the parent whose prices may stand in: one of the same tax basis."""
    lists = {row.id: row for row in session.execute(select(PriceList.__table__))}
    return {
        row.id: row.parent_id for row in lists.values()
        if row.parent_id and lists[row.parent_id].tax_included == row.tax_included
    }


def _product_chunks(product_ids: Collection[int] | None) -> Iterator[list[int]]:
    ids = (
        sorted(set(product_ids)) if product_ids is not None
        else list(db.session.scalars(select(Product.id).order_by(Product.id)))
    )
    for start in range(0, len(ids), CHUNK):
        yield ids[start:start + CHUNK]

"""Stock: received, promised, sold. Counters move by one conditional UPDATE each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, bindparam, insert, select, update

from app.extensions import db, touched, transaction
from app.kernel.errors import Conflict, OutOfStock
from app.models.stock import Reservation, StockItem, StockMove, Warehouse
from app.services.outbox import log

FEW = 5
_IDS: Any = bindparam("ids", expanding=True)
_FREE = (
    select(StockItem.variant_id, Warehouse.code, StockItem.on_hand - StockItem.reserved)
    .join(Warehouse, Warehouse.id == StockItem.warehouse_id)
    .where(StockItem.variant_id.in_(_IDS), StockItem.on_hand > StockItem.reserved)
)
_HELD = (
    select(Reservation.variant_id, Warehouse.code, Reservation.quantity)
    .join(Warehouse, Warehouse.id == Reservation.warehouse_id)
    .where(Reservation.order_id == bindparam("order_id"), Reservation.state == "held",
           Reservation.variant_id.in_(_IDS))
)
_PROMISE = insert(Reservation)
_TAKE = (
    update(StockItem)
    .where(
        StockItem.variant_id == bindparam("variant"),
        StockItem.warehouse_id == bindparam("warehouse"),
        StockItem.on_hand - StockItem.reserved >= bindparam("pieces", type_=Integer),
    )
    .values(reserved=StockItem.reserved + bindparam("pieces", type_=Integer))
    .returning(StockItem.on_hand - StockItem.reserved)
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True, slots=True, order=True)
class Allocation:
    """So many of a variant from one warehouse. Sorted, they give everybody one order of locks."""

    variant_id: int
    warehouse_id: int
    quantity: int


def receive(variant_id: int, warehouse_id: int, quantity: int, reason: str = "receipt",
            reference: str = "") -> None:
    """Add (or with a negative quantity take away) pieces on hand, with the move that says why.

    raises  Conflict  when fewer are free than shall be taken away
    """
    with transaction() as session:
        item = session.scalar(
            select(StockItem.id).where(
                StockItem.variant_id == variant_id, StockItem.warehouse_id == warehouse_id
            )
        )
        if item is None:
            session.add(StockItem(variant_id=variant_id, warehouse_id=warehouse_id))
            session.flush()
        changed = session.execute(
            update(StockItem)
            .where(
                StockItem.variant_id == variant_id, StockItem.warehouse_id == warehouse_id,
                StockItem.on_hand + quantity >= StockItem.reserved,
            )
            .values(on_hand=StockItem.on_hand + quantity)
            .execution_options(synchronize_session=False)
        )
        if touched(changed) == 0:
            raise Conflict("stock_promised")
        session.add(StockMove(variant_id=variant_id, warehouse_id=warehouse_id, quantity=quantity,
                              reason=reason, reference=reference))
        log.emit("stock", variant_id)


def reserve(order_id: int, allocations: Iterable[Allocation]) -> None:
    """Promise pieces to an order, all or none. Raises OutOfStock (nothing kept)."""
    with transaction() as session:
        kept = sorted(allocations)
        for wanted in kept:
            if not _take(wanted):
                raise OutOfStock(variant=wanted.variant_id)
        session.execute(_PROMISE, [
            {"order_id": order_id, "variant_id": wanted.variant_id, "state": "held",
             "warehouse_id": wanted.warehouse_id, "quantity": wanted.quantity}
            for wanted in kept
        ])


def reserve_again(order_id: int) -> bool:
    """Promise an expired order's pieces once more (its money came late). False: not all there."""
    with transaction() as session:
        held = _reservations(order_id, "released")
        taken: list[Allocation] = []
        for row in held:
            wanted = Allocation(row.variant_id, row.warehouse_id, row.quantity)
            if not _take(wanted):
                for done in taken:
                    _give_back(done)
                return False
            taken.append(wanted)
        for row in held:
            row.state = "held"
        session.flush()
        return bool(held)


def release(order_id: int) -> int:
    """Give back what an order holds, once however often it is called. Returns how many rows."""
    with transaction():
        held = _reservations(order_id, "held")
        for row in held:
            _give_back(Allocation(row.variant_id, row.warehouse_id, row.quantity))
            row.state = "released"
        return len(held)


def claim(order_id: int, reference: str) -> None:
    """The order is paid: its pieces leave the stock for good, once."""
    with transaction() as session:
        for row in _reservations(order_id, "held"):
            session.execute(
                update(StockItem)
                .where(StockItem.variant_id == row.variant_id,
                       StockItem.warehouse_id == row.warehouse_id)
                .values(on_hand=StockItem.on_hand - row.quantity,
                        reserved=StockItem.reserved - row.quantity)
                .execution_options(synchronize_session=False)
            )
            row.state = "claimed"
            session.add(StockMove(variant_id=row.variant_id, warehouse_id=row.warehouse_id,
                                  quantity=-row.quantity, reason="sale", reference=reference))


def put_back(order_id: int, reference: str) -> None:
    """A paid order was cancelled before dispatch: its claimed pieces return, once."""
    with transaction():
        for row in _reservations(order_id, "claimed"):
            row.state = "released"
            receive(row.variant_id, row.warehouse_id, row.quantity, "return", reference)


def available(variant_ids: Iterable[int],
              order_id: int | None = None) -> dict[int, dict[str, int]]:
    """variant id -> warehouse code -> pieces that may be promised now (0 left out).

    order_id  an order whose own promises do not count: its cart is asked for once more, and what
              it has reserved itself is there for it
    """
    ids = list(variant_ids)
    rows: list[Any] = list(db.session.execute(_FREE, {"ids": ids}))
    if order_id is not None:
        rows += db.session.execute(_HELD, {"ids": ids, "order_id": order_id})
    found: dict[int, dict[str, int]] = {}
    for variant_id, warehouse, count in rows:
        here = found.setdefault(variant_id, {})
        here[warehouse] = here.get(warehouse, 0) + count
    return found


def warehouse_ids() -> Mapping[str, int]:
    """Warehouse code -> id."""
    return dict(db.session.execute(select(Warehouse.code, Warehouse.id)).all())


def _take(wanted: Allocation) -> bool:
    """One conditional statement: read-then-write would oversell."""
    left = db.session.execute(_TAKE, {
        "variant": wanted.variant_id, "warehouse": wanted.warehouse_id, "pieces": wanted.quantity,
    }).scalar_one_or_none()
    if left is None:
        return False
    _say(wanted.variant_id, left)
    return True


def _give_back(held: Allocation) -> None:
    left = db.session.execute(
        update(StockItem)
        .where(StockItem.variant_id == held.variant_id,
               StockItem.warehouse_id == held.warehouse_id)
        .values(reserved=StockItem.reserved - held.quantity)
        .returning(StockItem.on_hand - StockItem.reserved)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    _say(held.variant_id, left - held.quantity)


def _say(variant_id: int, fewest: int) -> None:
    """Pages show stock as in, few or out: they change only where few are left, before or after."""
    if fewest <= FEW:
        log.emit("stock", variant_id)


def _reservations(order_id: int, state: str) -> list[Reservation]:
    return list(db.session.scalars(
        select(Reservation)
        .where(Reservation.order_id == order_id, Reservation.state == state)
        .order_by(Reservation.variant_id, Reservation.warehouse_id)
        .with_for_update()
    ))

"""Stock of variants nobody has counted yet: laid in for many at once.

What is there already moves only through services/stock.py, whose rows these are.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert

from app.extensions import db
from app.kernel import clock
from app.models.stock import StockItem, StockMove
from app.services.outbox.many import emit_all

Place = tuple[int, int]  # variant id, warehouse id


def lay_in(counts: Mapping[Place, int], reference: str) -> None:
    """Pieces (> 0) of variants in warehouses where they have no stock item; with their moves."""
    if not counts:
        return
    connection, now = db.session().connection(), clock.now()
    connection.execute(insert(StockItem), [
        {"variant_id": variant_id, "warehouse_id": warehouse_id, "on_hand": count, "reserved": 0}
        for (variant_id, warehouse_id), count in counts.items()
    ])
    connection.execute(insert(StockMove), [
        {"variant_id": variant_id, "warehouse_id": warehouse_id, "quantity": count,
         "reason": "receipt", "reference": reference, "moved_at": now}
        for (variant_id, warehouse_id), count in counts.items()
    ])
    emit_all("stock", (variant_id for variant_id, _warehouse_id in counts))

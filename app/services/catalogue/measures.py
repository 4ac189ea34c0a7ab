"""How much a product holds, for the price per kilogram, litre, metre or piece.

source  Directive 98/6/EC Art. 3: unit prices of goods sold by quantity, wherever a price is shown
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from sqlalchemy import select

from app.extensions import db
from app.kernel.money import Money
from app.models.catalogue import Attribute, ProductAttribute
from app.rules.unit_price import UnitPrice, unit_price
from app.services.kept import Kept

CONTENT = frozenset({"content", "net_content", "net_weight", "net_volume", "volume"})

_measures: Kept[Mapping[int, tuple[Decimal, str]]] = Kept("catalogue", size=4)


def unit_price_of(product_id: int, price: Money) -> UnitPrice | None:
    """The unit price of one piece; None for goods that do not say how much they hold."""
    held = _measures.get("all", _read).get(product_id)
    if held is None:
        return None
    try:
        return unit_price(price, *held)
    except ValueError:  # an unknown unit, or nothing in it
        return None


def _read() -> Mapping[int, tuple[Decimal, str]]:
    rows = db.session.execute(
        select(ProductAttribute.product_id, ProductAttribute.text, Attribute.unit)
        .join(Attribute, Attribute.id == ProductAttribute.attribute_id)
        .where(Attribute.code.in_(CONTENT), ProductAttribute.text != "")
        .order_by(Attribute.position.desc(), Attribute.id.desc())
    )
    found: dict[int, tuple[Decimal, str]] = {}
    for product_id, text, unit in rows:
        try:
            found[product_id] = (Decimal(text), unit)
        except InvalidOperation:
            continue
    return found

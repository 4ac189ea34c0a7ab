"""Tables of the shop. Importing this package makes the metadata complete."""

from app.models import (
    carrier,
    cart,
    catalogue,
    content,
    document,
    fx_difference,
    live_tax,
    market,
    media,
    order,
    outbox,
    payment,
    price,
    promotion,
    rates,
    restriction,
    shipping,
    stock,
    tax_filing,
    tax_id,
    translation,
    wording,
)
from app.models.types import Base

__all__ = [
    "Base", "carrier", "cart", "catalogue", "content", "document", "fx_difference", "live_tax",
    "market", "media", "order", "outbox", "payment", "price", "promotion", "rates",
    "restriction", "shipping", "stock", "tax_filing", "tax_id", "translation", "wording",
]

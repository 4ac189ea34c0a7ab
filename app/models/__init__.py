"""Tables of the shop. Importing this package makes the metadata complete."""

from app.models import (
    cart,
    catalogue,
    content,
    market,
    media,
    order,
    outbox,
    payment,
    price,
    promotion,
    rates,
    shipping,
    stock,
    translation,
)
from app.models.types import Base

__all__ = [
    "Base", "cart", "catalogue", "content", "market", "media", "order", "outbox", "payment",
    "price", "promotion", "rates", "shipping", "stock", "translation",
]

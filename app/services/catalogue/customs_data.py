"""What customs and safety law ask of goods, set for one variant or product by hand."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel.errors import Invalid
from app.models.catalogue import Product, Variant
from app.models.translation import ProductText
from app.services.catalogue import finding, hs_list
from app.services.catalogue.hs_list import Heading
from app.services.outbox import log

PROPOSED = 3


def set_customs(sku: str, *, hs_code: str = "", origin: str = "", weight_g: int = 0) -> bool:
    """Give a SKU an HS code (six to ten digits, in the list), an origin, a weight in grams.

    What is empty stays. Returns True when something changed.
    raises  NotFound (unknown_sku), Invalid (hs_code_unknown, origin_unknown)
    """
    code = "".join(hs_code.replace(".", " ").split())
    if code and not hs_list.is_known(code):
        proposed = [one.code for one in hs_list.search(code[:4], PROPOSED)]
        raise Invalid("hs_code_unknown", fields={"hs_code": "hs_code_unknown"}, digits=code,
                      near=" ".join(proposed))
    if origin and not (len(origin) == 2 and origin.isalpha()):
        raise Invalid("origin_unknown", fields={"origin": "country_unknown"})
    values = {"hs_code": code, "origin": origin.upper(), "weight_g": weight_g}
    with transaction() as session:
        row = session.get_one(Variant, finding.variant(sku))
        changes = {name: value for name, value in values.items()
                   if value and getattr(row, name) != value}
        for name, value in changes.items():
            setattr(row, name, value)
        if changes:
            session.flush()
            log.emit("product", row.product_id)
        return bool(changes)


def set_maker(code: str, contact: Mapping[str, str]) -> None:
    """Who made a product and how to reach them (GPSR Art. 19). Raises NotFound."""
    with transaction() as session:
        row = session.get_one(Product, finding.product(code))
        row.manufacturer = {**row.manufacturer,
                            **{name: value for name, value in contact.items() if value}}
        session.flush()
        log.emit("product", row.id)


def proposals(words: str, most: int = PROPOSED) -> list[Heading]:
    """HS codes a thing of this English name may have, best first."""
    return hs_list.search(words, most)


def without_code() -> list[tuple[str, str]]:
    """(SKU, English name of its product) of variants on sale whose code is missing or unknown."""
    rows = db.session.execute(
        select(Variant.sku, Variant.hs_code, ProductText.name)
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(ProductText,
                   (ProductText.product_id == Product.id) & (ProductText.language == "en"))
        .where(Variant.is_active).order_by(Product.position, Variant.position)
    )
    return [(sku, name or "") for sku, code, name in rows if not hs_list.is_known(code)]

"""The cast, always the same: shop Nordlys, its markets, tea, cup, lamp, book; Ada, Bo and Cy.

Small on purpose: prices a reader can add up in the head, tables with round rates. Everything goes
through the shop's own services, so that the world cannot be what the shop cannot be.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from app.extensions import transaction
from app.models.catalogue import Category, Product, Variant
from app.models.promotion import Promotion
from app.models.translation import CategoryText
from app.services import stock
from app.services.catalogue import editing
from app.services.catalogue.drafts import (
    BrandDraft,
    PriceDraft,
    ProductDraft,
    TextDraft,
    VariantDraft,
)
from app.services.demo import foundation
from app.services.media import flow as media
from app.services.prices.renewal import renew_converted
from tests.pictures import picture

ADA = {"email": "ada@nordlys.example", "name": "Ada Lovelace", "line1": "Torstraße 112",
       "city": "Berlin", "postal_code": "10115", "country": "DE"}
BO = {"email": "bo@nordlys.example", "name": "Bo Diddley", "line1": "500 Main Street",
      "city": "Los Angeles", "region": "CA", "postal_code": "90012", "country": "US"}
CY = {"email": "cy@nordlys.example", "name": "Cy Twombly", "line1": "Rua Augusta 1",
      "city": "Lisboa", "postal_code": "1100-048", "country": "PT"}
HIRO = {"email": "hiro@nordlys.example", "name": "山田 太郎", "line1": "千代田1-1",
        "region": "東京都", "postal_code": "100-0001", "country": "JP"}
NURA = {"email": "nura@nordlys.example", "name": "نورة الصباح", "line1": "Block 3, Street 5",
        "city": "Kuwait City", "country": "KW"}


@dataclass(frozen=True)
class Sold:
    """An article of the cast: code, SKU, price in euro cents, grams, stock in Lisbon."""

    code: str
    sku: str
    cents: int
    grams: int
    pieces: int
    tax_category: str = "standard"
    hs_code: str = "691200"
    origin: str = "PT"
    extra: tuple[tuple[str, str, int], ...] = ()  # (list, currency, minor)


TEA = Sold("tea", "TEA", 1999, 250, 50, "food", "090240", "IN",
           (("us", "USD", 2199), ("jp", "JPY", 3200), ("kw", "KWD", 6750)))
CUP = Sold("cup", "CUP", 500, 300, 100, extra=(("us", "USD", 600), ("jp", "JPY", 800),
                                               ("kw", "KWD", 1675)))
LAMP = Sold("lamp", "LAMP", 8900, 1800, 0, hs_code="940511")
BOOK = Sold("book", "BOOK", 1500, 400, 20, "books", "490199")
LAST = Sold("vase", "VASE", 4000, 900, 1)
CAST = (TEA, CUP, LAMP, BOOK, LAST)


def build() -> None:
    """Foundation of the demo (markets, law, shipping) and the cast's goods."""
    foundation.lay()
    shelf = _shelf()
    warehouses = stock.warehouse_ids()
    shown = media.add(picture(), "cup.png", {"en": "A cup"}).id
    drafts = [_draft(sold, shelf, shown, warehouses["LIS"]) for sold in CAST]
    outcomes = editing.upsert_products(drafts)
    lacking = editing.publish_all([outcome.product_id for outcome in outcomes])
    assert not lacking, lacking
    renew_converted()
    with transaction() as session:
        session.add(Promotion(code="ten", coupon="TEN", name={"en": "Ten percent"},
                              kind="percent", percent=Decimal(10), usage_limit=2))


def variant_id(sold: Sold) -> int:
    """The id of an article's variant."""
    with transaction() as session:
        return session.scalars(select(Variant.id).where(Variant.sku == sold.sku)).one()


def product_id(sold: Sold) -> int:
    """The id of an article's product."""
    with transaction() as session:
        return session.scalars(select(Product.id).where(Product.code == sold.code)).one()


def _shelf() -> int:
    with transaction() as session:
        shelf = Category(code="table", depth=1)
        session.add(shelf)
        session.flush()
        session.add_all([
            CategoryText(category_id=shelf.id, language="en", name="Table", slug="table"),
            CategoryText(category_id=shelf.id, language="de", name="Tisch", slug="tisch"),
        ])
        return shelf.id


def _draft(sold: Sold, shelf: int, shown: int, lisbon: int) -> ProductDraft:
    prices = [PriceDraft("base", "EUR", sold.cents)]
    prices += [PriceDraft(name, currency, minor) for name, currency, minor in sold.extra]
    return ProductDraft(
        code=sold.code, author="world", brand=BrandDraft("Nordlys", "nordlys"),
        texts={
            "en": TextDraft(sold.code.title(), slug=sold.code, summary=f"A {sold.code}.",
                            description=f"A plain {sold.code} for every day."),
            "de": TextDraft(GERMAN[sold.code], slug=GERMAN[sold.code].lower(), summary="Schlicht.",
                            description="Für jeden Tag."),
        },
        categories=(shelf,), media=(shown,), tax_category=sold.tax_category,
        variants=(VariantDraft(
            sku=sold.sku, weight_g=sold.grams, length_mm=150, width_mm=120, height_mm=100,
            hs_code=sold.hs_code, origin=sold.origin, prices=tuple(prices),
            stock={lisbon: sold.pieces},
        ),),
    )


GERMAN = {"tea": "Tee", "cup": "Tasse", "lamp": "Lampe", "book": "Buch", "vase": "Vase"}

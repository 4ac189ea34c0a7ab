"""What the API answers about markets and products."""

from __future__ import annotations

from pydantic import BaseModel, Field

from app.blueprints.api.answers import Amount, Picture, UnitPrice


class Market(BaseModel):
    """The first country, currency and language are the defaults."""

    code: str
    name: str
    countries: list[str]
    currencies: list[str]
    languages: list[str]
    tax_display: str = Field(description="incl or excl")
    units: str
    is_default: bool


class Markets(BaseModel):
    """Every open market."""

    items: list[Market]
    next: str | None = None


class ProductSummary(BaseModel):
    """A product in a list; price is its lowest."""

    code: str
    slug: str
    name: str
    language: str = Field(description="The language the name is in")
    brand: str
    price: Amount
    price_is_from: bool = Field(description="Variants differ; this is the lowest")
    previous_price: Amount | None = Field(
        description="What a reduction is measured from, where the law allows to call it one")
    unit_price: UnitPrice | None = Field(description="For goods sold by quantity")
    tax_included: bool
    stock: str = Field(description="in, few or out")
    picture: Picture | None
    url: str


class Products(BaseModel):
    """A page of products."""

    items: list[ProductSummary]
    next: str | None


class Chosen(BaseModel):
    """An option and the value a variant has of it."""

    option: str
    name: str
    value: str
    label: str


class CampaignPrice(BaseModel):
    """A price with its offers; percent refers to previous_price and is rounded down."""

    label: str
    price: Amount
    previous_price: Amount | None = Field(description="In the EU the lowest of 30 days; or null")
    percent: int | None


class Variant(BaseModel):
    """What is bought. Weight in grams, packed size in millimetres."""

    sku: str
    barcode: str
    options: list[Chosen]
    price: Amount | None
    previous_price: Amount | None
    unit_price: UnitPrice | None
    campaign: CampaignPrice | None = Field(description="What offers without a code make of it")
    available: int
    weight_g: int
    size_mm: list[int]
    hs_code: str
    origin: str


class Product(BaseModel):
    """A product as its page tells it; description in Markdown."""

    code: str
    slug: str
    slugs: dict[str, str]
    name: str
    language: str
    brand: str
    summary: str
    description: str
    categories: list[str]
    tax_included: bool
    variants: list[Variant]
    pictures: list[Picture]
    is_on_sale: bool
    url: str

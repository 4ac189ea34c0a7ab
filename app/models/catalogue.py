"""Products, their variants and where they stand: categories, tags, attributes, options."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime


class Brand(Base):
    """Who makes it, as the shopper knows them."""

    __tablename__ = "brand"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]


class Category(Base):
    """A shelf. At most three levels: depth 1, 2, 3."""

    __tablename__ = "category"
    __table_args__ = (
        CheckConstraint("depth BETWEEN 1 AND 3", name="depth"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="own_parent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    depth: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id"))


class Product(Base):
    """What is described and shown; what is sold is a variant of it."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published', 'archived')", name="state"),
        Index("ix_product_state_published_at", "state", "published_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(128), unique=True)
    brand_id: Mapped[int | None] = mapped_column(ForeignKey("brand.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    tax_category: Mapped[str] = mapped_column(String(32), default="standard")
    on_sale_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    on_sale_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    off_sale_reason: Mapped[str] = mapped_column(default="")
    manufacturer: Mapped[dict[str, Any]] = mapped_column(default=dict)  # GPSR contact
    position: Mapped[int] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(String(32), default="")  # "shopify", "woocommerce", …
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=clock.now, onupdate=clock.now
    )


class Variant(Base):
    """One thing on the shelf of a warehouse: a SKU."""

    __tablename__ = "variant"
    __table_args__ = (
        CheckConstraint("weight_g >= 0", name="weight"),
        CheckConstraint("length_mm >= 0 AND width_mm >= 0 AND height_mm >= 0", name="size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), index=True
    )
    sku: Mapped[str] = mapped_column(String(128), unique=True)
    barcode: Mapped[str] = mapped_column(String(32), default="", index=True)
    position: Mapped[int] = mapped_column(default=0)
    weight_g: Mapped[int] = mapped_column(default=0)
    length_mm: Mapped[int] = mapped_column(default=0)
    width_mm: Mapped[int] = mapped_column(default=0)
    height_mm: Mapped[int] = mapped_column(default=0)
    hs_code: Mapped[str] = mapped_column(String(10), default="")
    origin: Mapped[str] = mapped_column(String(2), default="")
    # {"un": "UN3481", "cell_wh": "19", "battery_wh": "19"} of dangerous goods, else {}
    dangerous: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    is_active: Mapped[bool] = mapped_column(default=True)


class VariantCustomsCode(Base):
    """The national tariff code (8 to 10 digits) of a variant in a destination's customs area
    ("EU", "US"), where the six digits of the world's list are not enough."""

    __tablename__ = "variant_customs_code"

    variant_id: Mapped[int] = mapped_column(
        ForeignKey("variant.id", ondelete="CASCADE"), primary_key=True
    )
    destination: Mapped[str] = mapped_column(String(4), primary_key=True)
    code: Mapped[str] = mapped_column(String(10))


class ProductCategory(Base):
    """A product stands on a shelf; `is_main` gives its breadcrumb."""

    __tablename__ = "product_category"

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    category_id: Mapped[int] = mapped_column(
        ForeignKey("category.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    is_main: Mapped[bool] = mapped_column(default=False)


class Tag(Base):
    """A word of the controlled vocabulary, with its label in every language."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[dict[str, str]]


class ProductTag(Base):
    """A product carries a tag."""

    __tablename__ = "product_tag"

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    tag_id: Mapped[int] = mapped_column(
        ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Attribute(Base):
    """A fact products have: material, capacity. A facet can be filtered by."""

    __tablename__ = "attribute"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[dict[str, str]]
    unit: Mapped[str] = mapped_column(String(16), default="")
    is_facet: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)


class AttributeValue(Base):
    """One value of a facet's vocabulary."""

    __tablename__ = "attribute_value"
    __table_args__ = (UniqueConstraint("attribute_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attribute_id: Mapped[int] = mapped_column(ForeignKey("attribute.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(64))
    label: Mapped[dict[str, str]]


class ProductAttribute(Base):
    """A product's value: of the vocabulary (value_id), or a number in the attribute's unit."""

    __tablename__ = "product_attribute"

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    attribute_id: Mapped[int] = mapped_column(
        ForeignKey("attribute.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    value_id: Mapped[int | None] = mapped_column(ForeignKey("attribute_value.id"), index=True)
    text: Mapped[str] = mapped_column(default="")


class Option(Base):
    """What a shopper chooses: size, finish. kind: swatch or text."""

    __tablename__ = "option"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[dict[str, str]]
    kind: Mapped[str] = mapped_column(String(8), default="text")


class OptionValue(Base):
    """One choice of an option; `swatch` is a CSS hex colour or ''."""

    __tablename__ = "option_value"
    __table_args__ = (UniqueConstraint("option_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    option_id: Mapped[int] = mapped_column(ForeignKey("option.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(64))
    label: Mapped[dict[str, str]]
    swatch: Mapped[str] = mapped_column(String(9), default="")
    position: Mapped[int] = mapped_column(default=0)


class ProductOption(Base):
    """A product is chosen by this option, in this place."""

    __tablename__ = "product_option"

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    option_id: Mapped[int] = mapped_column(
        ForeignKey("option.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(default=0)


class VariantOption(Base):
    """A variant is this value of that option."""

    __tablename__ = "variant_option"

    variant_id: Mapped[int] = mapped_column(
        ForeignKey("variant.id", ondelete="CASCADE"), primary_key=True
    )
    option_value_id: Mapped[int] = mapped_column(
        ForeignKey("option_value.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ProductRelation(Base):
    """Shown beside a product as related."""

    __tablename__ = "product_relation"

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    related_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(default=0)

"""What somebody wants a product to be: the input of editing.upsert_products().

In every draft None means "leave as it is" and an empty value means "empty it". Codes are short
and stable; names are written per language (BCP 47). Weights in grams, lengths in millimetres.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Words = Mapping[str, str]  # language -> text


@dataclass(frozen=True, slots=True)
class TextDraft:
    """A product's words in one language.

    slug        the address it shall have; "": it keeps its own
    first_slug  words a new text's address is made of; "": of the name
    """

    name: str
    slug: str = ""
    first_slug: str = ""
    summary: str | None = None
    description: str | None = None
    care: str | None = None
    seo_title: str | None = None
    seo_description: str | None = None


@dataclass(frozen=True, slots=True)
class PriceDraft:
    """A price on a list, in minor units of `currency`, in the list's tax basis."""

    list_code: str
    currency: str
    amount_minor: int
    compare_at_minor: int | None = None


@dataclass(frozen=True, slots=True)
class ChoiceDraft:
    """One value of an option or of a vocabulary. An empty code is made of the label."""

    label: Words
    code: str = ""
    swatch: str = ""


@dataclass(frozen=True, slots=True)
class OptionDraft:
    """An option a product is chosen by, with the values this product uses, in order."""

    label: Words
    values: tuple[ChoiceDraft, ...]
    code: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class AttributeDraft:
    """A fact of the product: a value of the vocabulary, or free text (a number in `unit`)."""

    label: Words
    code: str = ""
    value: ChoiceDraft | None = None
    text: str = ""
    unit: str = ""
    is_facet: bool = False


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """One SKU.

    choices  one value per option of the product, in the order of its options
    stock    warehouse id -> pieces on hand there (set, not added)
    media    ids of pictures it is best seen in, in order
    main_picture  for who knows only the first of them: it is put first, the others stay
    """

    sku: str
    choices: tuple[ChoiceDraft, ...] = ()
    barcode: str | None = None
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    hs_code: str | None = None
    origin: str | None = None
    is_active: bool = True
    prices: tuple[PriceDraft, ...] = ()
    stock: Mapping[int, int] = field(default_factory=dict)
    media: tuple[int, ...] | None = None
    main_picture: int | None = None


@dataclass(frozen=True, slots=True)
class BrandDraft:
    """Who makes it. An empty code is made of the name."""

    name: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """A whole product. Languages that `texts` does not name keep their words.

    categories  ids; the first is the main one. keeps_other_categories: others stay beside them
    tags        tag ids
    media       ids of its pictures, in order
    variants    those not named here are taken off sale, not deleted (orders may know them)
    related     product codes; unknown ones are left out
    source      where it first came from; kept from then on
    """

    code: str
    texts: Mapping[str, TextDraft]
    variants: tuple[VariantDraft, ...]
    brand: BrandDraft | None = None
    categories: tuple[int, ...] | None = None
    keeps_other_categories: bool = False
    tags: tuple[int, ...] | None = None
    attributes: tuple[AttributeDraft, ...] | None = None
    options: tuple[OptionDraft, ...] = ()
    media: tuple[int, ...] | None = None
    related: tuple[str, ...] | None = None
    tax_category: str | None = None
    manufacturer: Mapping[str, str] | None = None
    position: int | None = None
    source: str | None = None
    author: str = ""
    reference: str = ""  # on the stock moves this draft causes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a draft: created, updated or unchanged."""

    product_id: int
    change: str

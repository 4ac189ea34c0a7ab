"""Shopify's product CSV: the columns of 2017, of 2021, of 2025 and of the present template."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.services.catalogue.drafts import (
    AttributeDraft,
    BrandDraft,
    ChoiceDraft,
    OptionDraft,
    TextDraft,
    VariantDraft,
)
from app.services.imports import cells
from app.services.imports.entries import Entry, Findings, Target, path_of, unguarded, words_of
from app.services.imports.html_words import markdown_of, plain_of
from app.services.imports.reading import Row

SOURCE = "shopify"
NEEDED = ("handle",)
COLUMNS = {
    "handle": ("Handle", "URL handle"),
    "title": ("Title",),
    "body": ("Body (HTML)", "Description", "Body HTML"),
    "vendor": ("Vendor",),
    "category": ("Product Category", "Standard Product Type", "Standardized Product Type"),
    "type": ("Type", "Product Type", "Custom Product Type"),
    "tags": ("Tags",),
    "published": ("Published", "Published on online store"),
    "status": ("Status",),
    "sku": ("Variant SKU", "SKU"),
    "grams": ("Variant Grams", "Weight value (grams)"),
    "weight": ("Variant Weight", "Weight"),
    "weight_unit": ("Variant Weight Unit", "Weight unit for display", "Weight unit"),
    "quantity": ("Variant Inventory Qty", "Inventory quantity", "Variant Inventory Quantity"),
    "price": ("Variant Price", "Price"),
    "compare_at": ("Variant Compare At Price", "Compare-at price"),
    "requires_shipping": ("Variant Requires Shipping", "Requires shipping"),
    "barcode": ("Variant Barcode", "Barcode"),
    "hs_code": ("Variant Harmonized System Code", "Harmonized System Code", "HS Code",
                "Variant HS Code"),
    "origin": ("Variant Country of Origin", "Country of Origin", "COO", "Country/Region of origin"),
    "image": ("Image Src", "Product image URL"),
    "image_position": ("Image Position",),
    "image_alt": ("Image Alt Text",),
    "variant_image": ("Variant Image", "Variant image URL"),
    "gift_card": ("Gift Card",),
    "seo_title": ("SEO Title",),
    "seo_description": ("SEO Description",),
    **{f"option{n}_{part}": (f"Option{n} {part}", f"Option {n} {part}")
       for n in (1, 2, 3) for part in ("name", "value")},
}
_METAFIELD = re.compile(r"(.+) \(product\.metafields\.[^)]+\)")
_LAST_POSITION = 10**6


def key_of(row: Row) -> str:
    """Rows with the same handle are one product."""
    return row["handle"].casefold() or f"line {row.line}"


def read(rows: Sequence[Row], target: Target) -> tuple[Entry | None, Findings]:
    """The product its rows make; None when it cannot or shall not be imported."""
    head = rows[0]
    findings = Findings(head["handle"], target)
    if not head["handle"]:
        findings.error(head.line, "handle", "missing")
    if not head["title"]:
        findings.error(head.line, "title", "missing in the product's first row")
    sold = [row for row in rows
            if row is head or row["option1_value"] or row["price"] or row["sku"]]
    if not _is_goods(head, sold, findings):
        return None, findings
    code = cells.code(head["handle"])
    options = [(n, head[f"option{n}_name"]) for n in (1, 2, 3) if head[f"option{n}_name"]]
    if [name for _n, name in options] == ["Title"] and head["option1_value"] == "Default Title":
        options = []
    variants = tuple(_variant(row, code, options, target, findings) for row in sold)
    if findings.failed:
        return None, findings
    entry = Entry(
        line=head.line, code=code, text=_text(head), variants=variants, state=_state(head),
        brand=BrandDraft(head["vendor"]) if head["vendor"] else None,
        categories=_categories(head, target, findings), keeps_other_categories=True,
        tags=words_of(head["tags"]) if "tags" in target.columns else None,
        attributes=_attributes(head, target),
        options=_options(options, variants, target),
        images=_images(rows) if "image" in target.columns else None,
        variant_images={variant.sku: row["variant_image"]
                        for variant, row in zip(variants, sold, strict=True)
                        if row["variant_image"]},
    )
    return entry, findings


def _is_goods(head: Row, sold: Sequence[Row], findings: Findings) -> bool:
    if cells.is_yes(head["gift_card"], default=False):
        findings.skip(head.line, "gift_card", "gift cards are not sold here")
        return False
    if all(not cells.is_yes(row["requires_shipping"], default=True) for row in sold):
        findings.skip(head.line, "requires_shipping", "goods without shipping are not sold here")
        return False
    return True


def _variant(row: Row, code: str, options: Sequence[tuple[int, str]], target: Target,
             findings: Findings) -> VariantDraft:
    choices = []
    for n, name in options:
        value = row[f"option{n}_value"]
        if not value:
            findings.error(row.line, f"option{n}_value", f"missing, but the option is “{name}”")
        choices.append(ChoiceDraft({target.language: value or "?"}))
    if not row["price"]:
        findings.note(row.line, "price", "missing")
    amount = cells.price(row, "price", target, findings)
    compare_at = cells.price(row, "compare_at", target, findings)
    weight = cells.grams(row, "grams", "g", target, findings)
    if weight is None and row["weight"]:
        unit = row["weight_unit"] or target.weight_unit
        weight = cells.grams(row, "weight", unit, target, findings)
    return VariantDraft(
        sku=cells.sku(row, "sku", code, tuple(choices), findings), choices=tuple(choices),
        barcode=cells.barcode(row, "barcode", findings), weight_g=weight,
        hs_code=cells.hs_code(row, "hs_code", findings),
        origin=cells.origin(row, "origin", findings),
        prices=cells.prices(row, amount, compare_at, "compare_at", target, findings),
        stock=cells.pieces(row, "quantity", target, findings),
    )


def _options(options: Sequence[tuple[int, str]], variants: Sequence[VariantDraft], target: Target
             ) -> tuple[OptionDraft, ...]:
    return tuple(
        OptionDraft({target.language: name}, tuple(variant.choices[place] for variant in variants))
        for place, (_n, name) in enumerate(options)
    )


def _text(head: Row) -> TextDraft:
    return TextDraft(
        name=plain_of(unguarded(head["title"])), first_slug=head["handle"],
        description=markdown_of(unguarded(head["body"])),
        seo_title=plain_of(head["seo_title"]) or None,
        seo_description=plain_of(head["seo_description"]) or None,
    )


def _state(head: Row) -> str:
    """Status where there is one, but what is not published in Shopify is a draft here too."""
    status = head["status"].casefold()
    if status == "archived":
        return "archived"
    shown = status in {"", "active"} and cells.is_yes(head["published"], default=True)
    return "published" if shown else "draft"


def _categories(head: Row, target: Target, findings: Findings
                ) -> tuple[tuple[str, ...], ...] | None:
    """The merchant's own type is the shelf; else the first three names of Shopify's taxonomy."""
    if not target.columns & {"type", "category"}:
        return None
    column = "type" if head["type"] else "category"
    path = path_of(head[column])
    if len(path) > 3:
        findings.note(head.line, column, "only three levels of categories are kept")
    return (path[:3],) if path else None


def _attributes(head: Row, target: Target) -> tuple[AttributeDraft, ...] | None:
    """Metafields of products, as plain facts."""
    found = [(match.group(1), words) for name, words in head.cells.items()
             if (match := _METAFIELD.fullmatch(name))]
    if not found:
        return None
    facts = {label: plain_of(words)[:240] for label, words in found}
    return tuple(AttributeDraft({target.language: label}, text=words)
                 for label, words in facts.items() if words)


def _images(rows: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    placed = []
    for place, row in enumerate(rows):
        if row["image"]:
            position = row["image_position"]
            number = int(position) if position.isdecimal() else _LAST_POSITION
            placed.append((number, place, row["image"], plain_of(row["image_alt"])))
    seen: dict[str, str] = {}
    for _number, _place, address, alt in sorted(placed):
        seen[address] = seen.get(address) or alt
    for row in rows:
        if row["variant_image"]:
            seen.setdefault(row["variant_image"], "")
    return tuple(seen.items())

"""WooCommerce's product CSV: simple and variable products, variations, groups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from app.kernel import clock
from app.services.catalogue.drafts import (
    AttributeDraft,
    BrandDraft,
    ChoiceDraft,
    OptionDraft,
    PriceDraft,
    TextDraft,
    VariantDraft,
)
from app.services.imports import cells
from app.services.imports.entries import (
    Entry,
    Findings,
    Target,
    Together,
    first,
    path_of,
    unguarded,
    words_of,
)
from app.services.imports.html_words import markdown_of, plain_of
from app.services.imports.reading import Row

SOURCE = "woocommerce"
NEEDED = ("type", "name")
MOST_ATTRIBUTES = 12
COLUMNS = {
    "id": ("ID",),
    "type": ("Type",),
    "sku": ("SKU",),
    "barcode": ("GTIN, UPC, EAN, or ISBN", "GTIN", "EAN"),
    "name": ("Name",),
    "published": ("Published",),
    "visibility": ("Visibility in catalog", "Visibility in catalogue"),
    "short": ("Short description",),
    "body": ("Description",),
    "sale_from": ("Date sale price starts",),
    "sale_until": ("Date sale price ends",),
    "in_stock": ("In stock?",),
    "stock": ("Stock",),
    "weight": ("Weight (kg)", "Weight (g)", "Weight (lbs)", "Weight (oz)", "Weight"),
    "length": ("Length (cm)", "Length (mm)", "Length (m)", "Length (in)", "Length (yd)", "Length"),
    "width": ("Width (cm)", "Width (mm)", "Width (m)", "Width (in)", "Width (yd)", "Width"),
    "height": ("Height (cm)", "Height (mm)", "Height (m)", "Height (in)", "Height (yd)", "Height"),
    "sale": ("Sale price",),
    "regular": ("Regular price",),
    "categories": ("Categories",),
    "tags": ("Tags",),
    "images": ("Images",),
    "parent": ("Parent",),
    "grouped": ("Grouped products",),
    "brands": ("Brands", "Brand"),
    "hs_code": ("HS Code", "Meta: hs_code", "Meta: _hs_code"),
    "origin": ("Country of Origin", "Meta: country_of_origin", "Meta: _country_of_origin"),
    **{f"attribute{n}_{part}": (f"Attribute {n} {header}",)
       for n in range(1, MOST_ATTRIBUTES + 1)
       for part, header in (("name", "name"), ("values", "value(s)"))},
}
_NOT_GOODS = {
    "external": "sold on another website", "virtual": "goods without shipping are not sold here",
    "downloadable": "downloads are not sold here",
}


def key_of(row: Row) -> str:
    """A variation goes with its parent, everything else stands alone."""
    if "variation" in row["type"].casefold():
        return row["parent"].casefold().replace(" ", "") or f"line {row.line}"
    own = row["sku"] or (f"id:{row['id']}" if row["id"] else f"line {row.line}")
    return own.casefold().replace(" ", "")


def read(rows: Sequence[Row], target: Target) -> tuple[Entry | Together | None, Findings]:
    """The product its rows make; None when it cannot or shall not be imported."""
    heads = [row for row in rows if "variation" not in row["type"].casefold()]
    head = heads[0] if heads else rows[0]
    findings = Findings(head["name"] or head["sku"], target)
    kinds = {kind.strip() for kind in head["type"].casefold().split(",")}
    refused = [reason for kind, reason in _NOT_GOODS.items() if kind in kinds]
    if not heads:
        findings.error(head.line, "parent", f"“{head['parent']}” is not in this file")
    elif len(heads) > 1:
        findings.error(heads[1].line, "sku", f"stands on line {head.line} already")
    elif refused:
        findings.skip(head.line, "type", refused[0])
    elif "grouped" in kinds:
        findings.note(head.line, "type", "a group: its products become related to one another")
        return Together(head.line, head["name"], words_of(head["grouped"])), findings
    elif not kinds & {"simple", "variable"}:
        findings.error(head.line, "type", f"“{head['type']}” is not a kind known here")
    else:
        return _entry(head, [row for row in rows if row is not head], target, findings), findings
    return None, findings


def _entry(head: Row, variations: Sequence[Row], target: Target, findings: Findings
           ) -> Entry | None:
    if not head["name"]:
        findings.error(head.line, "name", "missing")
    is_variable = "variable" in head["type"].casefold()
    if is_variable and not variations:
        findings.error(head.line, "type", "a variable product without variations")
    code = cells.code(head["sku"] or (f"wc-{head['id']}" if head["id"] else head["name"]))
    sold = variations if is_variable else [head]
    names = _option_names(head, variations, findings) if is_variable else []
    variants = tuple(_variant(row, head, code, names, target, findings) for row in sold)
    if findings.failed:
        return None
    pictures = tuple(dict.fromkeys(
        address for row in (head, *variations) for address in words_of(row["images"])
    ))
    return Entry(
        line=head.line, code=code, text=_text(head), variants=variants,
        state=_state(head, findings),
        brand=BrandDraft(brand) if (brand := first(words_of(head["brands"]))) else None,
        categories=_categories(head, target, findings),
        tags=words_of(head["tags"]) if "tags" in target.columns else None,
        attributes=_attributes(head, names, target),
        options=tuple(
            OptionDraft({target.language: name}, tuple(v.choices[place] for v in variants))
            for place, name in enumerate(names)
        ),
        images=tuple((address, "") for address in pictures) if "images" in target.columns else None,
        variant_images={
            variant.sku: words_of(row["images"])[0]
            for variant, row in zip(variants, sold, strict=True)
            if is_variable and row["images"]
        },
    )


def _named(row: Row) -> dict[str, str]:
    """Attribute name -> its value list."""
    return {
        row[f"attribute{n}_name"]: row[f"attribute{n}_values"]
        for n in range(1, MOST_ATTRIBUTES + 1) if row[f"attribute{n}_name"]
    }


def _option_names(head: Row, variations: Sequence[Row], findings: Findings) -> list[str]:
    """Attributes every variation has one value of. "Any value" cannot be a choice of stock."""
    chosen = [{name for name, value in _named(row).items() if value} for row in variations]
    names = [name for name in _named(head) if any(name in row for row in chosen)]
    for name in _named(head):
        if name not in names and len(words_of(_named(head)[name])) > 1:
            findings.note(head.line, "attribute1_name",
                          f"no variation says which “{name}” it is: kept as a fact, not a choice")
    for name in names:
        for row, has in zip(variations, chosen, strict=True):
            if name not in has:
                findings.error(row.line, "attribute1_values", f"“{name}” is missing")
    return names


def _variant(  # noqa: PLR0913 - the row, its parent's row, and what was found out of both
    row: Row, head: Row, code: str, names: Sequence[str], target: Target, findings: Findings,
) -> VariantDraft:
    values = _named(row)
    choices = tuple(ChoiceDraft({target.language: values.get(name) or "?"}) for name in names)
    measures = {
        name: cells.millimetres(row if row[name] else head, name, target, findings)
        for name in ("length", "width", "height")
    }
    weighed = row if row["weight"] else head
    return VariantDraft(
        sku=cells.sku(row, "sku", code, choices, findings), choices=choices,
        barcode=cells.barcode(row, "barcode", findings),
        weight_g=cells.grams(weighed, "weight", target.weight_unit, target, findings),
        length_mm=measures["length"], width_mm=measures["width"], height_mm=measures["height"],
        hs_code=cells.hs_code(row if row["hs_code"] else head, "hs_code", findings),
        origin=cells.origin(row if row["origin"] else head, "origin", findings),
        is_active=row is head or cells.is_yes(row["published"], default=True),
        prices=_prices(row, target, findings), stock=_stock(row, target, findings),
    )


def _prices(row: Row, target: Target, findings: Findings) -> tuple[PriceDraft, ...]:
    """The sale price while its dates allow, with the regular one as the former price."""
    regular = cells.price(row, "regular", target, findings)
    sale = cells.price(row, "sale", target, findings)
    if regular is None and sale is None:
        findings.note(row.line, "regular", "missing")
    if sale is None:
        return cells.prices(row, regular, None, "sale", target, findings)
    today = clock.now().date()
    begin, end = _day(row, "sale_from", findings), _day(row, "sale_until", findings)
    if (begin and begin > today) or (end and end < today):
        findings.note(row.line, "sale", "not on sale today: the regular price is taken")
        return cells.prices(row, regular, None, "sale", target, findings)
    if end:
        findings.note(row.line, "sale_until", "the end of a sale is not taken over")
    return cells.prices(row, sale, regular, "regular", target, findings)


def _day(row: Row, column: str, findings: Findings) -> date | None:
    if not row[column]:
        return None
    try:
        return date.fromisoformat(row[column][:10])
    except ValueError:
        findings.error(row.line, column, f"“{row[column]}” is not a date (2026-12-24)")
        return None


def _stock(row: Row, target: Target, findings: Findings) -> dict[int, int]:
    if re.search(r"\d", row["stock"]):
        return cells.pieces(row, "stock", target, findings)
    if row["in_stock"].casefold() not in cells.YES:
        return {target.warehouse_id: 0}
    if not target.untracked_stock:
        findings.note(row.line, "stock", "in stock, but nobody counted it: taken as 0")
    return {target.warehouse_id: target.untracked_stock}


def _text(head: Row) -> TextDraft:
    short = head["short"]
    return TextDraft(
        name=plain_of(unguarded(head["name"])), summary=plain_of(short) if short else None,
        description=markdown_of(unguarded(head["body"] or short)),
    )


def _state(head: Row, findings: Findings) -> str:
    if not cells.is_yes(head["published"], default=True):
        return "draft"
    if head["visibility"].casefold() == "hidden":
        findings.note(head.line, "visibility", "hidden there, so it stays a draft here")
        return "draft"
    return "published"


def _categories(head: Row, target: Target, findings: Findings
                ) -> tuple[tuple[str, ...], ...] | None:
    if "categories" not in target.columns:
        return None
    paths = [path_of(words) for words in words_of(head["categories"])]
    if any(len(path) > 3 for path in paths):
        findings.note(head.line, "categories", "only three levels of categories are kept")
    return tuple(path[:3] for path in paths if path)


def _attributes(head: Row, options: Sequence[str], target: Target) -> tuple[AttributeDraft, ...]:
    """What is not a choice is a fact: a word of the vocabulary, or several as text."""
    facts = []
    for name, list_ in _named(head).items():
        values = tuple(plain_of(value) for value in words_of(list_))
        if name in options or not values:
            continue
        label = {target.language: name}
        if len(values) == 1:
            facts.append(AttributeDraft(label, value=ChoiceDraft({target.language: values[0]})))
        else:
            facts.append(AttributeDraft(label, text=", ".join(values)))
    return tuple(facts)

"""Writing the variants of products: SKUs, choices, prices and stock. Called by editing.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Conflict
from app.models.catalogue import Product, ProductOption, Variant, VariantOption
from app.models.media import VariantMedia
from app.models.price import Price, PriceList
from app.models.stock import StockItem
from app.services import stock
from app.services.catalogue import first_stock, links, vocabulary
from app.services.catalogue.drafts import OptionDraft, ProductDraft, VariantDraft
from app.services.prices import setting

Pairs = Sequence[tuple[Product, ProductDraft]]
_COLUMNS = ("barcode", "weight_g", "length_mm", "width_mm", "height_mm", "hs_code", "origin")


def write(pairs: Pairs) -> set[int]:
    """Bring the variants of products to their drafts. Returns the products that changed.

    raises  Conflict  sku_taken (params: sku), stock_promised
    """
    rows, changed = _write_rows(pairs)
    changed |= _write_choices(pairs, rows)
    owners = {variant.id: variant.product_id for variant in rows.values()}
    pictures = _pictures(pairs, rows)
    changed |= {owners[id_] for id_ in links.sync(VariantMedia, "variant_id", pictures)}
    return changed | _write_prices(pairs, rows) | _write_stock(pairs, rows)


def assign(row: Any, values: Mapping[str, Any]) -> bool:
    """Set what differs and is not None. True when anything did."""
    differing = {name: value for name, value in values.items()
                 if value is not None and getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)


def _write_rows(pairs: Pairs) -> tuple[dict[str, Variant], set[int]]:
    session = db.session()
    skus = {draft.sku for _product, whole in pairs for draft in whole.variants}
    known = list(session.scalars(select(Variant).where(or_(
        Variant.product_id.in_([product.id for product, _whole in pairs]), Variant.sku.in_(skus)
    ))))
    rows, changed = {row.sku: row for row in known}, set()
    for product, whole in pairs:
        for place, draft in enumerate(whole.variants):
            row = rows.get(draft.sku)
            if row is None:
                row = Variant(product_id=product.id, sku=draft.sku, position=place,
                              is_active=draft.is_active, **_measures(draft))
                session.add(row)
                rows[draft.sku] = row
                changed.add(product.id)
            elif row.product_id != product.id:
                raise Conflict("sku_taken", sku=draft.sku)
            elif assign(row, {**_measures(draft), "position": place, "is_active": draft.is_active}):
                changed.add(product.id)
    drafts = {product.id: {draft.sku for draft in whole.variants} for product, whole in pairs}
    for row in known:
        if row.sku not in drafts.get(row.product_id, {row.sku}) and row.is_active:
            row.is_active = False
            changed.add(row.product_id)
    session.flush()
    return {sku: rows[sku] for sku in skus}, changed


def _pictures(pairs: Pairs, rows: Mapping[str, Variant]) -> dict[int, list[dict[str, int]]]:
    drafts = {rows[draft.sku].id: draft for _product, whole in pairs for draft in whole.variants}
    keeping = [id_ for id_, draft in drafts.items() if draft.main_picture is not None]
    kept: dict[int, list[int]] = {}
    for variant_id, media_id in db.session().execute(
        select(VariantMedia.variant_id, VariantMedia.media_id)
        .where(VariantMedia.variant_id.in_(keeping)).order_by(VariantMedia.position)
    ) if keeping else ():
        kept.setdefault(variant_id, []).append(media_id)
    wanted = {
        id_: (draft.main_picture, *kept.get(id_, ())) if draft.main_picture is not None
        else draft.media for id_, draft in drafts.items()
    }
    return {
        id_: [{"media_id": media_id, "position": place}
              for place, media_id in enumerate(dict.fromkeys(media_ids))]
        for id_, media_ids in wanted.items() if media_ids is not None
    }


def _measures(draft: VariantDraft) -> dict[str, Any]:
    values = {name: getattr(draft, name) for name in _COLUMNS}
    return {name: value for name, value in values.items() if value is not None}


def _write_choices(pairs: Pairs, rows: Mapping[str, Variant]) -> set[int]:
    """Options of the products and the values of their variants."""
    drafts: list[OptionDraft] = []
    for _product, whole in pairs:
        for place, option in enumerate(whole.options):
            used = tuple(draft.choices[place] for draft in whole.variants)
            drafts += [option, OptionDraft(option.label, used, option.code, option.kind)]
    found = iter(vocabulary.option_ids(drafts))
    options: dict[int, list[dict[str, int]]] = {}
    values: dict[int, list[dict[str, int]]] = {}
    for product, whole in pairs:
        options[product.id] = []
        for draft in whole.variants:
            values[rows[draft.sku].id] = []
        for place in range(len(whole.options)):
            option_id, _offered = next(found)
            _same, chosen = next(found)
            options[product.id].append({"option_id": option_id, "position": place})
            for draft, value_id in zip(whole.variants, chosen, strict=True):
                values[rows[draft.sku].id].append({"option_value_id": value_id})
    owners = {row.id: row.product_id for row in rows.values()}
    changed = links.sync(ProductOption, "product_id", options)
    return changed | {owners[id_] for id_ in links.sync(VariantOption, "variant_id", values)}


def _write_prices(pairs: Pairs, rows: Mapping[str, Variant]) -> set[int]:
    """Set the prices that differ from today's. The price service keeps the log of them."""
    wanted = [
        (product, whole, rows[draft.sku], price)
        for product, whole in pairs for draft in whole.variants for price in draft.prices
    ]
    if not wanted:
        return set()
    now, changed = clock.now(), set()
    found = db.session().execute(
        select(Price.variant_id, PriceList.code, Price.currency, Price.amount_minor,
               Price.compare_at_minor)
        .join(PriceList, PriceList.id == Price.price_list_id)
        .where(Price.variant_id.in_({row.id for _p, _w, row, _price in wanted}),
               Price.origin == "set", Price.valid_from <= now,
               or_(Price.valid_until.is_(None), Price.valid_until > now))
    )
    today = {(row[0], row[1], row[2]): (row[3], row[4]) for row in found}
    by_author: dict[str, list[setting.PriceChange]] = {}
    for product, whole, row, price in wanted:
        amounts = (price.amount_minor, price.compare_at_minor)
        if today.get((row.id, price.list_code, price.currency)) != amounts:
            by_author.setdefault(whole.author, []).append(
                setting.PriceChange(row.id, price.list_code, price.currency, *amounts)
            )
            changed.add(product.id)
    for author, changes in by_author.items():
        setting.set_prices(changes, author=author)
    return changed


def _write_stock(pairs: Pairs, rows: Mapping[str, Variant]) -> set[int]:
    """Lay in what is new; of the rest receive what is missing or take away what is too much."""
    wanted = [
        (product.id, (rows[draft.sku].id, warehouse_id), count, whole.reference)
        for product, whole in pairs for draft in whole.variants
        for warehouse_id, count in draft.stock.items()
    ]
    found = db.session().execute(
        select(StockItem.variant_id, StockItem.warehouse_id, StockItem.on_hand)
        .where(StockItem.variant_id.in_({place[0] for _id, place, _count, _why in wanted}))
    )
    on_hand = {(variant_id, warehouse_id): count for variant_id, warehouse_id, count in found}
    first: dict[str, dict[tuple[int, int], int]] = {}
    changed: set[int] = set()
    for product_id, place, count, reference in wanted:
        if count == on_hand.get(place, 0):
            continue
        changed.add(product_id)
        if place in on_hand:
            stock.receive(*place, count - on_hand[place], "count", reference)
        else:
            first.setdefault(reference, {})[place] = count
    for reference, counts in first.items():
        first_stock.lay_in(counts, reference)
    return changed

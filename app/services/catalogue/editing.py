"""What writes the catalogue: imports, the demo shop, the back office.

Everything runs in one short transaction, is safe to repeat, and says in the log of changes which
products have changed. What is as it should be is not written again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete as delete_from
from sqlalchemy import func, select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.text import slugify
from app.models.catalogue import Product, Variant
from app.models.order import OrderLine
from app.models.stock import Reservation
from app.models.translation import ProductText
from app.services.catalogue import facts, slugs, texts, variants, vocabulary
from app.services.catalogue.completeness import missing_in
from app.services.catalogue.drafts import Outcome, ProductDraft
from app.services.outbox import log
from app.services.outbox.many import emit_all


def upsert_product(draft: ProductDraft) -> Outcome:
    """Make a product or bring it to the draft. See upsert_products()."""
    return upsert_products([draft])[0]


def upsert_products(drafts: Sequence[ProductDraft]) -> list[Outcome]:
    """Make or change products by their codes, all or none; new ones are drafts.

    raises  Invalid   product_nameless, product_without_variants, variant_choices (their number is
                      not that of the options, or two variants are chosen alike), sku_twice
            Conflict  sku_taken (of another product), stock_promised
    cost    some forty statements for any number of drafts, and a few per changed price or stock
    """
    _check(drafts)
    with transaction() as session:
        pairs, created, changed = _products(drafts)
        ids = [product.id for product, _draft in pairs]
        changed |= texts.write(pairs) | facts.write(pairs) | variants.write(pairs)
        for product, _draft in pairs:
            if product.id in changed:
                product.updated_at = clock.now()
        session.flush()
        emit_all("product", sorted(changed))
    words = {id_: "created" if id_ in created else "updated" for id_ in changed}
    return [Outcome(id_, words.get(id_, "unchanged")) for id_ in ids]


def missing(product_id: int) -> tuple[str, ...]:
    """What a product lacks to be published: of title, description, picture, price."""
    return missing_in([product_id]).get(product_id, ())


def publish(product_id: int) -> None:
    """Show a product. Raises Invalid (product_incomplete, params: missing) if it lacks a part."""
    lacking = publish_all([product_id]).get(product_id)
    if lacking:
        raise Invalid("product_incomplete", fields=dict.fromkeys(lacking, "missing"),
                      missing=lacking)


def publish_all(product_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Publish those that are complete. Returns what the others lack; they stay as they are."""
    with transaction() as session:
        lacking = missing_in(product_ids)
        rows = list(session.scalars(select(Product).where(Product.id.in_(list(product_ids)))))
        if not rows and product_ids:
            raise NotFound("unknown_product")
        shown = [row for row in rows if row.id not in lacking and row.state != "published"]
        for product in shown:
            product.state, product.off_sale_reason = "published", ""
            product.published_at = product.published_at or clock.now()
        session.flush()
        emit_all("product", [product.id for product in shown])
        return lacking


def unpublish(product_id: int, reason: str = "", state: str = "draft") -> None:
    """Take a product off sale, with the reason. state: draft, or archived for good."""
    with transaction() as session:
        product = _get(product_id)
        if (product.state, product.off_sale_reason) != (state, reason):
            product.state, product.off_sale_reason = state, reason
            session.flush()
            log.emit("product", product_id)


def schedule(product_id: int, first: datetime | None, last: datetime | None) -> None:
    """On sale from `first` until `last` (UTC midnights; None: open). Raises Invalid (period)."""
    start, end = (day.replace(tzinfo=UTC) if day else None for day in (first, last))
    if start and end and end <= start:
        raise Invalid("period_empty", fields={"until": "period_empty"})
    with transaction():
        product = _get(product_id)
        product.on_sale_from, product.on_sale_until = start, end
        db.session.add(product)
        log.emit("product", product_id)


def delete(product_id: int) -> None:
    """Delete a product nobody has ordered. Raises Conflict (product_has_orders): archive it."""
    with transaction() as session:
        product = _get(product_id)
        of_it = select(Variant.id).where(Variant.product_id == product_id)
        for row in (OrderLine, Reservation):
            if session.scalar(select(func.count(row.id)).where(row.variant_id.in_(of_it))):
                raise Conflict("product_has_orders")
        slugs.forget("product", [product_id])
        session.expunge(product)
        session.execute(delete_from(Product).where(Product.id == product_id))
        log.emit("product", product_id)


def change_slug(product_id: int, language: str, slug: str) -> None:
    """Give a product's text another address; the old one answers 301 from now on.

    raises  NotFound  unknown_product: no text in this language
            Invalid   slug_empty
            Conflict  slug_taken
    """
    wanted = slugify(slug)
    if not wanted:
        raise Invalid("slug_empty", fields={"slug": "slug_empty"})
    with transaction() as session:
        text = session.get(ProductText, (product_id, language))
        if text is None:
            raise NotFound("unknown_product")
        if not slugs.is_free("product", product_id, language, wanted):
            raise Conflict("slug_taken", slug=wanted)
        wish = slugs.Wish(product_id, language, wanted, text.slug)
        text.slug = slugs.claim("product", [wish])[product_id, language]
        log.emit("product", product_id)


def _check(drafts: Sequence[ProductDraft]) -> None:
    seen: set[str] = set()
    for draft in drafts:
        if not any(text.name.strip() for text in draft.texts.values()):
            raise Invalid("product_nameless", product=draft.code)
        if not draft.variants:
            raise Invalid("product_without_variants", product=draft.code)
        chosen: set[tuple[str, ...]] = set()
        for variant in draft.variants:
            names = tuple(choice.code or next(iter(choice.label.values()), "").casefold()
                          for choice in variant.choices)
            if len(names) != len(draft.options) or names in chosen:
                raise Invalid("variant_choices", product=draft.code, sku=variant.sku)
            chosen.add(names)
            if variant.sku in seen:
                raise Invalid("sku_twice", product=draft.code, sku=variant.sku)
            seen.add(variant.sku)


def _products(drafts: Sequence[ProductDraft]
              ) -> tuple[list[tuple[Product, ProductDraft]], set[int], set[int]]:
    """The rows of the drafts in order, the ids of those that are new, of those that changed."""
    session = db.session()
    rows = {row.code: row for row in session.scalars(
        select(Product).where(Product.code.in_([draft.code for draft in drafts]))
    )}
    brands = vocabulary.brand_ids(draft.brand for draft in drafts if draft.brand)
    new, touched = [], []
    for draft in drafts:
        row = rows.get(draft.code)
        values = {
            "brand_id": brands.get(draft.brand) if draft.brand else None,
            "tax_category": draft.tax_category, "manufacturer": draft.manufacturer,
            "position": draft.position,
        }
        if row is None:
            row = Product(code=draft.code, source=draft.source or "",
                          **{name: v for name, v in values.items() if v is not None})
            rows[draft.code] = row
            new.append(row)
        elif variants.assign(row, values):
            touched.append(row)
    session.add_all(new)
    session.flush()
    created = {row.id for row in new}
    return ([(rows[draft.code], draft) for draft in drafts], created,
            created | {row.id for row in touched})


def _get(product_id: int) -> Product:
    product = db.session().get(Product, product_id)
    if product is None:
        raise NotFound("unknown_product")
    return product

"""Setting prices: dated, attributed, never overwritten; converted prices and listings follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.extensions import transaction
from app.kernel import clock
from app.kernel.currency import is_known
from app.kernel.errors import Invalid, NotFound
from app.models.catalogue import Variant
from app.models.price import Price, PriceList
from app.services.outbox.log import emit
from app.services.prices import listing, turn
from app.services.prices.renewal import renew_converted
from app.services.prices.timeline import RESUMES, Change, Offer, splice

CHUNK = 400

Key = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A price to be set: minor units, aware UTC moments (None: now, and open)."""

    variant_id: int
    list_code: str
    currency: str
    amount_minor: int
    compare_at_minor: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def set_price(  # noqa: PLR0913 - the columns of a price
    variant_id: int, list_code: str, currency: str, amount_minor: int,
    compare_at_minor: int | None = None, valid_from: datetime | None = None,
    valid_until: datetime | None = None, *, author: str,
) -> bool:
    """Let a variant cost this from valid_from (now) on; see set_prices. True when it changed."""
    change = PriceChange(
        variant_id, list_code, currency, amount_minor, compare_at_minor, valid_from, valid_until
    )
    return set_prices([change], author=author) == 1


def set_prices(changes: Iterable[PriceChange], *, author: str, follow: bool = True) -> int:
    """Set many prices in one transaction; returns how many really changed.

    The row in force is closed and a new one added; a moment in the future makes a plan; the same
    amounts again change nothing. With valid_until, the price from before resumes at that moment.
    follow  converted prices and listing prices are brought in step too; an import that sets many
            in goes leaves it out and calls renew_converted() and listing.refresh() at its end
    raises  NotFound (list, variant), Invalid (amount, compare_at, currency, period; a beginning
            in the past where there is a price already: the log is not rewritten)
    """
    now = clock.now()
    with transaction() as session:
        turn.take(session)
        count = 0
        products: set[int] = set()
        lists = {row.code: row.id for row in session.scalars(select(PriceList))}
        for chunk in _chunks(changes):
            touched = _set_chunk(session, chunk, lists, author, now)
            count += len(touched)
            products.update(touched.values())
        for product_id in sorted(products):
            emit("price", product_id)
        if follow and products:
            _follow(products)
    return count


def withdraw_price(variant_id: int, list_code: str, currency: str) -> bool:
    """End a set price now; a converted one or the parent list answers from here on.

    Plans stay, but what would only resume the ended price is taken back. False: none was set.
    """
    now = clock.now()
    with transaction() as session:
        turn.take(session)
        list_id = session.scalar(select(PriceList.id).where(PriceList.code == list_code))
        if list_id is None:
            raise NotFound("unknown_price_list", list=list_code)
        rows = _open_rows(session, [(variant_id, list_id, currency)], now)
        held = next((row for row in rows if row.valid_from <= now and row.origin == "set"), None)
        if held is None:
            return False
        _end(session, held, now)
        for row in rows:
            if row.valid_from > now and row.origin == "set" and row.derivation.get(RESUMES):
                session.delete(row)
        session.flush()
        product_id = _products(session, [variant_id])[variant_id]
        emit("price", product_id)
        _follow([product_id])
    return True


def _follow(products: Collection[int]) -> None:
    renew_converted(products)
    listing.refresh(products)


def _chunks(changes: Iterable[PriceChange]) -> Iterator[list[PriceChange]]:
    """Goes in which no price is set twice, so that the later one sees the earlier."""
    chunk: dict[tuple[int, str, str], PriceChange] = {}
    for change in changes:
        key = (change.variant_id, change.list_code, change.currency)
        if key in chunk or len(chunk) >= CHUNK:
            yield list(chunk.values())
            chunk = {}
        chunk[key] = change
    if chunk:
        yield list(chunk.values())


def _set_chunk(
    session: Session, chunk: list[PriceChange], lists: dict[str, int], author: str, now: datetime
) -> dict[Key, int]:
    """Key of every price that changed -> its product."""
    products = _products(session, [change.variant_id for change in chunk])
    for change in chunk:
        _check(change, lists, products, now)
    asked = {(c.variant_id, lists[c.list_code], c.currency): c for c in chunk}
    known: dict[Key, list[Price]] = defaultdict(list)
    earliest = min([now, *(c.valid_from for c in chunk if c.valid_from)])
    for row in _open_rows(session, asked, earliest):
        known[row.variant_id, row.price_list_id, row.currency].append(row)
    done: dict[Key, tuple[PriceChange, Change]] = {}
    for key, change in asked.items():
        begin = change.valid_from or now
        rows = [row for row in known[key] if row.valid_until is None or row.valid_until > begin]
        if begin < now and rows:
            raise Invalid(fields={"valid_from": "in_the_past"})
        offer = Offer(change.amount_minor, change.compare_at_minor, author)
        plan = splice(rows, offer, begin, change.valid_until)
        if plan is not None:
            done[key] = (change, plan)
    _write(session, {key: plan for key, (_, plan) in done.items()})
    return {key: products[key[0]] for key in done}


def _check(
    change: PriceChange, lists: dict[str, int], products: dict[int, int], now: datetime
) -> None:
    if change.list_code not in lists:
        raise NotFound("unknown_price_list", list=change.list_code)
    if change.variant_id not in products:
        raise NotFound("unknown_variant", variant=change.variant_id)
    wrong = {}
    if not is_known(change.currency):
        wrong["currency"] = "unknown_currency"
    if change.amount_minor < 0:
        wrong["amount"] = "below_zero"
    if change.compare_at_minor is not None and change.compare_at_minor <= change.amount_minor:
        wrong["compare_at"] = "not_above_price"
    if change.valid_until is not None and change.valid_until <= (change.valid_from or now):
        wrong["valid_until"] = "not_after_beginning"
    if wrong:
        raise Invalid(fields=wrong)


def _products(session: Session, variant_ids: Iterable[int]) -> dict[int, int]:
    rows = session.execute(
        select(Variant.id, Variant.product_id).where(Variant.id.in_(set(variant_ids)))
    )
    return dict(rows.all())


def _open_rows(session: Session, keys: Collection[Key], since: datetime) -> list[Price]:
    """Rows of these prices that end after `since`, fresh from the database."""
    variants, lists = {key[0] for key in keys}, {key[1] for key in keys}
    rows = session.scalars(
        select(Price)
        .where(
            Price.variant_id.in_(variants), Price.price_list_id.in_(lists),
            or_(Price.valid_until.is_(None), Price.valid_until > since),
        )
        .order_by(Price.valid_from)
        .execution_options(populate_existing=True)
    )
    wanted = set(keys)
    return [row for row in rows if (row.variant_id, row.price_list_id, row.currency) in wanted]


def _write(session: Session, plans: dict[Key, Change]) -> None:
    for plan in plans.values():
        if plan.close is not None:
            plan.close.valid_until = plan.at
        for row in plan.drop:
            session.delete(row)
    session.flush()  # the old open row goes before the new one comes: only one may be open
    for (variant_id, list_id, currency), plan in plans.items():
        for period in plan.add:
            offer = period.offer
            derivation = dict(offer.derivation)
            derivation.pop(RESUMES, None)
            if period.resumes:
                derivation[RESUMES] = True
            session.add(Price(
                variant_id=variant_id, price_list_id=list_id, currency=currency,
                amount_minor=offer.amount_minor, compare_at_minor=offer.compare_at_minor,
                valid_from=period.begin, valid_until=period.end, origin=offer.origin,
                derivation=derivation, author=offer.author,
            ))
    session.flush()


def _end(session: Session, row: Price, at: datetime) -> None:
    """Close a row; one that begins at this very moment never held and goes."""
    if row.valid_from < at:
        row.valid_until = at
    else:
        session.delete(row)

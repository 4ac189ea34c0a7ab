"""What a mail about an order has to say: the facts of each kind, and sending one again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.money import Money
from app.kernel.order_state import OrderState
from app.models.market import Seller
from app.models.order import Order, OrderEvent, OrderLine, Withdrawal
from app.models.payment import Payment, Refund
from app.services import content
from app.services.content import PageWords
from app.services.orders import reading
from app.services.orders.journal import MAILS
from app.services.orders.reading import OrderView
from app.services.orders.withdrawing import PERIOD
from app.services.outbox import jobs

KINDS = frozenset({"placed", "paid", "shipped", "delivered", "cancelled", "expired", "refunded",
                   "withdrawal", "attention"})
LINKED_PAGES = ("returns", "terms", "privacy")


@dataclass(frozen=True, slots=True)
class SellerWords:
    """Who sells, as the law wants it said: name, postal address, ways to reach, tax number."""

    legal_name: str
    address: Mapping[str, str]
    email: str
    phone: str
    vat_id: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A withdrawal as it was declared; lines are (name, options, pieces)."""

    name: str
    email: str
    declared_at: datetime
    lines: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail before it has words.

    key            the same mail always has the same key, also when it is tried again
    ship_from      countries the parcels leave from
    pages          published pages the mail links to, in the order's language
    withdrawal_words  the page with the right of withdrawal, whole: a mail is a durable medium
    withdraw_until end of the time in which the order can be returned; None before delivery
    why            attention only: the code of what must be looked at, with its `details`
    """

    kind: str
    key: str
    recipient: str
    order: OrderView
    seller: SellerWords
    ship_from: tuple[str, ...] = ()
    pages: tuple[PageWords, ...] = ()
    withdrawal_words: PageWords | None = None
    withdraw_until: datetime | None = None
    refund: Money | None = None
    declared: Declared | None = None
    why: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def load(payload: Mapping[str, Any]) -> Letter | None:
    """The letter a mail job asks for; None when there is nothing to send (any more).

    payload  order (its id), kind; key (what the mail is about: a refund's or withdrawal's id, an
             attention's code; without it the newest), again (a person had it sent once more)
    raises   ValueError for a kind that does not exist
    """
    kind, about = str(payload["kind"]), str(payload.get("key") or "")
    if kind not in KINDS:
        raise ValueError(f"no mail of the kind {kind!r}")
    order = db.session.get(Order, int(payload["order"]))
    if order is None:
        return None
    facts = _facts(order, kind, about)
    if facts is None:
        return None
    about = facts.pop("about", about)
    shown = reading.view(order)
    chain = shown.market.chain(order.language)
    seller = _seller(order)
    return Letter(
        kind=kind, key=":".join(filter(None, ("mail", str(order.id), kind, about,
                                              str(payload.get("again") or "")))),
        recipient=seller.email if kind == "attention" else order.email, order=shown,
        seller=seller, pages=tuple(filter(None, (_page(code, chain) for code in LINKED_PAGES))),
        withdrawal_words=_page("withdrawal", chain), withdraw_until=_withdraw_until(order),
        ship_from=tuple(dict.fromkeys(
            row["ship_from"] for row in order.quote.get("consignments", ()))),
        **facts,
    )


def resend(number: str, kind: str = "") -> str:
    """Have a mail sent once more, as a mail of its own; by default that of the order's state.

    returns  the kind
    raises   NotFound (unknown_order), Invalid for an unknown kind, Conflict (illegal_step) when
             the order has nothing to say of that kind
    """
    order = db.session.scalar(select(Order).where(Order.number == number.strip().upper()))
    if order is None:
        raise NotFound("unknown_order")
    kind = kind or _kind_of(OrderState(order.state))
    if kind not in KINDS:
        raise Invalid("invalid", fields={"kind": "field_unknown"})
    payload = {"order": order.id, "kind": kind, "again": f"{clock.now():%Y%m%dT%H%M%S%f}"}
    if load(payload) is None:
        raise Conflict("illegal_step")
    with transaction():
        jobs.add("mail", f"mail:{order.id}:{kind}:again:{payload['again']}", payload)
    return kind


def _kind_of(state: OrderState) -> str:
    """The mail that says how an order of this state stands."""
    if state == OrderState.AWAITING_PAYMENT:
        return "placed"
    if state == OrderState.CLEARED:
        return "shipped"
    return MAILS.get(state, "delivered" if state == OrderState.CLOSED else "paid")


def _facts(order: Order, kind: str, about: str) -> dict[str, Any] | None:
    """What only this kind says; None when the mail has no reason (any more)."""
    if kind == "placed":
        waits = order.state == OrderState.AWAITING_PAYMENT
        return {} if waits and order.payment_method == "transfer" else None
    if kind == "refunded":
        return _refund(order, about)
    if kind == "withdrawal":
        return _declared(order, about)
    if kind == "attention":
        return _attention(order, about)
    return {}


def _refund(order: Order, about: str) -> dict[str, Any] | None:
    query = select(Refund).join(Payment, Payment.id == Refund.payment_id).where(
        Payment.order_id == order.id, Refund.state == "done").order_by(Refund.id.desc())
    row = db.session.scalar((query.where(Refund.id == int(about)) if about else query).limit(1))
    if row is None:
        return None
    return {"about": str(row.id), "refund": Money(row.amount_minor, row.currency)}


def _declared(order: Order, about: str) -> dict[str, Any] | None:
    query = select(Withdrawal).where(Withdrawal.order_id == order.id).order_by(
        Withdrawal.id.desc())
    row = db.session.scalar(
        (query.where(Withdrawal.id == int(about)) if about else query).limit(1))
    if row is None:
        return None
    sold = {str(line.id): line for line in db.session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id))}
    lines = tuple((sold[key].name, sold[key].options, int(count))
                  for key, count in row.lines.items() if key in sold)
    return {"about": str(row.id),
            "declared": Declared(row.name, row.email, row.declared_at, lines)}


def _attention(order: Order, about: str) -> dict[str, Any] | None:
    why = about or order.attention
    if not why:
        return None
    details = db.session.scalar(
        select(OrderEvent.details).where(OrderEvent.order_id == order.id,
                                         OrderEvent.kind == f"attention_{why}")
        .order_by(OrderEvent.id.desc()).limit(1)
    )
    return {"about": why, "why": why, "details": details or {}}


def _seller(order: Order) -> SellerWords:
    row = db.session.get_one(Seller, order.seller_id)
    return SellerWords(row.legal_name, row.address, row.email, row.phone, row.vat_id)


def _page(code: str, chain: tuple[str, ...]) -> PageWords | None:
    try:
        return content.page_by_code(code, chain)[1]
    except NotFound:
        return None


def _withdraw_until(order: Order) -> datetime | None:
    delivered = db.session.scalar(
        select(OrderEvent.happened_at).where(OrderEvent.order_id == order.id,
                                             OrderEvent.kind == OrderState.DELIVERED)
    )
    return delivered + PERIOD if delivered else None

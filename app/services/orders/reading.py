"""Orders as they are shown on pages, in mails and by the API: one view of the frozen quote."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.money import Money
from app.kernel.order_state import OrderState
from app.models.order import Order, OrderEvent, OrderLine, Shipment
from app.models.payment import Payment
from app.services import markets
from app.services.documents import reading as papers
from app.services.documents.reading import PaperView
from app.services.markets import MarketView
from app.services.media.showing import PictureView, pictures_of_keys
from app.services.payment import flow
from app.services.payment.methods import Method, methods_for

SUMS = ("goods", "discount", "shipping", "tax", "tax_included", "duty", "fees", "rounding",
        "total")
WAY = (OrderState.AWAITING_PAYMENT, OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED,
       OrderState.DELIVERED)


@dataclass(frozen=True, slots=True)
class OrderLineView:
    """A line as it was sold."""

    id: int
    sku: str
    name: str
    options: str
    quantity: int
    unit: Money
    paid: Money
    picture: PictureView | None


@dataclass(frozen=True, slots=True)
class TaxView:
    """One tax of the frozen quote."""

    name: str
    jurisdiction: str
    percent: Decimal
    net: Money
    tax: Money
    is_included: bool
    is_estimate: bool
    collected_by: str = "seller"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the order's way, with its time once it has been reached."""

    state: str
    reached_at: datetime | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class OrderView:
    """Everything a page or mail says about an order."""

    number: str
    token: str
    state: str
    language: str
    market: MarketView
    email: str
    address: Mapping[str, str]
    placed_at: datetime
    pay_until: datetime
    lines: tuple[OrderLineView, ...]
    sums: Mapping[str, Money]
    discounts: tuple[tuple[str, Money], ...]
    taxes: tuple[TaxView, ...]
    tier: str
    incoterm: str
    earliest: date | None
    latest: date | None
    due_at_door: Mapping[str, Money | None]
    payment_method: str
    payment_state: str
    can_pay: bool
    methods: tuple[Method, ...]
    instructions: Mapping[str, str]
    steps: tuple[Step, ...]
    shipments: tuple[Shipment, ...]
    refunded: Money
    cancel_reason: str
    may_withdraw: bool
    is_estimate: bool
    papers: tuple[PaperView, ...] = ()

    @property
    def total(self) -> Money:
        """What is or was to be paid."""
        return self.sums["total"]

    @property
    def tax_on_top(self) -> Money:
        """Tax that is not inside the prices."""
        return self.sums["tax"] - self.sums["tax_included"]


def find(token: str) -> Order:
    """The order of a link. Raises NotFound (unknown_order) when unknown or expired."""
    order = db.session.scalar(
        select(Order).where(Order.token == token).execution_options(populate_existing=True)
    ) if 20 <= len(token) <= 64 else None
    if order is None or order.token_until <= clock.now():
        raise NotFound("unknown_order")
    return order


def find_by_number(number: str, email: str) -> Order:
    """The order of a number, for who also knows its e-mail. Raises NotFound (unknown_order)."""
    order = db.session.scalar(select(Order).where(Order.number == number.strip().upper()[:32]))
    if order is None or not is_email_of(order, email):
        raise NotFound("unknown_order")
    return order


def is_email_of(order: Order, email: str) -> bool:
    """Compares in constant time and without regard to case."""
    return hmac.compare_digest(order.email.lower().encode(), email.strip().lower().encode())


def mark_seen(order: Order) -> bool:
    """True the first time the confirmation is shown for an order that is not waiting for a card."""
    if order.seen_at is not None:
        return False
    if order.state == OrderState.AWAITING_PAYMENT and order.payment_method != "transfer":
        return False
    with transaction():
        order.seen_at = clock.now()
        db.session.add(order)
    return True


def view(order: Order) -> OrderView:
    """The order with its frozen amounts; nothing is computed anew."""
    quoted: dict[str, Any] = order.quote
    market = markets.find(order.market_code)
    option = quoted.get("option") or {}
    payment = flow.latest(order)
    is_open = order.state == OrderState.AWAITING_PAYMENT
    first, last = _still_ahead(_day(option.get("earliest")), _day(option.get("latest")))
    return OrderView(
        number=order.number, token=order.token, state=order.state, language=order.language,
        market=market, email=order.email, address=order.address, placed_at=order.placed_at,
        pay_until=order.pay_until, lines=_lines(order, market),
        sums={name: money(quoted[name]) for name in SUMS},
        discounts=tuple((row["label"], money(row["amount"])) for row in quoted["discounts"]),
        taxes=tuple(_tax(row) for row in quoted["taxes"]), tier=option.get("tier", ""),
        incoterm=option.get("incoterm", "DDP"), earliest=first, latest=last,
        due_at_door={name: money(row) if row else None
                     for name, row in quoted["due_at_door"].items()},
        payment_method=order.payment_method, payment_state=payment.state,
        can_pay=is_open and order.pay_until > clock.now(),
        methods=tuple(methods_for(market, order.currency, order.language)) if is_open else (),
        instructions=(flow.instructions(order) or {}) if is_open else {},
        steps=_steps(order), shipments=tuple(db.session.scalars(
            select(Shipment).where(Shipment.order_id == order.id).order_by(Shipment.id))),
        refunded=_refunded(order), cancel_reason=order.cancel_reason,
        may_withdraw=order.state not in {OrderState.AWAITING_PAYMENT, OrderState.EXPIRED,
                                         OrderState.CANCELLED},
        is_estimate=bool(quoted["is_estimate"]), papers=papers.for_shopper(order.id),
    )


def _still_ahead(first: date | None, last: date | None) -> tuple[date | None, date | None]:
    """The days promised, as far as they have not passed: no promise names a day gone by."""
    today = clock.now().date()
    if first is None or last is None or last < today:
        return None, None
    return max(first, today), last


def money(row: Mapping[str, Any]) -> Money:
    """A frozen amount."""
    return Money(int(row["minor"]), row["currency"])


def _lines(order: Order, market: MarketView) -> tuple[OrderLineView, ...]:
    rows = db.session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    ).all()
    pictures = pictures_of_keys([row.picture_key for row in rows], market.chain(order.language))
    return tuple(
        OrderLineView(row.id, row.sku, row.name, row.options, row.quantity,
                      Money(row.unit_minor, order.currency), Money(row.paid_minor, order.currency),
                      pictures.get(row.picture_key))
        for row in rows
    )


def _tax(row: Mapping[str, Any]) -> TaxView:
    return TaxView(row["name"], row["jurisdiction"], Decimal(row["percent"]), money(row["net"]),
                   money(row["tax"]), bool(row["is_included"]), bool(row["is_estimate"]),
                   row["collected_by"])


def _steps(order: Order) -> tuple[Step, ...]:
    """The way of an order with the times its log has; an ended order shows where it ended."""
    times: dict[str, datetime] = {}
    for kind, at in db.session.execute(
        select(OrderEvent.kind, OrderEvent.happened_at).where(OrderEvent.order_id == order.id)
        .order_by(OrderEvent.id)
    ):
        times.setdefault(kind, at)
    times["awaiting_payment"] = order.placed_at
    states = [str(state) for state in WAY]
    if order.state in {OrderState.CANCELLED, OrderState.EXPIRED}:
        states = [state for state in states if state in times] + [order.state]
    return tuple(Step(state, times.get(state), state == order.state) for state in states)


def _refunded(order: Order) -> Money:
    minor = sum(db.session.scalars(
        select(Payment.refunded_minor).where(Payment.order_id == order.id)))
    return Money(minor, order.currency)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

"""Starting payments: an attempt is a row with its key before the provider is called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from app.extensions import db, providers, transaction
from app.kernel import clock
from app.kernel.errors import Conflict, PaymentDeclined, ProviderUnavailable
from app.kernel.money import Money
from app.kernel.order_state import OrderState
from app.models.order import Order, OrderLine
from app.models.payment import Payment
from app.services import wording
from app.services.orders import journal
from app.services.payment.methods import PROVIDER_OF, provider_of
from app.services.payment.port import Charge, ChargeLine, Session

OPEN = ("started", "pending")
# A provider may keep its own failure under the key for a day (Stripe keeps a 500), so the next try
# is an attempt with a key of its own. What it may have opened before cannot be paid: nobody has
# its address.
UNREACHED = "unreached"


def attempt(order: Order, number: int, expires_at: datetime) -> Payment:
    """A new attempt's row, not yet added. Its key makes repeating the call harmless."""
    return Payment(
        order_id=order.id, attempt=number, method=order.payment_method,
        provider=PROVIDER_OF.get(order.payment_method, order.payment_method),
        key=f"order-{order.id}-{order.token[:8]}-{number}", amount_minor=order.total_minor,
        currency=order.currency, expires_at=expires_at,
    )


def latest(order: Order) -> Payment:
    """The order's newest attempt."""
    payment = db.session.scalar(
        select(Payment).where(Payment.order_id == order.id).order_by(Payment.attempt.desc())
        .limit(1)
    )
    if payment is None:
        raise Conflict("payment_method_unknown")
    return payment


def start(order: Order) -> Payment:
    """Ask the provider for the money, outside any transaction. Safe to repeat.

    raises  PaymentDeclined, ProviderUnavailable, ProviderRejected; the order is kept
    """
    payment = latest(order)
    if (payment.state, payment.reason) == ("failed", UNREACHED):
        payment = _after_unreached(order, payment)
    if payment.state != "started" or payment.reference:
        return payment
    try:
        session = provider_of(payment.method).start(charge(order, payment))
    except PaymentDeclined as error:
        _fail(order, payment, "payment_declined", str(error.params.get("reason", "")))
        raise
    except ProviderUnavailable:
        _fail(order, payment, "payment_unreached", UNREACHED)
        raise
    _remember(payment, session)
    return payment


def start_again(order: Order, method: str, expires_at: datetime) -> Payment:
    """A new attempt after one failed or expired; the older one can no longer be paid.

    raises  Conflict (illegal_step) when the order does not await payment any more
    """
    with transaction() as session:
        locked = session.scalar(
            select(Order).where(Order.id == order.id).with_for_update()
            .execution_options(populate_existing=True)
        )
        if locked is None or locked.state != OrderState.AWAITING_PAYMENT:
            raise Conflict("illegal_step")
        number = session.scalar(
            select(func.max(Payment.attempt)).where(Payment.order_id == order.id)
        ) or 0
        older = latest(order)
        is_open = older.state in OPEN and older.expires_at > clock.now()
        if not (is_open and older.method == method):
            if older.state in OPEN:
                older.state = "superseded"
            locked.payment_method = method
            until = min(expires_at, locked.pay_until)
            session.add_all([attempt(locked, number + 1, until), locked])
    return start(order)


def charge(order: Order, payment: Payment) -> Charge:
    """The order as the provider is asked for it; the same row always makes the same charge."""
    base = providers().settings.base_url
    prefix = f"{order.language.lower()}-{order.market_code}"
    home = f"{base}/{prefix}/orders/{order.token}"
    return Charge(
        key=payment.key, order_number=order.number,
        amount=Money(payment.amount_minor, payment.currency), email=order.email,
        language=order.language, return_url=f"{home}/return?attempt={payment.attempt}",
        cancel_url=f"{home}/return?attempt={payment.attempt}&cancelled=1",
        expires_at=payment.expires_at,
        description=wording.say(order.language, wording.ORDER, number=order.number),
        lines=charge_lines(order), country=order.address.get("country", ""),
        order_token=order.token,
    )


def charge_lines(order: Order) -> tuple[ChargeLine, ...]:
    """Gross lines, delivery, duty and tax where they add up to the total; else none."""
    quoted, currency = order.quote, order.currency
    rows = db.session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    )
    lines = [
        ChargeLine(f"{row.quantity} × {row.name}" + (f", {row.options}" if row.options else ""),
                   Money(row.unit_minor * row.quantity, currency))
        for row in rows
    ]
    on_top = sum(quoted[name]["minor"] for name in ("tax", "duty", "fees", "rounding"))
    on_top -= quoted["tax_included"]["minor"]
    extras = ((wording.DELIVERY, quoted["shipping"]["minor"]), (wording.DUTY_AND_TAX, on_top))
    lines += [ChargeLine(wording.say(order.language, label), Money(minor, currency))
              for label, minor in extras if minor]
    adds_up = sum(line.amount.minor for line in lines) == order.total_minor
    return tuple(lines) if adds_up and all(line.amount.minor > 0 for line in lines) else ()


def instructions(order: Order) -> Mapping[str, str] | None:
    """How to pay an order by transfer; None for methods with a page of their own."""
    payment = latest(order)
    if payment.provider != "transfer":
        return None
    return provider_of(payment.method).start(charge(order, payment)).instructions


def _after_unreached(order: Order, payment: Payment) -> Payment:
    with transaction() as session:
        fresh = attempt(order, payment.attempt + 1, payment.expires_at)
        session.add(fresh)
    return fresh


def _fail(order: Order, payment: Payment, kind: str, reason: str) -> None:
    with transaction():
        payment.state, payment.reason = "failed", reason
        db.session.add(payment)
        journal.note(order, kind)


def _remember(payment: Payment, session: Session) -> None:
    with transaction():
        payment.reference, payment.redirect_url = session.reference, session.redirect_url or ""
        if payment.state == "started" and session.state == "pending":
            payment.state = "pending"
        db.session.add(payment)

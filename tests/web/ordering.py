"""Orders of the cast, placed and paid through the shop's own services, for tests of mails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.money import Money
from app.models.order import Order, OrderLine, Shipment
from app.models.payment import Refund
from app.services import markets
from app.services.cart import carts
from app.services.cart.view import view
from app.services.checkout import placing, steps
from app.services.orders import journal, withdrawing
from app.services.payment import flow, refunds, settling
from app.services.payment.port import PaymentState, Receipt
from tests import world


@dataclass(frozen=True)
class Purchase:
    """Who buys what where; the first delivery that is offered."""

    market: str
    language: str
    currency: str
    buyer: Mapping[str, str]
    goods: Sequence[tuple[world.Sold, int]] = ((world.TEA, 2), (world.CUP, 1))
    method: str = ""
    coupon: str = ""


GERMAN = Purchase("de", "de", "EUR", world.ADA, method="transfer", coupon="TEN")
AMERICAN = Purchase("us", "en", "USD", world.BO)
JAPANESE = Purchase("jp", "ja", "JPY", world.HIRO)
KUWAITI = Purchase("kw", "ar", "KWD", {**world.NURA, "phone": "+96522212345"})


def place(bought: Purchase) -> Order:
    """The order, waiting for its money."""
    market = markets.find(bought.market)
    cart = carts.start(market, bought.language, bought.currency)
    for sold, count in bought.goods:
        carts.add(cart, sold.sku, count, market)
    steps.set_address(cart, bought.buyer)
    if bought.coupon:
        steps.add_coupon(cart, bought.coupon)
    offered = view(cart).quote
    assert offered is not None and offered.options, offered and offered.problems
    steps.set_delivery(cart, offered.options[0].id, dap_accepted=True,
                       phone=bought.buyer.get("phone", ""))
    steps.set_payment(cart, bought.method or "test")
    return placing.place(cart)


def pay(order: Order) -> None:
    """The money arrives, as the provider would say it."""
    payment = flow.latest(order)
    settling.settle(payment.id, Receipt(
        payment.reference, PaymentState.PAID, amount=Money(order.total_minor, order.currency),
        charge_reference=f"charge-{order.id}", order_number=order.number))
    db.session.refresh(order)


def ship(order: Order, tracking: str = "LX123456789PT",
         url: str = "https://carrier.example/follow?code=LX123456789PT&lang=en") -> None:
    """A parcel with a number leaves."""
    with transaction() as session:
        session.add(Shipment(order_id=order.id, service="post", tracking=tracking,
                             tracking_url=url))


def give_back(order: Order, minor: int, reason: str = "goodwill") -> Refund:
    """A refund that is through."""
    refund = refunds.ask(flow.latest(order), minor, reason)
    with transaction():
        refund.state, refund.done_at = "done", clock.now()
        db.session.add(refund)
    return refund


def withdraw(order: Order, name: str = "Ada Lovelace") -> int:
    """Withdraw from the first line; the declaration's id."""
    line = db.session.query(OrderLine).filter_by(order_id=order.id, position=0).one()
    return withdrawing.declare(order, {line.id: 1}, name).id


def flag(order: Order, why: str = "amount_mismatch") -> None:
    """Something staff must look at."""
    journal.flag(order, why, asked=order.total_minor, got=1, currency=order.currency)

"""Readiness of a market and of a product in it; opening and publishing only what is ready."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel.errors import Conflict
from app.models.catalogue import Product
from app.models.market import Market
from app.services import markets
from app.services.catalogue import editing
from app.services.outbox import log
from app.services.readiness import front, goods, law
from app.services.readiness.facts import facts_of
from app.services.readiness.finding import Report, sorted_report


def report(code: str) -> Report:
    """What is missing before anything may be sold in a market. Raises NotFound."""
    held = facts_of(code)
    return sorted_report(
        code, [*law.findings(held), *front.findings(held), *goods.findings(held)])


def product_report(product_id: int, code: str) -> Report:
    """What a product lacks to be sold in a market. Raises NotFound."""
    return sorted_report(code, goods.findings(facts_of(code, [product_id])))


def every_market() -> tuple[str, ...]:
    """Codes of all markets in their order, closed ones too."""
    return tuple(db.session.scalars(select(Market.code).order_by(Market.position)))


def open_market(code: str, *, anyway: bool = False) -> Report:
    """Open a market that is ready, or, where its merchant says so, one that is not.

    raises  NotFound, Conflict (market_not_ready, params: findings)
    """
    found = report(code)
    if found.blocking and not anyway:
        raise Conflict("market_not_ready", findings=found.blocking)
    _set_open(code, is_open=True)
    return found


def close_market(code: str) -> None:
    """Nothing is sold there from now on. Raises NotFound, Conflict (last_market)."""
    markets.any_of(code)
    if [one.code for one in markets.all_markets()] == [code]:
        raise Conflict("last_market")
    _set_open(code, is_open=False)


def publish(product_id: int, codes: Sequence[str] = ()) -> dict[str, Report]:
    """Show a product in these markets (default: all open ones), each only where it is ready.

    Where it is not, it stays hidden; the others show it.
    returns  market -> its report, for the markets where it is refused
    raises   Invalid (product_incomplete), NotFound, Conflict (product_not_ready, params: reports)
             where no market takes it: then nothing is changed
    """
    wanted = list(codes) or [market.code for market in markets.all_markets()]
    found = {code: product_report(product_id, code) for code in wanted}
    refused = {code: one for code, one in found.items() if not one.is_ready}
    if wanted and len(refused) == len(wanted):
        raise Conflict("product_not_ready", reports=refused)
    with transaction():
        editing.publish(product_id)
        for code in wanted:
            hide(product_id, code, hidden=code in refused)
    return refused


def hide(product_id: int, code: str, *, hidden: bool = True) -> None:
    """Take a product out of one market, or put it back. Raises NotFound."""
    with transaction() as session:
        row = session.scalar(select(Market).where(Market.code == code))
        product = session.get(Product, product_id)
        if row is None or product is None:
            markets.any_of(code)
            return
        if (product.code in row.hidden_products) == hidden:
            return
        kept = [one for one in row.hidden_products if one != product.code]
        row.hidden_products = [*kept, product.code] if hidden else kept
        session.flush()
        log.emit("market")
        log.emit("product", product_id)


def _set_open(code: str, *, is_open: bool) -> None:
    with transaction() as session:
        row = session.scalars(select(Market).where(Market.code == code)).one()
        if row.is_open != is_open:
            row.is_open = is_open
            session.flush()
            log.emit("market")

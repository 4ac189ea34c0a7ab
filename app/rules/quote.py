"""The quote: one pure function from facts and a RateBook to every number a shopper pays.

The same result stands on the product page's slip, in the cart, the checkout, the API, the order
and the mail. It calls nothing outside; what a live provider answered is a fact or a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules import across_rates, promotions, restrictions
from app.rules.consignments import Cleared, Parcelled, clear
from app.rules.explanation import Why
from app.rules.facts import LineFacts, QuoteFacts
from app.rules.offers import CrossesBorder
from app.rules.order_rounding import round_together
from app.rules.places import crosses_border, locate
from app.rules.rate_book import RateBook
from app.rules.restrictions import Barred
from app.rules.result import DeliveryOption, DueAtDoor, Quote, QuotedLine
from app.rules.shipping import delivery_options

# The treatment decides the price and the price may decide the treatment (a limit): looked at twice.
ROUNDS = 2


def quote(facts: QuoteFacts, book: RateBook) -> Quote:
    """Price a cart to its destination. See app/rules/result.py for what the parts mean."""
    found, parts = _priced(facts, book)
    asked = facts
    for _ in range(ROUNDS if across_rates.is_moved(facts) else 0):
        wanted = across_rates.repriced(facts, parts, book)
        if wanted == asked:
            break
        asked = wanted
        found, parts = _priced(asked, book)
    return found


def _priced(facts: QuoteFacts, book: RateBook) -> tuple[Quote, Sequence[Cleared]]:
    """The quote at the prices given, and its consignments.

    A service that goes DDP cannot prepay what is not known: the offer is DAP then, and says so
    before anybody orders (Directive 2011/83/EU Art. 6(1)(e)).
    """
    currency = facts.currency
    sold = promotions.apply(facts.lines, facts.promotions, currency)
    paid_goods = Money.total(sold.paid.values(), currency)
    options, why_options, comparison = delivery_options(
        facts, paid_goods, book, _border_between(book))
    option = choose(options, facts.option)
    cleared = [clear(facts, held, book)
               for held in _parcelled(facts, sold.paid_rows, option, book)]
    round_together(cleared, facts.market)
    lines, due = _lines(facts.lines, sold), _due(cleared, currency)
    if option is not None and option.incoterm == "DDP" and due.is_asked:
        options = tuple(replace(one, incoterm="DAP") for one in options)
        option = choose(options, option.id)
    totals = _Totals(facts, sold, option, cleared, book)
    barred = restrictions.barred(facts.lines, facts.destination, book, facts.now.date())
    problems = _problems(facts, options, barred)
    return Quote(
        currency=currency, lines=lines, discounts=sold.discounts, options=options, option=option,
        consignments=tuple(part.consignment for part in cleared),
        taxes=tuple(tax for part in cleared if not part.tax_at_door for tax in part.taxes),
        duties=tuple(duty for part in cleared if not part.duty_at_door for duty in part.duties),
        fees_lines=tuple(fee for part in cleared if not part.duty_at_door for fee in part.fees),
        goods=totals.goods, discount=totals.discount, shipping=totals.shipping, tax=totals.tax,
        tax_included=totals.included, duty=totals.duty, fees=totals.fees,
        rounding=totals.rounding, total=totals.total,
        due_at_door=due,
        is_estimate=any(part.is_estimate for part in cleared) or not facts.destination.postal_code,
        problems=problems,
        why=(*_why_prices(facts.lines), *sold.why, *why_options,
             *(why for part in cleared for why in part.why), *totals.why,
             *restrictions.why(barred)),
        barred=barred, comparison=comparison,
    ), cleared


def choose(options: Sequence[DeliveryOption], wanted: str) -> DeliveryOption | None:
    """The option the shopper chose where it is still offered, else the cheapest, else None."""
    by_id = {option.id: option for option in options}
    return by_id.get(wanted) or (options[0] if options else None)


class _Totals:
    """The sums, with the one rounding line that makes the total chargeable."""

    def __init__(self, facts: QuoteFacts, sold: promotions.Discounted,
                 option: DeliveryOption | None, parts: Sequence[Cleared], book: RateBook) -> None:
        currency, zero = facts.currency, Money.zero(facts.currency)
        self.goods = Money.total(sold.goods.values(), currency)
        self.discount = Money.total(sold.off.values(), currency)
        self.shipping = option.price if option else zero
        now = [part for part in parts if not part.tax_at_door]
        cleared = [part for part in parts if not part.duty_at_door]
        self.tax = Money.total((part.tax or zero for part in now), currency)
        self.included = Money.total((part.tax_included or zero for part in now), currency)
        self.duty = Money.total((part.duty or zero for part in cleared), currency)
        self.fees = Money.total((part.fee_total or zero for part in cleared), currency)
        exact = (self.goods - self.discount + self.shipping + self.tax - self.included
                 + self.duty + self.fees)
        policy = book.currency(currency)
        self.total = exact.to_step(policy.payment_step)
        self.rounding = self.total - exact
        self.why = (Why("rounding", "payment_step", rate=str(policy.payment_step),
                        source=policy.source),) if self.rounding else ()


def _parcelled(facts: QuoteFacts, paid_rows: Sequence[Money], option: DeliveryOption | None,
               book: RateBook) -> list[Parcelled]:
    """The cart by warehouse, each with its share of the shipping by goods value."""
    by_warehouse: dict[str, list[tuple[LineFacts, Money]]] = {}
    for line, paid in zip(facts.lines, paid_rows, strict=True):
        by_warehouse.setdefault(line.warehouse, []).append((line, paid))
    if not by_warehouse:
        return []
    weights = [sum(paid.minor for _, paid in rows) for rows in by_warehouse.values()]
    shipping = option.price if option else Money.zero(facts.currency)
    shares = shipping.split(weights if any(weights) else [1] * len(weights))
    services = dict(option.services) if option else {}
    dispatches = dict(option.dispatches) if option else {}
    found = []
    for (code, rows), share in zip(by_warehouse.items(), shares, strict=True):
        service = book.services.get(services.get(code, ""))
        found.append(Parcelled(
            lines=[line for line, _ in rows], paid=[paid for _, paid in rows], shipping=share,
            ship_from=book.warehouses[code].country, service=service.code if service else "",
            incoterm=service.incoterm if service else "DDP", dispatch=dispatches.get(code),
            carriage="post" if service and service.mode == "post" else "courier",
            carrier=service.carrier if service else "",
            postal_code=book.warehouses[code].postal_code,
        ))
    return found


def _lines(rows: Sequence[LineFacts], sold: promotions.Discounted) -> tuple[QuotedLine, ...]:
    merged: dict[str, QuotedLine] = {}
    for row in rows:
        count = row.quantity + (merged[row.line].quantity if row.line in merged else 0)
        merged[row.line] = QuotedLine(
            line=row.line, sku=row.sku, quantity=count, unit_price=row.unit_price,
            goods=sold.goods[row.line], discount=sold.off[row.line], paid=sold.paid[row.line],
        )
    return tuple(merged.values())


def _due(parts: Sequence[Cleared], currency: str) -> DueAtDoor:
    """What the carrier will ask for at the door, in estimate; None where it is not known."""
    at_door = [part for part in parts if part.duty_at_door]
    return DueAtDoor(
        _known([part.duty for part in at_door], currency),
        _known([part.tax for part in parts if part.tax_at_door], currency),
        _known([part.fee_total for part in at_door], currency),
    )


def _known(amounts: Sequence[Money | None], currency: str) -> Money | None:
    """The sum, or None when a part of it is not known."""
    known = [amount for amount in amounts if amount is not None]
    return Money.total(known, currency) if len(known) == len(amounts) else None


def _border_between(book: RateBook) -> CrossesBorder:
    """Whether customs stand between a country and an address, by the rows of territories."""
    def crosses(origin: str, destination: Destination) -> bool:
        return crosses_border(locate(Destination(origin), book), locate(destination, book))

    return crosses


def _problems(facts: QuoteFacts, options: Sequence[DeliveryOption],
              barred: Sequence[Barred]) -> tuple[str, ...]:
    if not facts.lines:
        return ("cart_empty",)
    found = {"no_delivery": not options, "restricted": bool(barred)}
    return tuple(code for code, holds in found.items() if holds)


def _why_prices(rows: Sequence[LineFacts]) -> tuple[Why, ...]:
    found: dict[str, Why] = {}
    for row in rows:
        how = row.price.derivation
        found[row.sku] = Why(
            f"price:{row.sku}", f"price_{row.price.origin}", rate=str(how.get("rate", "")),
            day=str(how.get("rate_date", "")), source=str(how.get("rate_source", "")),
            params={"list": row.price.list_code, "row": str(row.price.row_id),
                    **{key: str(value) for key, value in how.items()}},
        )
    return tuple(found.values())


def as_dict(value: Quote) -> dict[str, object]:
    """Plain values for keeping with an order; money as {"minor", "currency"}, days as ISO text."""
    return _plain(value)  # type: ignore[return-value]


def _plain(value: object) -> object:
    if type(value) is str or value is None or isinstance(value, int):
        return value
    names = _fields_of(type(value))  # type: ignore[arg-type]  # a class is hashable
    if names:
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)


@cache
def _fields_of(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()

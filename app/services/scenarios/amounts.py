"""Cases about amounts: rounding of tax, sharing out, discounts, exchange, refunds, prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.kernel.fx import Rate
from app.kernel.money import Money
from app.rules.explanation import Why
from app.rules.pricing import Ending, fx_price
from app.rules.prior_price import prior_price, reduction_percent
from app.rules.promotions import (
    AMOUNT_LINES,
    AMOUNT_ORDER,
    PERCENT_LINES,
    PERCENT_ORDER,
    Step,
    discounts,
)
from app.rules.refunds import refund
from app.rules.tax_amounts import ALSO_CALLED, DIRECTIONS, MODES, tax_of
from app.rules.unit_price import unit_price
from app.services.payment.units import stripe_amount
from app.services.scenarios.fields import Fields, Refused, Unsupported

Answer = tuple[dict[str, Any], Mapping[str, list[Why]]]

# Amounts of cases that name no currency: only whole minor units are looked at.
NO_CURRENCY = "XXX"

_STEPS = {
    "percent_order": PERCENT_ORDER, "percent_lines": PERCENT_LINES,
    "amount_order": AMOUNT_ORDER, "fixed_order": AMOUNT_ORDER,
    "amount_order_minor": AMOUNT_ORDER, "fixed_order_minor": AMOUNT_ORDER,
    "fixed": AMOUNT_ORDER, "fixed_minor": AMOUNT_ORDER, "amount": AMOUNT_ORDER,
    "amount_minor": AMOUNT_ORDER,
    "amount_lines": AMOUNT_LINES, "fixed_lines": AMOUNT_LINES,
    "amount_lines_minor": AMOUNT_LINES, "fixed_lines_minor": AMOUNT_LINES,
}
# An amount off that says no more is taken off the order.
_OF_ALL = ("fixed", "fixed_minor", "amount", "amount_minor")


def tax_rounding(case: Fields) -> Answer:
    """Lines of one rate -> net, tax, gross."""
    currency = case.currency("currency", "EUR")
    rate = case.number("rate")
    mode = case.text("mode", "per_rate", one_of=sorted(MODES))
    method = case.text("method", "half_up", one_of=sorted({*DIRECTIONS, *ALSO_CALLED}))
    items = case.items("line_amounts_minor", needed=True)
    amounts = [Money(_whole(item), currency) for item in items]
    included = case.text("price_basis", one_of=("incl", "excl")) == "incl"
    sums, _ = tax_of(amounts, [rate], included=included, mode=mode, currency=currency,
                     direction=ALSO_CALLED.get(method, method))
    why = Why("tax", mode, rate=f"{rate} %", source="EN 16931 BR-CO-17; app/rules/tax_amounts.py")
    return {"net_minor": sums.net.minor, "tax_minor": sums.tax.minor,
            "gross_minor": (sums.net + sums.tax).minor}, {"tax_minor": [why], "net_minor": [why]}


def allocate(case: Fields) -> Answer:
    """An amount shared out by weights."""
    total = Money(case.whole("total_minor"), _currency(case))
    parts = total.split([_whole(item) for item in case.items("weights", needed=True)])
    why = Why("parts", "largest_remainder", source="Hamilton; ties to the earlier part")
    return {"parts_minor": [part.minor for part in parts],
            "sum_minor": sum(part.minor for part in parts)}, {"parts_minor": [why]}


def discount_steps(case: Fields) -> Answer:
    """Lines after discounts in the order given."""
    case.currency("currency", "EUR")
    amounts = []
    for line in case.each("lines", needed=True):
        line.text("sku", "")
        amounts.append(line.whole("unit_price_minor") * line.whole("qty", 1))
        line.end()
    steps = [_step(step) for step in case.each("steps", needed=True)]
    left = discounts(amounts, steps)
    why = [Why("line", step.kind, rate=str(step.value)) for step in steps]
    return {"line_minor": left, "total_minor": sum(left)}, {"line_minor": why, "total_minor": why}


def _step(fields: Fields) -> Step:
    name = fields.any_of(*_STEPS)
    if not name:
        raise Refused("steps: " + ", ".join(fields.rest()) + " is not a kind of discount")
    value = fields.number(name)
    if fields.has("lines") and name in _OF_ALL:
        raise Refused(f"steps: {name} with lines may be once or per line; say which")
    only = fields.items("lines") if fields.has("lines") else None
    fields.end()
    return Step(_STEPS[name], value, None if only is None else frozenset(map(_whole, only)))


def stripe(case: Fields) -> Answer:
    """The integer the payment provider is sent."""
    amount = stripe_amount(case.number("major"), case.currency("currency"))
    return {"amount": amount}, {"amount": [Why("amount", "smallest_unit",
                                               source="docs.stripe.com/currencies")]}


def converted_price(case: Fields) -> Answer:
    """A unit price in another currency, times the quantity."""
    base, quote = case.currency("from"), case.currency("to")
    rate = Rate(base, quote, case.number("rate"), "case", date.min)
    margin = case.number(case.any_of("margin_percent", "margin") or "margin_percent", "0")
    ending = None
    if case.has("ending"):
        fields = case.inside("ending")
        ending = Ending(fields.whole("step_minor"), fields.whole("offset_minor", 0),
                        fields.text("direction", "nearest", one_of=("nearest", "up", "down")))
        fields.end()
    unit = fx_price(Money(case.whole("minor"), base), rate, margin, ending).amount
    why = Why("unit", "fx_price", rate=f"1 {base} = {rate.value} {quote}", source="case")
    return {"unit_minor": unit.minor, "line_minor": (unit * case.whole("qty", 1)).minor}, {
        "unit_minor": [why], "line_minor": [why]}


def refunded(case: Fields) -> Answer:
    """What is paid back for pieces that come back."""
    currency = case.currency("currency", "EUR")
    amount = refund(
        Money(case.whole("line_paid_minor"), currency), case.whole("qty"),
        case.whole("refund_qty"), returned_before=case.whole("refunded_qty", 0),
        refunded_before=Money(case.whole("refunded_minor", 0), currency),
    )
    return {"refund_minor": amount.minor}, {"refund_minor": [Why("refund", "share_of_paid")]}


def prior(case: Fields) -> Answer:
    """The lowest price of the 30 days before a reduction."""
    currency = _currency(case)
    history = []
    for row in case.items("history", needed=True):
        if not isinstance(row, list) or len(row) != 2:
            raise Refused("history is not a list of [date, minor]")
        history.append((date.fromisoformat(row[0]), Money(_whole(row[1]), currency)))
    found = prior_price(history, case.day("reduction_from"))
    if found is None:
        raise Unsupported("no price held in the 30 days before the reduction")
    new = Money(case.whole("new_price_minor"), currency)
    why = Why("prior", "lowest_of_30_days", source="Directive 98/6/EC Art. 6a; CJEU C-330/23")
    return {"prior_minor": found.minor, "reduction_percent": reduction_percent(found, new)}, {
        "prior_minor": [why], "reduction_percent": [why]}


def per_unit(case: Fields) -> Answer:
    """The price per kilogram, litre, metre or piece."""
    price = Money(case.whole("price_minor"), _currency(case))
    found = unit_price(price, case.number("quantity"), case.text("unit"))
    return {"per": found.per, "unit_price_minor": found.amount.minor}, {
        "unit_price_minor": [Why("unit_price", "unit_price",
                                 source="Directive 98/6/EC Art. 2(b), 4")]}


def _currency(case: Fields) -> str:
    return case.currency("currency") if case.has("currency") else NO_CURRENCY


def _whole(value: Any) -> int:
    if type(value) is not int and not (isinstance(value, Decimal) and value == int(value)):
        raise Refused(f"{value!r} is not a whole number")
    return int(value)


OPERATIONS: Mapping[str, Callable[[Fields], Answer]] = {
    "tax_rounding": tax_rounding, "allocate": allocate, "discounts": discount_steps,
    "stripe_amount": stripe, "fx_price": converted_price, "refund": refunded,
    "prior_price": prior, "unit_price": per_unit,
}

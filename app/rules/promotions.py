"""Promotions in one fixed order, each its own line, shared over the cart lines it touches.

Products and categories come before the order, then rank, then code. Every promotion works on what
the earlier ones left and never takes more than that. A percentage is rounded half up once per
promotion on the sum it applies to; the parts are shared out by largest remainder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.kernel.money import CurrencyMismatch, Money, round_half_up
from app.rules.explanation import Why
from app.rules.facts import LineFacts, PromotionFacts
from app.rules.result import QuotedDiscount

PERCENT_ORDER, PERCENT_LINES = "percent_order", "percent_lines"
AMOUNT_ORDER, AMOUNT_LINES = "amount_order", "amount_lines"


@dataclass(frozen=True, slots=True)
class Step:
    """One reduction of amounts.

    kind   percent_order  percent of the sum, rounded once, shared out
           percent_lines  percent of each amount, each rounded
           amount_order   minor units off the sum, capped at it, shared out
           amount_lines   minor units off each amount, each capped at it
    only   indices it applies to; None for all
    """

    kind: str
    value: Decimal
    only: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Discounted:
    """A cart after its promotions.

    goods, off, paid  by cart line; paid = goods - off, never below zero
    paid_rows         the same paid amounts shared over the facts' rows, in their order (a cart
                      line served by two warehouses is two rows)
    """

    discounts: tuple[QuotedDiscount, ...]
    goods: Mapping[str, Money]
    off: Mapping[str, Money]
    paid: Mapping[str, Money]
    paid_rows: tuple[Money, ...]
    why: tuple[Why, ...]


def apply(
    lines: Sequence[LineFacts], promotions: Iterable[PromotionFacts], currency: str
) -> Discounted:
    """What the promotions take off these lines.

    A minimum is compared with goods before order discounts: an order promotion sees the goods
    after product and category promotions, those see the goods at their unit prices.
    raises  CurrencyMismatch  for a price, amount or minimum in another currency
    """
    goods = _goods(lines, currency)
    names = tuple(goods)
    left = list(goods.values())
    whole = before_order = sum(left)
    discounts: list[QuotedDiscount] = []
    why: list[Why] = []
    for promotion in sorted(promotions, key=_order):
        compared = before_order if promotion.scope == "order" else whole
        missing = _minor(promotion.minimum, currency) - compared
        if missing > 0:
            why.append(_not_reached(promotion, missing, currency))
            continue
        touched = _touched(promotion, lines, names)
        shares = reduction(left, _step(promotion, touched, currency))
        if any(shares):
            left = [amount - share for amount, share in zip(left, shares, strict=True)]
            discounts.append(_discount(promotion, names, shares, currency))
            why.append(_applied(promotion, sum(shares), currency))
        if promotion.scope != "order":
            before_order = sum(left)
    paid = {name: Money(amount, currency) for name, amount in zip(names, left, strict=True)}
    listed = {name: Money(amount, currency) for name, amount in goods.items()}
    return Discounted(
        tuple(discounts), listed, {name: listed[name] - paid[name] for name in names}, paid,
        _rows(lines, paid), tuple(why),
    )


def discounts(amounts: Sequence[int], steps: Iterable[Step]) -> list[int]:
    """Line amounts (minor units, not negative) after the steps, in the order given."""
    left = list(amounts)
    for step in steps:
        left = [amount - off for amount, off in zip(left, reduction(left, step), strict=True)]
    return left


def reduction(amounts: Sequence[int], step: Step) -> list[int]:
    """What one step takes off each amount: never negative, never more than is there.

    raises  ValueError  for an unknown kind
    """
    value = max(step.value, Decimal(0))
    held = [
        amount if step.only is None or i in step.only else 0 for i, amount in enumerate(amounts)
    ]
    match step.kind:
        case "percent_lines":
            return [min(round_half_up(amount * value / 100), amount) for amount in held]
        case "amount_lines":
            return [min(round_half_up(value), amount) for amount in held]
        case "percent_order":
            return _shared(round_half_up(sum(held) * value / 100), held)
        case "amount_order":
            return _shared(round_half_up(value), held)
    raise ValueError(f"unknown discount step {step.kind!r}")


def _shared(off: int, held: Sequence[int]) -> list[int]:
    whole = sum(held)
    if not whole:
        return [0] * len(held)
    # the currency plays no part in sharing out
    return [share.minor for share in Money(min(off, whole), "XXX").split(held)]


def _order(promotion: PromotionFacts) -> tuple[bool, int, str]:
    return promotion.scope == "order", promotion.rank, promotion.code


def _goods(lines: Sequence[LineFacts], currency: str) -> dict[str, int]:
    goods: dict[str, int] = {}
    for line in lines:
        amount = _minor(line.unit_price, currency) * line.quantity
        goods[line.line] = goods.get(line.line, 0) + amount
    return goods


def _minor(amount: Money | None, currency: str) -> int:
    if amount is None:
        return 0
    if amount.currency != currency:
        raise CurrencyMismatch(f"{currency} met {amount.currency!r}")
    return amount.minor


def _touched(
    promotion: PromotionFacts, lines: Sequence[LineFacts], names: Sequence[str]
) -> frozenset[int] | None:
    if promotion.scope == "order":
        return None
    hit = {
        line.line for line in lines
        if (
            line.product in promotion.codes
            if promotion.scope == "product"
            else not promotion.codes.isdisjoint(line.categories)
        )
    }
    return frozenset(i for i, name in enumerate(names) if name in hit)


def _step(promotion: PromotionFacts, only: frozenset[int] | None, currency: str) -> Step:
    if promotion.percent is not None:
        return Step(PERCENT_ORDER, promotion.percent, only)
    return Step(AMOUNT_ORDER, Decimal(_minor(promotion.amount, currency)), only)


def _discount(
    promotion: PromotionFacts, names: Sequence[str], shares: Sequence[int], currency: str
) -> QuotedDiscount:
    parts = tuple(
        (name, Money(share, currency)) for name, share in zip(names, shares, strict=True) if share
    )
    return QuotedDiscount(
        promotion.code, promotion.coupon, promotion.label, Money(sum(shares), currency), parts
    )


def _rows(lines: Sequence[LineFacts], paid: Mapping[str, Money]) -> tuple[Money, ...]:
    """Each cart line's paid amount shared over its rows by their goods."""
    places: dict[str, list[int]] = {}
    for i, line in enumerate(lines):
        places.setdefault(line.line, []).append(i)
    rows: list[Money] = [line.unit_price for line in lines]
    for name, indices in places.items():
        weights = [lines[i].unit_price.minor * lines[i].quantity for i in indices]
        amount = paid[name]
        shares = amount.split(weights) if any(weights) else [amount] * len(indices)
        for i, share in zip(indices, shares, strict=True):
            rows[i] = share
    return tuple(rows)


def _applied(promotion: PromotionFacts, minor: int, currency: str) -> Why:
    rate = "" if promotion.percent is None else f"{promotion.percent.normalize():f} %"
    params = {"label": promotion.label, "scope": promotion.scope, "coupon": promotion.coupon,
              "minor": str(minor), "currency": currency}
    return Why(f"discount:{promotion.code}", "promotion", rate, params=params)


def _not_reached(promotion: PromotionFacts, missing: int, currency: str) -> Why:
    params = {"label": promotion.label, "coupon": promotion.coupon,
              "missing_minor": str(missing), "currency": currency}
    return Why(f"discount:{promotion.code}", "minimum_not_reached", params=params)

"""The frozen quote as supplies: what was sold, at which VAT, and what was laid out for the buyer.

Each line, share of shipping, duty and fee is one item with a net amount; items stand in groups of
one VAT rate and category. Always: sum of nets + sum of VAT + rounding = the quote's total.

A net amount comes from its group's net, shared out by what was paid, so that nothing is rounded
twice. Import tax and duty that were collected for customs, and sales taxes that are no VAT, are
items of their own: money laid out for the buyer (VD Art. 79(c)), never VAT of this seller.
source  cross-border rules §10, §11; EN 16931 BR-CO-10…17
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.kernel.errors import Conflict
from app.kernel.money import Money
from app.rules.documents.batches import Batch, batches

Row = Mapping[str, Any]
GOODS, SHIPPING, DUTY, FEE, IMPORT_TAX, SALES_TAX = (
    "goods", "shipping", "duty", "fee", "import_tax", "sales_tax")
EXEMPT = frozenset({"K", "G", "AE", "E", "O"})
LAID_OUT, OUTSIDE = "VATEX-EU-79-C", "VATEX-EU-O"


@dataclass(slots=True)
class Item:
    """One row of a paper. unit, goods and paid are as sold, in the basis of the prices."""

    kind: str
    name: str
    net: Money
    group: int
    paid: Money
    line: str = ""
    sku: str = ""
    quantity: int = 1
    unit: Money | None = None
    goods: Money | None = None


@dataclass(slots=True)
class Group:
    """Items of one VAT rate. components: (name, percent, tax), for taxes in several parts."""

    jurisdiction: str
    name: str
    percent: Decimal
    category: str
    vatex: str
    net: Money
    tax: Money
    components: tuple[tuple[str, Decimal, Money], ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """Groups of the same key are one on the paper."""
        names = tuple(name for name, _, _ in self.components)
        return self.jurisdiction, self.percent, self.category, self.vatex, names


@dataclass(slots=True)
class Supplies:
    """All of an order. rounding: what makes the total chargeable (BT-114)."""

    currency: str
    total: Money
    rounding: Money
    items: list[Item] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    def place(self, group: Group) -> int:
        """The index of a group, merged with one of the same key."""
        for index, known in enumerate(self.groups):
            if known.key == group.key:
                known.net += group.net
                known.tax += group.tax
                known.components = tuple(
                    (name, percent, tax + more) for (name, percent, tax), (_, _, more)
                    in zip(known.components, group.components, strict=True))
                return index
        self.groups.append(group)
        return len(self.groups) - 1


def supplies(quote: Row) -> Supplies:
    """What the frozen quote sold.

    raises  Conflict (papers_lack_facts) for a quote from before consignments kept their parts
    """
    currency = str(quote["currency"])
    found = Supplies(currency, money(quote["total"]), Money.zero(currency))
    lines = {str(row["line"]): row for row in quote["lines"]}
    for row in quote["consignments"]:
        if not row.get("parts"):
            raise Conflict("papers_lack_facts")
        _consignment(found, row, lines)
    if {"O"} < {group.category for group in found.groups}:
        _without_o(found)
    parts = [item.net for item in found.items] + [group.tax for group in found.groups]
    found.rounding = found.total - Money.total(parts, currency)
    return found


def money(row: Row) -> Money:
    """A frozen amount."""
    return Money(int(row["minor"]), str(row["currency"]))


def _consignment(found: Supplies, row: Row, lines: Mapping[str, Row]) -> None:
    taxes = row["charged_taxes"]
    vat = [tax for tax in taxes if _is_vat(tax)]
    shipping = money(row["shipping"]) if row["shipping"] else Money.zero(found.currency)
    included = _or_zero(row["charged_included"], found.currency)
    if vat:
        extra = _taxed(found, row, vat, shipping, lines, included)
    else:
        extra = Money.zero(found.currency)
        _untaxed(found, row, shipping, lines, included)
    _laid_out(found, row, extra)


def _is_vat(tax: Row) -> bool:
    """VAT or a tax of its kind, charged by the seller. US sales tax is none."""
    return tax["collected_by"] == "seller" and not str(tax["jurisdiction"]).startswith("US")


def _taxed(found: Supplies, row: Row, vat: Sequence[Row], shipping: Money,  # noqa: PLR0913 - what one consignment holds
           lines: Mapping[str, Row], included: Money) -> Money:
    """Groups of one rate each. Returns what of their bases are fees and not prices."""
    held = batches(row["parts"], vat)
    nets = [batch.net for batch in held]
    paid = Money.total((batch.paid for batch in held), found.currency)
    extra = Money.total(nets, found.currency) - (paid + shipping - included)
    extra = max(extra, Money.zero(found.currency))
    largest = max(range(len(held)), key=lambda i: held[i].paid.minor)
    extras = [extra if i == largest else Money.zero(found.currency) for i in range(len(held))]
    shares = _shipping(held, extras, shipping)
    for batch, more, share in zip(held, extras, shares, strict=True):
        first = batch.taxes[0][0]
        group = Group(
            str(first["jurisdiction"]), str(first["name"]), batch.percent,
            "S" if batch.percent else "Z", "", batch.net, batch.tax,
            tuple((str(one["name"]), Decimal(str(one["percent"])), amount)
                  for one, amount in batch.taxes),
        )
        index = found.place(group)
        _items(found, batch.parts, share, batch.net - more, index, lines)
    unshared = shipping - Money.total(shares, found.currency)
    if unshared:  # shipping that the law leaves untaxed
        group = Group("", "", Decimal(0), "E", LAID_OUT, unshared, Money.zero(found.currency))
        found.items.append(Item(SHIPPING, "shipping", unshared, found.place(group), unshared))
    return extra


def _shipping(held: Sequence[Batch], extras: Sequence[Money], shipping: Money) -> list[Money]:
    """How the engine shared the shipping over the rates, read back from the bases."""
    zero = Money.zero(shipping.currency)
    if not shipping:
        return [zero for _ in held]
    guesses = []
    for batch, more in zip(held, extras, strict=True):
        whole = batch.net - more
        if batch.taxes[0][0]["is_included"]:
            whole += batch.tax - more.times(batch.percent, over=Decimal(100))
        guesses.append(max(whole - batch.paid, zero).minor)
    if sum(guesses) * 2 < shipping.minor:
        return [zero for _ in held]
    return shipping.split(guesses)


def _items(found: Supplies, parts: Sequence[Row], shipping: Money, net: Money, group: int,  # noqa: PLR0913 - one batch and where it goes
           lines: Mapping[str, Row]) -> None:
    """Lines and shipping of one group; their nets add up to the group's."""
    paid = [money(part["paid"]) for part in parts]
    weights = [max(amount.minor, 0) for amount in (*paid, shipping)]
    zero = Money.zero(found.currency)
    nets = net.split(weights) if any(weights) else [net] + [zero] * len(parts)
    for part, amount, share in zip(parts, paid, nets, strict=False):
        unit = money(lines[str(part["line"])]["unit_price"])
        quantity = int(part["quantity"])
        found.items.append(Item(
            GOODS, "", share, group, amount, str(part["line"]), str(part["sku"]), quantity, unit,
            unit * quantity,
        ))
    if shipping:
        found.items.append(Item(SHIPPING, "shipping", nets[-1], group, shipping))


def _untaxed(found: Supplies, row: Row, shipping: Money, lines: Mapping[str, Row],
             included: Money) -> None:
    """No VAT of this seller: supply to a business, export, outside the scope."""
    parts = row["parts"]
    net = Money.total((money(part["paid"]) for part in parts), found.currency) + shipping - included
    category = str(row["einvoice_category"])
    vatex = str(row["vatex"])
    if category not in EXEMPT:
        category, vatex = "O", OUTSIDE
    zero = Money.zero(found.currency)
    index = found.place(Group("", "", Decimal(0), category, vatex, net, zero))
    _items(found, parts, shipping, net, index, lines)


def _laid_out(found: Supplies, row: Row, in_base: Money) -> None:
    """Duty, fees, import tax and sales tax charged with the order.

    in_base  the fees that are part of the last taxed base (their net is in the group already)
    """
    rows = [(FEE, str(fee["name"]), money(fee["amount"])) for fee in row["charged_fees"]]
    fees = Money.total((amount for _, _, amount in rows), found.currency)
    for kind, name, amount in rows:
        if in_base and (in_base in {fees, amount}):
            found.items.append(Item(kind, name, amount, _dearest(found), amount))
        else:
            _lay_out(found, kind, name, amount)
    if row["charged_duty"]:
        _lay_out(found, DUTY, "duty", money(row["charged_duty"]))
    for tax in row["charged_taxes"]:
        if not _is_vat(tax):
            kind = IMPORT_TAX if tax["collected_by"] == "customs" else SALES_TAX
            name = f"{tax['name']}|{tax['jurisdiction']}|{tax['percent']}"
            _lay_out(found, kind, name, money(tax["tax"]))


def _dearest(found: Supplies) -> int:
    rated = [i for i, group in enumerate(found.groups) if group.category == "S"]
    return max(rated or range(len(found.groups)), key=lambda i: found.groups[i].net.minor)


def _lay_out(found: Supplies, kind: str, name: str, amount: Money) -> None:
    if not amount:
        return
    zero = Money.zero(found.currency)
    only_o = {group.category for group in found.groups} == {"O"}
    category, vatex = ("O", OUTSIDE) if only_o else ("E", LAID_OUT)
    index = found.place(Group("", "", Decimal(0), category, vatex, amount, zero))
    found.items.append(Item(kind, name, amount, index, amount))


def _without_o(found: Supplies) -> None:
    """"Not subject to VAT" may stand beside no other category (BR-O-11): said as exempt then."""
    moved: dict[int, int] = {}
    before, found.groups = found.groups, []
    for index, group in enumerate(before):
        if group.category == "O":
            group.category = "E"
        moved[index] = found.place(group)
    for item in found.items:
        item.group = moved[item.group]


def _or_zero(row: Row | None, currency: str) -> Money:
    return money(row) if row else Money.zero(currency)

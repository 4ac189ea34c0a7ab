"""Words of mails: sums with their keys, reasons, the seller's lines, Markdown as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.money import Money
from app.services.orders.reading import OrderView, TaxView
from app.web import filters, labels
from app.web.gettext import gettext as _

_MARKS = (
    (re.compile(r"^#{1,6}\s*", re.MULTILINE), ""),
    (re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)"), r"\1 (\2)"),
    (re.compile(r"(?<!\\)(\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w))"), ""),
    (re.compile(r"\\([^\w\s])"), r"\1"),
)


@dataclass(frozen=True, slots=True)
class SumRow:
    """A row of the sums. `key` becomes data-quote; `sign` stands before the amount; `parts` say
    what it is made of."""

    label: str
    amount: Money
    key: str
    sign: str = ""
    parts: tuple[tuple[str, Money], ...] = ()


def sum_rows(order: OrderView) -> list[SumRow]:
    """Everything between the lines and the total, as the frozen quote has it."""
    sums = order.sums
    rows = [SumRow(_("Goods"), sums["goods"], "goods")]
    if sums["discount"]:
        several = order.discounts if len(order.discounts) > 1 else ()
        label = _("Discount") if several or not order.discounts else order.discounts[0][0]
        rows.append(SumRow(label, sums["discount"], "discount", "−", several))
    rows.append(SumRow(_("Delivery"), sums["shipping"], "shipping"))
    if sums["duty"]:
        rows.append(SumRow(_("Duty"), sums["duty"], "duty"))
    if sums["fees"]:
        rows.append(SumRow(_("Customs fees"), sums["fees"], "fees"))
    rows += _added_taxes(order)
    if sums["rounding"]:
        rows.append(SumRow(_("Rounding"), sums["rounding"], "rounding"))
    return rows


def included_rows(order: OrderView) -> list[SumRow]:
    """The tax that is inside the total already, per rate and in sum; none where there is none."""
    sums = order.sums
    if not sums["tax_included"] or order.tax_on_top.minor < 0:
        return []
    inside = by_rate([tax for tax in order.taxes if tax.is_included])
    label = _("includes %(tax)s", tax=inside[0][0]) if len(inside) == 1 else _(
        "includes tax in total")
    parts = inside if len(inside) > 1 else ()
    rows = [SumRow(label, sums["tax_included"], "tax_included", parts=parts)]
    if order.tax_on_top:
        rows.append(SumRow(_("Tax in total"), sums["tax"], "tax"))
    return rows


def _added_taxes(order: OrderView) -> list[SumRow]:
    """Tax on top of the prices. `tax` marks the whole tax, so not a part of it."""
    if not order.tax_on_top:
        return []
    if order.tax_on_top.minor < 0:
        return [SumRow(_("Tax not charged, for a business"), -order.tax_on_top, "", "−")]
    added = by_rate([tax for tax in order.taxes if not tax.is_included])
    if order.sums["tax_included"]:
        return [SumRow(label, amount, "") for label, amount in added]
    if len(added) == 1:
        return [SumRow(added[0][0], order.sums["tax"], "tax")]
    return [SumRow(_("Tax in total"), order.sums["tax"], "tax", parts=added)]


def door_rows(order: OrderView) -> list[SumRow]:
    """What is paid on delivery, in estimate and as far as it is known."""
    labels = {"duty": _("Duty"), "tax": _("Import tax"), "fees": _("Carrier’s fee")}
    return [SumRow(labels[name], amount, "") for name, amount in order.due_at_door.items()
            if amount]


def door_sentence(order: OrderView) -> str:
    """Who pays duty and import tax, and when."""
    if order.incoterm != "DAP":
        return _("Nothing is left to pay when the parcel arrives.")
    if None in order.due_at_door.values():
        return _("Duty and import tax are not in the total. The carrier collects them when the"
                 " parcel arrives; how much they are, customs decides.")
    return _("Duty and import tax are not in the total. The carrier collects them when the parcel"
             " arrives, about:")


def by_rate(taxes: Sequence[TaxView]) -> tuple[tuple[str, Money], ...]:
    """("VAT 19%", amount) per tax and rate; parcels of one order are added up."""
    found: dict[str, Money] = {}
    for tax in taxes:
        name = _("%(tax)s %(rate)s", tax=labels.tax(tax.name), rate=filters.percent(tax.percent))
        found[name] = found[name] + tax.tax if name in found else tax.tax
    return tuple((name, amount) for name, amount in found.items() if amount)


def cancel_reason(code: str) -> str:
    """Why an order was cancelled."""
    return {
        "sold_out_meanwhile": _("When your payment arrived, the goods had been sold."),
        "by_customer": _("You asked us to cancel it."),
        "unpaid": _("The payment did not arrive."),
        "undeliverable": _("We cannot deliver to your address."),
    }.get(code, _("We cannot carry it out. Please write to us if you want to know more."))


def attention(why: str, details: Mapping[str, Any]) -> str:
    """What staff must look at."""
    if why == "amount_mismatch":
        return _("The amount paid is not the amount asked for. The order stays unpaid until"
                 " somebody decides.")
    if why == "dispute":
        return _("The card holder disputes the payment (%(state)s). Answer in the provider's"
                 " dashboard before the deadline.", state=details.get("state", "?"))
    return {
        "withdrawal": _("The customer has withdrawn from the contract. Expect the goods and"
                        " refund within 14 days."),
        "refund_failed": _("A refund was refused by the payment provider. Send the money in"
                           " another way."),
        "tax_id_confirmed": _("The register has confirmed the buyer's tax ID after the order."
                              " The tax can be paid back: flask tax credit NUMBER."),
    }.get(why, _("Something unusual happened: %(code)s.", code=why))


def details_of(details: Mapping[str, Any]) -> list[tuple[str, Money | str]]:
    """What is known of a flagged order, for staff: (label, amount or text)."""
    names = {"asked": _("Asked for"), "got": _("Received"), "state": _("Dispute state"),
             "refund": _("Refund"), "owed": _("To be paid back")}
    currency = details.get("currency")
    found: list[tuple[str, Money | str]] = []
    for key, value in details.items():
        if key in {"asked", "got", "owed"} and isinstance(value, int) and currency:
            found.append((names[key], Money(value, currency)))
        elif key != "currency" and value not in (None, ""):
            found.append((names.get(key, key), str(value)))
    return found


def plain(markdown: str) -> str:
    """Markdown as text a mail program without HTML shows: marks gone, links behind their words."""
    for pattern, instead in _MARKS:
        markdown = pattern.sub(instead, markdown)
    return markdown.strip()

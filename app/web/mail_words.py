"""Words of mails: sums with their keys, reasons, the seller's lines, Markdown as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.kernel.money import Money
from app.services.orders.reading import OrderView, TaxView
from app.web import filters

_MARKS = (
    (re.compile(r"^#{1,6}\s*", re.M), ""),
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
        rows.append(SumRow(_("Discount"), sums["discount"], "discount", "−", order.discounts))
    rows.append(SumRow(_("Delivery"), sums["shipping"], "shipping"))
    if sums["duty"]:
        rows.append(SumRow(_("Customs duty"), sums["duty"], "duty"))
    if sums["fees"]:
        rows.append(SumRow(_("Customs and parcel fees"), sums["fees"], "fees"))
    on_top = [tax for tax in order.taxes if not tax.is_included]
    if order.tax_on_top:
        key = "tax_on_top" if sums["tax_included"] else "tax"
        rows.append(SumRow(_("Tax"), order.tax_on_top, key, parts=by_rate(on_top)))
    if sums["rounding"]:
        rows.append(SumRow(_("Rounding"), sums["rounding"], "rounding"))
    return rows


def included_row(order: OrderView) -> SumRow | None:
    """The tax that is inside the total already; None where there is none."""
    if not order.sums["tax_included"]:
        return None
    key = "tax_included" if order.tax_on_top else "tax"
    inside = [tax for tax in order.taxes if tax.is_included]
    return SumRow(_("Tax included"), order.sums["tax_included"], key, parts=by_rate(inside))


def door_rows(order: OrderView) -> list[SumRow]:
    """What is paid on delivery, as far as it is known; none where everything is paid already."""
    labels = {"duty": _("Customs duty"), "tax": _("Import tax"), "fees": _("Fees")}
    return [SumRow(labels[name], amount, f"due_{name}")
            for name, amount in order.due_at_door.items() if amount]


def by_rate(taxes: Sequence[TaxView]) -> tuple[tuple[str, Money], ...]:
    """("VAT 19%", amount) per tax and rate; parcels of one order are added up."""
    found: dict[tuple[str, str], Money] = {}
    for tax in taxes:
        key = (tax.name, filters.percent(tax.percent))
        found[key] = found[key] + tax.tax if key in found else tax.tax
    return tuple((f"{name} {rate}", amount) for (name, rate), amount in found.items() if amount)


def address_lines(address: Mapping[str, str]) -> list[str]:
    """A postal address as lines of an envelope, the country last and in the reader's language."""
    town = " ".join(filter(None, (address.get("postal_code"), address.get("city"))))
    lines = [address.get("name"), address.get("company"), address.get("line1"),
             address.get("line2"), town, address.get("region"),
             filters.country(address.get("country", ""))]
    return list(dict.fromkeys(line for line in lines if line))


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
    }.get(why, _("Something unusual happened: %(code)s.", code=why))


def plain(markdown: str) -> str:
    """Markdown as text a mail program without HTML shows: marks gone, links behind their words."""
    for pattern, instead in _MARKS:
        markdown = pattern.sub(instead, markdown)
    return markdown.strip()

"""A credit note: a part of an invoice given back, or all that is left of it.

Each rate takes its share of what is given back by what is left of it, so that the credit notes of
an invoice that is paid back whole add up to the invoice, in every net and every tax, to the last
unit; rate and treatment are those of the invoice, never today's (cross-border rules §0.2, §10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.kernel.errors import Conflict
from app.kernel.money import Money
from app.rules.documents.content import Content, InvoiceFacts, head
from app.rules.documents.regions import EU, FORMS, PLAIN, Form, title_of

# Tax that was charged until the buyer's number was confirmed: it alone is given back.
TAX_ONLY = "vat_credit"


def credit_note(invoice: Content, before: Sequence[Content], amount: Money, reason: str,
                facts: InvoiceFacts) -> Content:
    """The credit note for an amount of an invoice.

    before  credit notes of the same invoice so far
    raises  Conflict (credit_too_large) when more is given back than the invoice has left
    """
    left = _left(invoice, before)
    whole = sum(row["net"] + row["tax"] for row in left) + left[-1]["rounding"]
    if amount.currency != invoice["currency"] or not 0 < amount.minor <= whole:
        raise Conflict("credit_too_large", left=whole)
    is_full = amount.minor == whole and not before
    tax_only = reason == TAX_ONLY and amount.minor <= sum(row["tax"] for row in left)
    if tax_only:
        groups = _share_of_tax(left, amount)
    else:
        groups = [dict(row) for row in left] if amount.minor == whole else _share(left, amount)
    rounding = amount.minor - sum(row["net"] + row["tax"] for row in groups)
    form = _form(str(invoice["form"]))
    kept = {name: invoice[name] for name in ("seller", "buyer", "ship_to", "supplied_on")
            if not (tax_only and name == "buyer")}
    for row in groups:
        row.pop("rounding", None)
    return {
        **invoice, "kind": "credit_note", **head(facts, form), **kept,
        "title": title_of(form, facts.seller.numbers, is_credit=True), "number": facts.number,
        "rows": invoice["rows"] if is_full else _rows(groups, bool(invoice["prices_include_tax"])),
        "groups": groups, "local": _local(invoice, groups, before, is_last=amount.minor == whole),
        "sums": _sums(invoice, groups, rounding, amount.minor, is_full=is_full),
        "discounts": invoice["discounts"] if is_full else [],
        "corrects": {"number": invoice["number"], "issued_on": invoice["issued_on"]},
        "reason": reason, "is_full": is_full,
        "is_off_norm": tax_only or any(one["is_off_norm"] for one in before),
    }


def _form(code: str) -> Form:
    known = {form.code: form for form in FORMS.values()}
    return known.get(code, EU if code == "eu" else PLAIN)


def _left(invoice: Content, before: Sequence[Content]) -> list[Content]:
    """The invoice's groups less what was credited; the last also says the rounding left."""
    rows = [dict(row) for row in invoice["groups"]]
    for note in before:
        for row, less in zip(rows, note["groups"], strict=True):
            row["net"] -= less["net"]
            row["tax"] -= less["tax"]
            row["components"] = [
                [name, percent, tax - gone] for (name, percent, tax), (_, _, gone)
                in zip(row["components"], less["components"], strict=True)]
    rounding = invoice["sums"]["rounding"] - sum(note["sums"]["rounding"] for note in before)
    for row in rows:
        row["rounding"] = 0
    rows[-1]["rounding"] = rounding
    return rows


def _share(left: Sequence[Content], amount: Money) -> list[Content]:
    """An amount over the rates, by what is left of each with its tax; then into net and tax."""
    weights = [max(row["net"] + row["tax"], 0) for row in left]
    held = min(amount, Money(sum(weights), amount.currency))  # what is over is the rounding
    found = []
    for row, share in zip(left, held.split(weights), strict=True):
        gross = row["net"] + row["tax"]
        parts = share.split([row["net"], row["tax"]]) if gross > 0 else [share, share * 0]
        taxes = [tax for _, _, tax in row["components"]]
        split = parts[1].split(taxes) if any(taxes) else [parts[1] * 0 for _ in taxes]
        found.append({**row, "net": parts[0].minor, "tax": parts[1].minor, "components": [
            [name, percent, part.minor]
            for (name, percent, _), part in zip(row["components"], split, strict=True)]})
    return found


def _share_of_tax(left: Sequence[Content], amount: Money) -> list[Content]:
    """An amount of tax alone over the rates, by the tax that is left of each."""
    found = []
    shares = amount.split([row["tax"] for row in left])
    for row, share in zip(left, shares, strict=True):
        taxes = [tax for _, _, tax in row["components"]]
        split = share.split(taxes) if any(taxes) else [share * 0 for _ in taxes]
        found.append({**row, "net": 0, "tax": share.minor, "components": [
            [name, percent, part.minor]
            for (name, percent, _), part in zip(row["components"], split, strict=True)]})
    return found


def _rows(groups: Sequence[Content], included: bool) -> list[Content]:  # noqa: FBT001 - the basis of the invoice's prices
    """One row per rate: the money named no pieces."""
    found = []
    for index, group in enumerate(groups):
        shown = group["net"] + group["tax"] if included else group["net"]
        if not (group["net"] or group["tax"]):
            continue
        found.append({
            "kind": "credit", "code": "credit", "name": "", "options": "", "sku": "",
            "quantity": 1, "unit": shown, "goods": shown, "discount": 0, "amount": shown,
            "net": group["net"], "group": index, "is_marked": False})
    return found


def _sums(invoice: Content, groups: Sequence[Content], rounding: int, total: int, *,
          is_full: bool) -> Mapping[str, int]:
    if is_full:
        return dict(invoice["sums"])
    tax = sum(row["tax"] for row in groups)
    included = tax if invoice["prices_include_tax"] else 0
    return {"goods": total - rounding - tax + included, "discount": 0, "shipping": 0, "tax": tax,
            "tax_included": included, "duty": 0, "fees": 0, "rounding": rounding, "total": total}


def _local(invoice: Content, groups: Sequence[Content], before: Sequence[Content], *,
           is_last: bool) -> list[dict[str, Any]]:
    """VAT in the state's currency at the invoice's rate; the last note takes what is left."""
    found = []
    whole = sum(row["tax"] for row in invoice["groups"])
    tax = sum(row["tax"] for row in groups)
    for place, row in enumerate(invoice["local"]):
        gone = sum(note["local"][place]["tax"] for note in before)
        share = Money(row["tax"], row["currency"]).times(Decimal(tax), over=Decimal(whole or 1))
        left = row["tax"] - gone
        found.append({**row, "tax": left if is_last else min(share.minor, left)})
    return found

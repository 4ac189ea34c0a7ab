"""An invoice's content as a sheet: every text in its place, for the typesetter to lay out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.kernel.currency import exponent
from app.rules.documents.content import Content
from app.rules.documents.einvoice import before_discount
from app.services.documents.words import Words

Sheet = dict[str, Any]


def sales_sheet(content: Content) -> Sheet:
    """An invoice or a credit note. The same content gives the same sheet."""
    words = Words(content["language"], str(content["ship_to"].get("country", "")))
    is_credit = content["kind"] == "credit_note"
    return {
        "lang": words.language, "dir": "rtl" if words.is_rtl else "ltr",
        "title": words(content["title"]), "number": content["number"],
        "lead": _lead(content, words), "meta": _meta(content, words, is_credit=is_credit),
        "parties": _parties(content, words), "table": _table(content, words),
        "totals": _totals(content, words, is_credit=is_credit),
        "tax": _tax(content, words), "notes": _notes(content, words, is_credit=is_credit),
        "foot": _foot(content), "page": words("page", page="{page}", pages="{pages}"),
        "sign": [], "small": [],
    }


def _lead(content: Content, words: Words) -> str:
    corrects = content["corrects"]
    if not corrects:
        return ""
    return words("corrects", number=corrects["number"], day=words.day(corrects["issued_on"]))


def _meta(content: Content, words: Words, *, is_credit: bool) -> list[list[str]]:
    rows = [
        (words("number"), content["number"]),
        (words("issued_on"), words.day(content["issued_on"])),
        (words("supplied_on"), words.day(content["supplied_on"])),
        (words("refunded_on" if is_credit else "paid_on"), words.day(content["paid_on"])),
        (words("order"), content["order"]), (words("ordered_on"), words.day(content["ordered_on"])),
    ]
    return [[label, value] for label, value in rows if value]


def _parties(content: Content, words: Words) -> list[Sheet]:
    seller, buyer = content["seller"], content["buyer"]
    lines = [seller["name"], *words.address({**seller["address"], "name": ""})]
    lines += [f"{words(label)}: {value}" for label, value in seller["ids"]]
    billed = words.address(buyer["address"])
    if buyer["tax_id"]:
        billed.append(f"{words('buyer_tax_id')}: {buyer['tax_id']}")
    found = [party(words("seller"), lines, seller["name"]),
             party(words("buyer"), billed, addressee(buyer["address"]))]
    if content["ship_to"] != buyer["address"]:
        found.append(party(words("ship_to"), words.address(content["ship_to"]),
                           addressee(content["ship_to"])))
    return found


def party(title: str, lines: list[str], name: str) -> Sheet:
    """A block of an address; the line that is the name stands out."""
    return {"title": title, "lines": lines, "name": name}


def addressee(address: Mapping[str, str]) -> str:
    """Who an address names first."""
    return str(address.get("company") or address.get("name") or "")


# Where the law asks for the unit price without tax (Art. 226(8)); elsewhere it is as it was sold.
NET_PRICED = frozenset({"eu", "gb", "plain"})


def _table(content: Content, words: Words) -> Sheet:
    """Price, rate and net amount per row; where prices hold tax, the gross amount as well."""
    shows_gross = bool(content["prices_include_tax"])
    unit = "unit_net" if content["form"] in NET_PRICED or not shows_gross else "unit"
    columns = [("article", "start"), ("quantity", "end"), (unit, "end"), ("rate", "end"),
               ("amount_net", "end")]
    if shows_gross:
        columns.append(("amount_gross", "end"))
    return {
        "columns": [{"label": words(code), "align": align} for code, align in columns],
        "rows": [_row(row, content, words, shows_gross=shows_gross) for row in content["rows"]],
    }


def _row(row: Content, content: Content, words: Words, *, shows_gross: bool) -> Sheet:
    currency, group = content["currency"], content["groups"][row["group"]]
    before, less = row["goods"], row["discount"]
    if content["form"] in NET_PRICED or not shows_gross:
        before = before_discount(row, content)
        less = before - row["net"]
    unit = Decimal(before).scaleb(-exponent(currency)) / row["quantity"]
    name = row["name"] or row_name(row, words)
    if row["is_marked"]:
        name += " ※"
    under = [part for part in (row["options"], row["sku"]) if part]
    if less > 0:
        under.append(words("less", amount=words.money(less, currency)))
    cells = [
        str(row["quantity"]) if row["kind"] in {"goods", "credit"} else "",
        words.price(unit.quantize(Decimal("0.0001")), currency),
        words.percent(group["percent"]) if group["category"] not in {"O", "E"} else "–",
        words.money(row["net"], currency),
    ]
    if shows_gross:
        cells.append(words.money(row["amount"], currency))
    return {"name": name, "under": " · ".join(under), "cells": cells}


def row_name(row: Content, words: Words) -> str:
    """What a row that is no article is called; taxes laid out carry name, place and rate."""
    parts = str(row["code"]).split("|")
    if len(parts) == 3:
        name = f"{words(parts[0])} ({parts[1]})"
        return words(row["kind"], name=name, percent=words.percent(parts[2]))
    return words(row["code"])


def _totals(content: Content, words: Words, *, is_credit: bool) -> list[list[str]]:
    """The sum up to the total, whose parts are all above it."""
    currency, sums = content["currency"], content["sums"]
    net = sum(group["net"] for group in content["groups"])
    rows = [[words("sum_net"), words.money(net, currency), ""]]
    for group in content["groups"]:
        for name, percent, tax in group["components"]:
            if tax:
                label = f"{words(name)} {words.percent(percent)}"
                rows.append([label, words.money(tax, currency), ""])
    if sums["rounding"]:
        rows.append([words("rounding"), words.money(sums["rounding"], currency), ""])
    label = words("total_credit" if is_credit else "total")
    rows.append([label, words.money(sums["total"], currency), "strong"])
    return rows


def _tax(content: Content, words: Words) -> Sheet:
    """Per rate: taxable amount, tax, both together; what no rate stands for says why."""
    currency = content["currency"]
    rows = []
    for group in content["groups"]:
        rate = words.percent(group["percent"]) if group["category"] in {"S", "Z"} else ""
        name = " + ".join(words(name) for name, _, _ in group["components"])
        label = f"{name} {rate}".strip() if rate else _exempt(group, content, words)
        if group["jurisdiction"]:
            label += f" ({group['jurisdiction']})"
        rows.append([label, words.money(group["net"], currency),
                     words.money(group["tax"], currency),
                     words.money(group["net"] + group["tax"], currency)])
    columns = [words(code) for code in ("rate", "base", "tax", "with_tax")]
    return {"columns": columns, "rows": rows}


def _exempt(group: Content, content: Content, words: Words) -> str:
    """What bears no tax points at the sentence that says why."""
    reasons = _reasons(content)
    code = f"vatex:{group['vatex']}"
    label = words("none" if group["category"] == "O" else "exempt")
    return f"{label} ({reasons.index(code) + 1})" if code in reasons else label


def _reasons(content: Content) -> list[str]:
    return [code for code in content["notes"] if code.startswith("vatex:")]


def _notes(content: Content, words: Words, *, is_credit: bool) -> list[str]:
    reasons = _reasons(content)
    found = [f"({number}) {words(code)}" for number, code in enumerate(reasons, 1)]
    found += [words(code) for code in content["notes"]
              if code not in reasons and words.knows(code)]
    found += [
        words("local", currency=row["currency"], amount=words.money(row["tax"], row["currency"]),
              rate=words.number(Decimal(row["rate"]).quantize(Decimal("0.000001")).normalize()),
              source=row["source"].upper(), day=words.day(row["as_of"]),
              **{"from": content["currency"]})
        for row in content["local"]
    ]
    found.append(words("paid_back" if is_credit else "paid"))
    return found


def _foot(content: Content) -> list[str]:
    seller = content["seller"]
    return [part for part in (seller["name"], seller["email"], seller["phone"]) if part]

"""A sales paper as the business terms of EN 16931 (BT-1 …), for any syntax.

Net prices carry as many decimals as it takes for price × quantity to be the line's net amount;
discounts are allowances of their line; shipping, duty, fees and taxes laid out for the buyer are
charges of the document. Sums are built upwards from the rounded parts (BR-CO-10…16), and the one
difference to what was paid stands in BT-114. The norm knows at most two decimals (BR-DEC): amounts
of three-decimal currencies are rounded part by part, the same difference takes what is lost.
The order is paid when it is issued: BT-113 is the quote's total, BT-115 is nothing.
source  EN 16931-1:2017; Factur-X 1.09 EN 16931; UNTDID 1001, 5189, 7161
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.kernel.currency import exponent
from app.rules.documents.content import Content

INVOICE, CREDIT_NOTE = "380", "381"
PIECE, FREIGHT, DISCOUNT = "C62", "FC", "95"
PAID_ONLINE = "68"  # UNTDID 4461; the account of a transfer is of no use once it is paid
MOST_PRICE_DECIMALS = 8


class Amounts:
    """Minor units of one currency as the norm writes them: decimal text, two places at most."""

    def __init__(self, currency: str) -> None:
        self.digits = exponent(currency)
        self.places = min(self.digits, 2)
        self.step = Decimal(1).scaleb(-self.places)

    def of(self, minor: int) -> Decimal:
        """Rounded half up to the places the norm allows."""
        return Decimal(minor).scaleb(-self.digits).quantize(self.step, rounding=ROUND_HALF_UP)


def business_terms(content: Content, words: Mapping[str, str]) -> dict[str, Any]:
    """BT and BG keys with text values, as the e-invoice library takes them.

    words  code of a charge, of an exemption -> text in the document's language
    """
    amounts = Amounts(content["currency"])
    is_credit = content["kind"] == "credit_note"
    lines = [_line(number, row, content, amounts, words) for number, row in
             enumerate(_with_net(content, "goods"), 1)]
    charges = [_charge(row, content, amounts, words) for row in _with_net(content, "")]
    taxes = _breakdown(content, lines, charges, amounts, words)
    net = sum((Decimal(line["BT-131"]) for line in lines), Decimal(0))
    charged = sum((Decimal(charge["amount"]) for charge in charges), Decimal(0))
    tax = sum((Decimal(row["BT-117"]) for row in taxes), Decimal(0))
    paid = amounts.of(content["sums"]["total"])
    gross = net + charged + tax
    found: dict[str, Any] = {
        "BT-1": content["number"], "BT-2": content["issued_on"],
        "BT-3": CREDIT_NOTE if is_credit else INVOICE,
        "BT-5": content["currency"], "BT-7": None if is_credit else content["paid_on"],
        "BT-13": content["order"], "BT-72": content["supplied_on"], "BT-81": PAID_ONLINE,
        "BT-106": _text(net), "BT-108": _text(charged), "BT-109": _text(net + charged),
        "BT-110": _text(tax), "BT-112": _text(gross), "BT-113": _text(paid),
        "BT-114": _text(paid - gross) if paid != gross else None,
        "BT-115": _text(Decimal(0).quantize(amounts.step)),
        "BG-1": _notes(content, amounts), "BG-4": _seller(content), "BG-7": _buyer(content),
        "BG-13": {"name": _name(content["ship_to"]), **_address(content["ship_to"])},
        "BG-21": charges, "BG-23": taxes, "BG-25": lines,
        "BG-3": [{"BT-25": content["corrects"]["number"],
                  "BT-26": content["corrects"]["issued_on"]}] if content["corrects"] else None,
        **_local(content),
    }
    return {key: value for key, value in found.items() if value not in (None, [], {})}


def _with_net(content: Content, kind: str) -> list[Content]:
    """Goods (and what a credit note gives back), or everything else that has an amount."""
    goods = {"goods", "credit"}
    return [row for row in content["rows"]
            if (row["kind"] in goods if kind else row["kind"] not in goods and row["net"])]


def _line(number: int, row: Content, content: Content, amounts: Amounts,
          words: Mapping[str, str]) -> dict[str, Any]:
    """A line: price × quantity - allowance = net, exactly, at the norm's decimals."""
    group = content["groups"][row["group"]]
    net = amounts.of(row["net"])
    before = amounts.of(before_discount(row, content))
    quantity = Decimal(row["quantity"])
    line: dict[str, Any] = {
        "BT-126": str(number), "BT-129": str(row["quantity"]), "BT-130": PIECE,
        "BT-131": _text(net), "BT-146": _price(before, quantity),
        "BT-151": group["category"], "BT-152": _rate(group),
        "BT-153": row["name"] or words["credit"], "BT-154": row["options"] or None,
        "BT-155": row["sku"] or None,
    }
    if before > net:
        line["BG-27"] = [{"amount": _text(before - net), "reason": "Discount",
                          "reason_code": DISCOUNT}]
    return {key: value for key, value in line.items() if value is not None}


def before_discount(row: Content, content: Content) -> int:
    """The line's net amount had there been no discount, in the proportion of what was paid."""
    if row["discount"] <= 0:
        return int(row["net"])
    goods = Decimal(row["goods"])
    if row["amount"]:
        share = goods * row["net"] / row["amount"]
    elif content["prices_include_tax"]:
        share = goods / (1 + Decimal(content["groups"][row["group"]]["percent"]) / 100)
    else:
        share = goods
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _price(net: Decimal, quantity: Decimal) -> str:
    """The shortest price of one piece that gives the net amount again."""
    for places in range(max(-int(net.as_tuple().exponent), 0), MOST_PRICE_DECIMALS):
        price = (net / quantity).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        if (price * quantity).quantize(net, rounding=ROUND_HALF_UP) == net:
            return _text(price)
    return _text((net / quantity).quantize(Decimal(1).scaleb(-MOST_PRICE_DECIMALS)))


def _charge(row: Content, content: Content, amounts: Amounts,
            words: Mapping[str, str]) -> dict[str, Any]:
    group = content["groups"][row["group"]]
    code = str(row["code"]).split("|", maxsplit=1)[0]
    found: dict[str, Any] = {
        "amount": _text(amounts.of(row["net"])), "reason": words.get(code) or code,
        "vat_category_code": group["category"],
    }
    if row["kind"] == "shipping":
        found["reason_code"] = FREIGHT
    if (rate := _rate(group)) is not None:
        found["vat_rate"] = rate
    return found


def _breakdown(content: Content, lines: Sequence[Mapping[str, Any]],
               charges: Sequence[Mapping[str, Any]], amounts: Amounts,
               words: Mapping[str, str]) -> list[dict[str, Any]]:
    """One row per category and rate (BR-CO-18), its base the sum of what stands in it."""
    found: dict[tuple[str, str | None], dict[str, Any]] = {}
    for group in content["groups"]:
        key = (group["category"], _rate(group))
        base = sum((Decimal(line["BT-131"]) for line in lines
                    if (line["BT-151"], line.get("BT-152")) == key), Decimal(0))
        base += sum((Decimal(one["amount"]) for one in charges
                     if (one["vat_category_code"], one.get("vat_rate")) == key), Decimal(0))
        row = found.setdefault(key, {
            "BT-116": _text(base), "BT-117": _text(Decimal(0).quantize(amounts.step)),
            "BT-118": key[0], "BT-119": key[1], "BT-120": None, "BT-121": None})
        row["BT-117"] = _text(Decimal(row["BT-117"]) + amounts.of(group["tax"]))
        if group["category"] not in {"S", "Z"}:
            code = group["vatex"] or None
            row["BT-121"] = row["BT-121"] or code
            row["BT-120"] = row["BT-120"] or words.get(f"vatex:{code}") or words["exempt"]
    return [{name: value for name, value in row.items() if value is not None}
            for row in found.values()]


def _rate(group: Content) -> str | None:
    """The rate as text; "not subject to VAT" has none (BR-O-05)."""
    return None if group["category"] == "O" else str(group["percent"])


def _notes(content: Content, amounts: Amounts) -> list[dict[str, str]]:
    """Where the norm's two decimals cannot say what was paid, a note says it."""
    total = Decimal(content["sums"]["total"]).scaleb(-amounts.digits)
    if total == amounts.of(content["sums"]["total"]):
        return []
    return [{"BT-22": f"{total} {content['currency']}"}]


def _seller(content: Content) -> dict[str, Any]:
    """The seller. "Not subject to VAT" forbids the VAT number (BR-O-02): another id then."""
    seller = content["seller"]
    found = {"name": seller["name"], **_address({**seller["address"], "name": ""})}
    found["contacts"] = [{"name": seller["name"], "phone": seller["phone"] or None,
                          "email": seller["email"]}]
    if any(group["category"] == "O" for group in content["groups"]):
        found["legal_identifier"] = seller["eori"] or seller["vat_id"] or seller["name"]
    elif seller["vat_id"]:
        found["vat_identifier"] = seller["vat_id"]
    return found


def _buyer(content: Content) -> dict[str, Any]:
    address, tax_id = content["buyer"]["address"], content["buyer"]["tax_id"]
    found = {"name": _name(address), **_address(address)}
    if tax_id and not any(group["category"] == "O" for group in content["groups"]):
        found["vat_identifier"] = tax_id
    return found


def _name(address: Mapping[str, str]) -> str:
    return str(address.get("company") or address.get("name") or "-")


def _address(row: Mapping[str, str]) -> dict[str, str]:
    names = {"line1": "addr_l1", "line2": "addr_l2", "city": "city", "postal_code": "postcode",
             "region": "country_subdivision", "country": "country_code"}
    return {key: str(row[name]) for name, key in names.items() if row.get(name)}


def _local(content: Content) -> dict[str, str]:
    """VAT in the accounting currency: only one can be said."""
    if len(content["local"]) != 1:
        return {}
    row = content["local"][0]
    amount = Amounts(row["currency"]).of(row["tax"])
    return {"BT-6": row["currency"], "BT-111": _text(amount)}


def _text(value: Decimal) -> str:
    return format(value, "f")

"""Customs papers as sheets: commercial invoice, packing list, CN22 and CN23."""

from __future__ import annotations

from decimal import Decimal

from app.kernel.currency import exponent
from app.rules.documents.content import Content
from app.services.documents.sheet import Sheet, addressee, party
from app.services.documents.words import Words

POSTAL = frozenset({"cn22", "cn23"})
_KG = Decimal(1000)


def customs_sheet(content: Content) -> tuple[str, Sheet]:
    """Template and sheet of a customs paper."""
    words = Words(content["language"])
    kind = content["kind"]
    if kind in POSTAL:
        return "postal", _postal(content, words)
    columns, rows = (_packed if kind == "packing_list" else _valued)(content, words)
    return "paper", {
        "lang": words.language, "dir": "rtl" if words.is_rtl else "ltr",
        "title": words(content["title"]), "number": content["number"], "lead": "",
        "meta": _meta(content, words), "parties": _parties(content, words),
        "table": {"columns": [{"label": words(code), "align": align} for code, align in columns],
                  "rows": rows},
        "totals": _totals(content, words), "tax": None, "notes": _notes(content, words),
        "foot": [content["seller"]["name"], content["seller"]["email"]],
        "page": words("page", page="{page}", pages="{pages}"),
        "sign": [words("place_date"), words("signature")], "small": [words("declares")],
    }


def weight(grams: int, words: Words) -> str:
    """Kilograms with three decimals, as customs want them."""
    return f"{words.number((Decimal(grams) / _KG).quantize(Decimal('0.001')))} kg"


def _meta(content: Content, words: Words) -> list[list[str]]:
    invoice = content["invoice"]
    rows = [
        (words("number"), content["number"]), (words("issued_on"), words.day(content["issued_on"])),
        (words("order"), content["order"]), (words("invoice_number"), invoice["number"]),
        (words("incoterm"), f"{content['incoterm']} {content['place']}"),
        (words("reason_export"), words("reason_sale")), (words("currency"), content["currency"]),
        (words("packages"), str(len(content["packages"]))),
    ]
    return [[label, value] for label, value in rows if value]


def _parties(content: Content, words: Words) -> list[Sheet]:
    seller = content["seller"]
    exporter = [seller["name"], *words.address({**seller["address"], "name": ""})]
    exporter += [f"{words(code)}: {seller[code]}" for code in ("vat_id", "eori") if seller[code]]
    exporter += [part for part in (seller["phone"], seller["email"]) if part]
    consignee = words.address(content["consignee"])
    if content["consignee"].get("phone"):
        consignee.append(content["consignee"]["phone"])
    if content["consignee_tax_id"]:
        consignee.append(f"{words('buyer_tax_id')}: {content['consignee_tax_id']}")
    return [party(words("exporter"), exporter, seller["name"]),
            party(words("consignee"), consignee, addressee(content["consignee"])),
            party(words("ships_from"), words.address(content["ship_from"]), "")]


def _valued(content: Content, words: Words) -> tuple[list[tuple[str, str]], list[Sheet]]:
    currency = content["currency"]
    columns = [("description", "start"), ("hs", "end"), ("origin", "end"), ("quantity", "end"),
               ("net_weight", "end"), ("unit_value", "end"), ("value", "end")]
    rows = []
    for row in content["rows"]:
        unit = Decimal(row["value"]).scaleb(-exponent(currency)) / row["quantity"]
        rows.append({"name": row["name"], "under": _under(row), "cells": [
            row["hs_code"], row["origin"], str(row["quantity"]), weight(row["net_weight_g"], words),
            words.price(unit.quantize(Decimal("0.0001")), currency),
            words.money(row["value"], currency)]})
    return columns, rows


def _packed(content: Content, words: Words) -> tuple[list[tuple[str, str]], list[Sheet]]:
    columns = [("description", "start"), ("hs", "end"), ("origin", "end"), ("quantity", "end"),
               ("net_weight", "end")]
    return columns, [{"name": row["name"], "under": _under(row), "cells": [
        row["hs_code"], row["origin"], str(row["quantity"]), weight(row["net_weight_g"], words)]}
        for row in content["rows"]]


def _under(row: Content) -> str:
    return " · ".join(part for part in (row["options"], row["sku"], *row["documents"]) if part)


def _totals(content: Content, words: Words) -> list[list[str]]:
    sums, currency = content["sums"], content["currency"]
    found = []
    if content["kind"] == "commercial_invoice":
        found = [[words("goods_value"), words.money(sums["goods"], currency), ""],
                 [words("freight"), words.money(sums["freight"], currency), ""],
                 [words("insurance"), words.money(sums["insurance"], currency), ""],
                 [words("customs_total"), words.money(sums["total"], currency), "strong"]]
    else:
        found = [[words("pieces"), str(sums["pieces"]), ""]]
    return [*found, [words("net_weight"), weight(sums["net_weight_g"], words), ""],
            [words("gross_weight"), weight(sums["gross_weight_g"], words), ""]]


def _notes(content: Content, words: Words) -> list[str]:
    if content["kind"] != "packing_list":
        return []
    found = []
    for number, package in enumerate(content["packages"], 1):
        sides = " × ".join(str(side // 10) for side in package["size_mm"])
        size = f", {sides} cm" if any(package["size_mm"]) else ""
        found.append(f"{words('packages')} {number}/{len(content['packages'])}: "
                     f"{weight(package['weight_g'], words)}{size}")
    return found


def _postal(content: Content, words: Words) -> Sheet:
    """The UPU form; its labels stand in English and French, whatever the language."""
    english, french = Words("en"), Words("fr")

    def both(code: str) -> str:
        return f"{english(code)} / {french(code)}"

    currency, sums = content["currency"], content["sums"]
    documents = sorted({one for row in content["rows"] for one in row["documents"]})
    return {
        "lang": words.language, "dir": "ltr", "title": both(content["title"]),
        "number": content["number"], "short": content["kind"].upper(),
        "sender": {"title": both("exporter"),
                   "lines": _parties(content, english)[0]["lines"]},
        "addressee": {"title": both("consignee"),
                      "lines": _parties(content, english)[1]["lines"]},
        "category": [both("cn_category"), both("reason_sale")],
        "columns": [both(code) for code in ("description", "quantity", "net_weight", "value",
                                            "hs", "origin")],
        "rows": [[row["name"], str(row["quantity"]), weight(row["net_weight_g"], english),
                  english.money(row["value"], currency), row["hs_code"], row["origin"]]
                 for row in content["rows"]],
        "totals": [[both("gross_weight"), weight(sums["gross_weight_g"], english)],
                   [both("total_of"), english.money(sums["total"], currency)],
                   [both("sdr"), f"{content['sdr']['value']} XDR"],
                   [both("invoice_number"), content["invoice"]["number"] or "–"],
                   [both("certificate"), ", ".join(documents) or "–"]],
        "declares": [english("cn_declares"), french("cn_declares")],
        "sign": [both("place_date"), both("signature")],
    }

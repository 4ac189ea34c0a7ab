"""Customs papers of one consignment, from the frozen quote: what is in the parcel and its worth.

Values are what was paid for the goods without the tax that is in it; freight is the consignment's
share of the shipping, without tax as well. Weights are grams. Numbers that travel electronically
(IOSS, VOEC) are part of the export data and of no paper: a printed one can be misused.
source  cross-border rules §11; UPU Convention Regulations art. 20-001 (CN22 to 300 SDR, else CN23);
        EN 16931 has no part in these
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.kernel.errors import Conflict
from app.kernel.money import Money
from app.rules.documents.content import Content, SellerFacts
from app.rules.documents.supplies import GOODS, SHIPPING, Supplies, supplies

CN22_LIMIT_SDR = Decimal(300)
CN22_LIMIT_G = 2000
KINDS = ("commercial_invoice", "packing_list", "cn")
NUMBERS = {"commercial_invoice": "CI", "packing_list": "PL", "cn22": "CN", "cn23": "CN"}


@dataclass(frozen=True, slots=True)
class Package:
    """A closed parcel as it was weighed and measured; sides 0 where nobody measured."""

    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    pieces: int = 0


@dataclass(frozen=True, slots=True)
class CustomsFacts:
    """What the papers are made of, beside the quote.

    place      of the Incoterm
    invoice    (number, day) of the sales invoice; ('', None) makes a pro-forma invoice
    sdr_rate   SDR for one unit of the order's currency, with its source and day; None unknown
    documents  sku -> papers that go along ("certificate: CE declaration 17")
    scheme_number  what customs get electronically ("IM…"), never printed
    """

    number_base: str
    issued_on: date
    language: str
    order_number: str
    seller: SellerFacts
    ship_from: Mapping[str, str]
    consignee: Mapping[str, str]
    consignee_tax_id: str
    articles: Mapping[str, tuple[str, str]]
    packages: tuple[Package, ...]
    place: str
    invoice: tuple[str, date | None]
    is_business: bool
    insurance: Money | None = None
    sdr_rate: tuple[Decimal, str, date] | None = None
    documents: Mapping[str, Sequence[str]] | None = None
    scheme_number: str = ""


def customs_papers(quote: Mapping[str, Any], place: int, facts: CustomsFacts, *,
                   by_post: bool) -> dict[str, Content]:
    """The papers of the consignment at a place of the quote, by kind; they agree with each other.

    by_post  the post carries it: a CN22 or CN23 as well
    raises   Conflict: customs_data_missing (sku, fields), papers_disagree, sdr_rate_missing
    """
    row = quote["consignments"][place]
    sold = supplies({**quote, "consignments": [row]})
    goods = _goods(row, sold, facts)
    head = _head(row, quote, facts)
    found = {
        "commercial_invoice": _commercial(head, goods, sold, facts),
        "packing_list": _packing(head, goods, facts),
    }
    if by_post:
        form = _postal(head, goods, facts)
        found[form["kind"]] = form
    agree(found["commercial_invoice"], found["packing_list"])
    return found


def lacking(parts: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """SKU -> what customs will ask for and nobody has entered."""
    wanted = ("hs_code", "origin", "weight_g")
    return {str(part["sku"]): gaps for part in parts
            if (gaps := [name for name in wanted if not part[name]])}


def agree(invoice: Content, packing: Content) -> None:
    """Both papers of a parcel say the same. Raises Conflict (papers_disagree), what differs."""
    keys = ("sku", "quantity", "net_weight_g", "hs_code", "origin", "name")
    said = [[tuple(row[key] for key in keys) for row in paper["rows"]]
            for paper in (invoice, packing)]
    sums = packing["sums"]
    pieces = sum(package["pieces"] for package in packing["packages"])
    wrong = {
        "rows": sorted(said[0]) != sorted(said[1]),
        "net_weight": invoice["sums"]["net_weight_g"] != sums["net_weight_g"],
        "gross_weight": invoice["sums"]["gross_weight_g"] != sums["gross_weight_g"],
        "lighter_than_goods": sums["gross_weight_g"] < sums["net_weight_g"],
        "packages": invoice["packages"] != packing["packages"],
        "pieces": pieces not in {0, sums["pieces"]},
        "consignee": invoice["consignee"] != packing["consignee"],
    }
    if any(wrong.values()):
        what = ", ".join(key for key, is_so in wrong.items() if is_so)
        raise Conflict("papers_disagree", what=what)


def _goods(row: Mapping[str, Any], sold: Supplies, facts: CustomsFacts) -> list[Content]:
    gaps = lacking(row["parts"])
    if gaps:
        sku, fields = next(iter(gaps.items()))
        raise Conflict("customs_data_missing", sku=sku, fields=", ".join(fields))
    nets = [item.net.minor for item in sold.items if item.kind == GOODS]
    papers = facts.documents or {}
    # Items stand by rate, parts by line: both hold the same (line, quantity, paid) rows.
    left = [(item.line, item.quantity, item.paid.minor) for item in sold.items
            if item.kind == GOODS]
    found = []
    for part in row["parts"]:
        at = left.index((str(part["line"]), int(part["quantity"]), int(part["paid"]["minor"])))
        left[at] = ("", 0, -1)
        name, options = facts.articles.get(str(part["line"]), (str(part["sku"]), ""))
        quantity = int(part["quantity"])
        found.append({
            "sku": part["sku"], "name": name, "options": options, "quantity": quantity,
            "hs_code": part["hs_code"], "origin": part["origin"],
            "net_weight_g": int(part["weight_g"]) * quantity, "value": nets[at],
            "documents": list(papers.get(str(part["sku"]), ())),
        })
    return found


def _head(row: Mapping[str, Any], quote: Mapping[str, Any], facts: CustomsFacts) -> Content:
    seller = facts.seller
    number, day = facts.invoice
    return {
        "language": facts.language, "issued_on": facts.issued_on.isoformat(),
        "order": facts.order_number, "currency": quote["currency"],
        "warehouse": row["warehouse"], "number_base": facts.number_base,
        "seller": {"name": seller.name, "address": dict(seller.address), "email": seller.email,
                   "phone": seller.phone, "vat_id": seller.vat_id, "eori": seller.eori},
        "ship_from": dict(facts.ship_from), "consignee": dict(facts.consignee),
        "consignee_tax_id": facts.consignee_tax_id,
        "incoterm": row["incoterm"], "place": facts.place, "service": row["service"],
        "invoice": {"number": number, "issued_on": day.isoformat() if day else None},
        "is_business": facts.is_business,
        "packages": [{"weight_g": one.weight_g, "size_mm": [one.length_mm, one.width_mm,
                                                            one.height_mm],
                      "pieces": one.pieces} for one in facts.packages],
    }


def _weights(goods: Sequence[Content], facts: CustomsFacts) -> dict[str, int]:
    return {
        "net_weight_g": sum(row["net_weight_g"] for row in goods),
        "gross_weight_g": sum(package.weight_g for package in facts.packages),
        "pieces": sum(row["quantity"] for row in goods),
    }


def _commercial(head: Content, goods: Sequence[Content], sold: Supplies,
                facts: CustomsFacts) -> Content:
    value = sum(row["value"] for row in goods)
    freight = sum(item.net.minor for item in sold.items if item.kind == SHIPPING)
    insurance = facts.insurance.minor if facts.insurance else 0
    is_proforma = not facts.invoice[0]
    return {
        **head, "kind": "commercial_invoice",
        "title": "proforma_invoice" if is_proforma else "commercial_invoice",
        "number": f"{NUMBERS['commercial_invoice']}-{head['number_base']}",
        "rows": [dict(row) for row in goods],
        "sums": {**_weights(goods, facts), "goods": value, "freight": freight,
                 "insurance": insurance, "total": value + freight + insurance},
    }


def _packing(head: Content, goods: Sequence[Content], facts: CustomsFacts) -> Content:
    rows = [{key: value for key, value in row.items() if key != "value"} for row in goods]
    return {
        **head, "kind": "packing_list", "title": "packing_list",
        "number": f"{NUMBERS['packing_list']}-{head['number_base']}", "rows": rows,
        "sums": {**_weights(goods, facts), "total": 0},
    }


def _postal(head: Content, goods: Sequence[Content], facts: CustomsFacts) -> Content:
    """CN22 up to 300 SDR (and 2 kg, the limit of small packets), CN23 above."""
    if facts.sdr_rate is None:
        raise Conflict("sdr_rate_missing")
    rate, source, as_of = facts.sdr_rate
    value = sum(row["value"] for row in goods)
    sdr = (Money(value, head["currency"]).major * rate).quantize(Decimal("0.01"))
    weights = _weights(goods, facts)
    is_small = sdr <= CN22_LIMIT_SDR and weights["gross_weight_g"] <= CN22_LIMIT_G
    kind = "cn22" if is_small else "cn23"
    return {
        **head, "kind": kind, "title": kind, "number": f"{NUMBERS[kind]}-{head['number_base']}",
        "rows": [dict(row) for row in goods],
        "sums": {**weights, "total": value},
        "sdr": {"value": format(sdr, "f"), "rate": format(rate, "f"), "source": source,
                "as_of": as_of.isoformat()},
    }


def declaration(commercial: Content, scheme_number: str) -> Content:
    """Export declaration data: what a broker or the customs' own system asks for, electronically.

    nature_of_transaction  Reg. (EU) 2020/1197: 11 sale to a business, 12 sale to a consumer
    procedure              Reg. (EU) 2015/2447 annex: 10 00, permanent export
    """
    exporter = commercial["seller"]
    return {
        "document": commercial["number"], "order": commercial["order"],
        "invoice": commercial["invoice"]["number"], "issued_on": commercial["issued_on"],
        "exporter": exporter["name"], "exporter_eori": exporter["eori"],
        "exporter_vat_id": exporter["vat_id"], "scheme_number": scheme_number,
        "dispatch_country": commercial["ship_from"].get("country", ""),
        "destination_country": commercial["consignee"].get("country", ""),
        "consignee": commercial["consignee"], "incoterm": commercial["incoterm"],
        "incoterm_place": commercial["place"], "currency": commercial["currency"],
        "freight": commercial["sums"]["freight"], "insurance": commercial["sums"]["insurance"],
        "goods_value": commercial["sums"]["goods"], "total": commercial["sums"]["total"],
        "gross_weight_g": commercial["sums"]["gross_weight_g"],
        "packages": len(commercial["packages"]), "procedure": "1000",
        "nature_of_transaction": "11" if commercial["is_business"] else "12",
        "items": [{"number": number, "hs_code": row["hs_code"], "origin": row["origin"],
                   "description": row["name"], "sku": row["sku"], "quantity": row["quantity"],
                   "net_weight_g": row["net_weight_g"], "value": row["value"],
                   "documents": row["documents"]}
                  for number, row in enumerate(commercial["rows"], 1)],
    }

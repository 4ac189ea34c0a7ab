"""From a frozen quote to the taxed parts that returns and thresholds add up; and back, in part.

Works on the plain form of a quote (rules/quote.py as_dict), as orders keep it. Nothing is taxed
anew: rate and treatment are those of the sale.
source  cross-border rules §0.2, §1.3, §1.4
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from app.kernel.money import Money
from app.rules.rate_book import EU_MEMBERS

# What a sale is once its buyer's number has been confirmed.
UNION_SALES = frozenset({"OSS_UNION", "ORIGIN_BELOW_10K", "ORIGIN_VAT_B2B"})
PROVEN = dict.fromkeys(UNION_SALES, "INTRA_COMMUNITY_SUPPLY") | {
    "UK_LOW_VALUE_POS": "UK_LOW_VALUE_B2B_REVERSE_CHARGE", "AU_LVG": "AU_LVG_B2B",
    "NZ_LVG": "NZ_LVG_B2B", "SG_LVG": "SG_LVG_B2B",
}
SCHEME_COUNTRY = {"UK_LOW_VALUE_POS": "GB", "AU_LVG": "AU", "NZ_LVG": "NZ", "SG_LVG": "SG"}
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One base with one tax on it.

    turnover  the base counted once where several taxes (state and city, GST and PST) share it
    """

    treatment: str
    ship_from: str
    jurisdiction: str
    name: str
    percent: Decimal
    net: Money
    tax: Money
    turnover: Money

    @property
    def key(self) -> tuple[str, str, str, str, Decimal]:
        """What parts that may be added up have in common."""
        return self.treatment, self.ship_from, self.jurisdiction, self.name, self.percent


def parts_of(quote: Row) -> tuple[Part, ...]:
    """The parts of a sale. Tax paid to customs on import is not the seller's to declare: such a
    consignment is one part without tax."""
    found: list[Part] = []
    first = True
    for treatment, ship_from in dict.fromkeys(
        (row["treatment"], row["ship_from"]) for row in quote["consignments"]
    ):
        here = [row for row in quote["consignments"]
                if (row["treatment"], row["ship_from"]) == (treatment, ship_from)]
        taxes = [row for row in quote["taxes"] if _belongs(row, treatment, ship_from, first=first)]
        paid = _paid(quote, here, first=first)
        own = [row for row in taxes if row["collected_by"] != "customs"]
        if own:
            found += _taxed(own, treatment, ship_from)
        else:
            inside = Money.total((_money(row["tax"]) for row in taxes if row["is_included"]),
                                 paid.currency)
            found.append(Part(treatment, ship_from, "", "", Decimal(0), paid - inside,
                              Money.zero(paid.currency), paid - inside))
        first = False
    return tuple(found)


def remaining(parts: Iterable[Part]) -> tuple[Part, ...]:
    """What is left of parts and their corrections, added up; what came to nothing is left out."""
    sums: dict[object, Part] = {}
    for part in parts:
        known = sums.get(part.key)
        sums[part.key] = part if known is None else replace(
            known, net=known.net + part.net, tax=known.tax + part.tax,
            turnover=known.turnover + part.turnover)
    return tuple(part for part in sums.values() if part.net.minor or part.tax.minor)


def given_back(left: Sequence[Part], paid_left: Money, amount: Money) -> tuple[Part, ...]:
    """The share of a refund in what is left, as negative parts; the last refund takes the rest.

    paid_left  what of the order's total has not been paid back yet, before this refund
    raises     ValueError  when more is given back than is left
    """
    if amount.minor <= 0 or amount.minor > paid_left.minor:
        raise ValueError(f"{amount.minor} cannot be given back of {paid_left.minor}")
    share, over = Decimal(amount.minor), Decimal(paid_left.minor)
    return tuple(
        replace(part, net=-part.net.times(share, over=over), tax=-part.tax.times(share, over=over),
                turnover=-part.turnover.times(share, over=over))
        for part in left
    )


def relieved(left: Sequence[Part], country: str) -> tuple[Part, ...]:
    """What changes when the buyer's number turns out valid: each part that was taxed only for want
    of it is taken back and stands again as the exempt supply it was.

    country  who gave the number ("EL" is Greece, "XI" Northern Ireland)
    """
    found: list[Part] = []
    for part in left:
        if is_relieved(part, country):
            zero = Money.zero(part.net.currency)
            found.append(replace(part, net=-part.net, tax=-part.tax, turnover=-part.turnover))
            found.append(replace(part, treatment=PROVEN[part.treatment], percent=Decimal(0),
                                 tax=zero))
    return tuple(found)


def is_relieved(part: Part, country: str) -> bool:
    """The part would have been exempt with this number (VD Art. 138: of another member than the
    one the goods left from)."""
    if not part.tax.minor:
        return False
    if part.treatment in UNION_SALES:
        member = country.replace("EL", "GR")
        return member != part.ship_from and (member in EU_MEMBERS or member == "XI")
    return SCHEME_COUNTRY.get(part.treatment) == country


def credit_of(left: Sequence[Part], country: str, currency: str) -> Money:
    """The tax to be paid back once the number is known to be valid."""
    return Money.total((part.tax for part in left if is_relieved(part, country)), currency)


def _taxed(rows: Sequence[Row], treatment: str, ship_from: str) -> list[Part]:
    parts: list[Part] = []
    names: set[str] = set()
    base = Money.zero("EUR")
    for row in rows:
        net, tax = _money(row["net"]), _money(row["tax"])
        shares_base = net == base and row["name"] not in names
        names = {*names, row["name"]} if shares_base else {row["name"]}
        base = net
        parts.append(Part(
            treatment, ship_from, row["jurisdiction"], row["name"], Decimal(row["percent"]), net,
            tax, Money.zero(net.currency) if shares_base else net,
        ))
    return parts


def _belongs(row: Row, treatment: str, ship_from: str, *, first: bool) -> bool:
    """Quotes frozen before taxes named their consignment have all taxes with the first."""
    if not row.get("treatment"):
        return first
    return bool((row["treatment"], row["ship_from"]) == (treatment, ship_from))


def _paid(quote: Row, rows: Sequence[Row], *, first: bool) -> Money:
    amounts = [_money(row["paid"]) for row in rows if row.get("paid")]
    if amounts:
        return Money.total(amounts, amounts[0].currency)
    whole = _money(quote["goods"]) - _money(quote["discount"]) + _money(quote["shipping"])
    return whole if first else Money.zero(whole.currency)


def _money(row: Row) -> Money:
    return Money(int(row["minor"]), row["currency"])

"""Return data of a scheme and period, from the ledger: OSS, IOSS, a country, a US state, ESL.

Sales of the period less what was given back of them within it; what was given back of earlier
periods' sales stands in rows of its own that name the period they correct, at that period's rate.
source  Directive 2006/112/EC Art. 369g to 369j (OSS), 369t (IOSS), 264 (recapitulative statement)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select

from app.extensions import db
from app.kernel import period as periods
from app.kernel.errors import NotFound
from app.kernel.money import Money
from app.kernel.period import Period
from app.models.market import Seller
from app.models.tax_filing import ReturnRule, TaxEntry
from app.services.tax_returns import ledger
from app.services.tax_returns.rates import ReturnRate, converted, of_last_day

SCHEMES = {"OSS": "OSS_UNION", "IOSS": "IOSS", "ESL": "INTRA_COMMUNITY_SUPPLY"}
ELSEWHERE = frozenset({"OSS_UNION", "IOSS"})  # declared in their own return only


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One line of a return. Amounts in the return's currency.

    corrects    the period whose sales are corrected, '' for this period's own
    consumed_in, sent_from  countries (a state's code for the USA and Canada)
    buyer       the buyer's number (recapitulative statement), else ''
    """

    corrects: str
    consumed_in: str
    sent_from: str
    treatment: str
    tax: str
    percent: Decimal
    buyer: str
    net: Money
    amount: Money


@dataclass(frozen=True, slots=True)
class Return:
    """A return's data. rates: what was converted with; missing: currencies without a rate, whose
    sales are not in it; is_final False: a rate of the last day is still to be published."""

    scheme: str
    period: Period
    due: date
    currency: str
    rows: tuple[ReturnRow, ...]
    rates: tuple[ReturnRate, ...]
    missing: tuple[str, ...]

    @property
    def net(self) -> Money:
        """The sum of the bases."""
        return Money.total((row.net for row in self.rows), self.currency)

    @property
    def tax(self) -> Money:
        """The sum of the tax, corrections included."""
        return Money.total((row.amount for row in self.rows), self.currency)

    @property
    def is_final(self) -> bool:
        """Every amount was converted with the rate the law asks for."""
        return not self.missing and all(rate.is_final for rate in self.rates)


def rule_of(scheme: str, on: date) -> ReturnRule:
    """How this scheme files on a day. Raises NotFound (unknown_scheme)."""
    found = db.session.scalar(
        select(ReturnRule).where(
            ReturnRule.scheme == scheme, ReturnRule.valid_from <= on,
            or_(ReturnRule.valid_to.is_(None), ReturnRule.valid_to >= on),
        ).order_by(ReturnRule.valid_from.desc()).limit(1)
    )
    if found is None:
        raise NotFound("unknown_scheme")
    return found


def seller_of(code: str) -> Seller:
    """The seller of this code, or the only one there is. Raises NotFound (unknown_seller)."""
    query = select(Seller).order_by(Seller.id)
    found = db.session.scalars(query.where(Seller.code == code) if code else query).all()
    if len(found) != 1:
        raise NotFound("unknown_seller", sellers=" ".join(one.code for one in found))
    return found[0]


def compute(scheme: str, period: Period, seller: Seller) -> Return:
    """The data of one return of one seller. Raises NotFound (unknown_scheme)."""
    ledger.bring_up_to_date()
    rule = rule_of(scheme, period.last)
    entries = [entry for entry in _entries(seller.id, period) if _belongs(entry, scheme)]
    sums: dict[tuple[ReturnKey, str], list[int]] = defaultdict(lambda: [0, 0])
    for entry in entries:
        sold_in = periods.of_day(entry.sale_day, period.kind)
        held = sums[_key(entry, scheme, sold_in if sold_in != period else None), entry.currency]
        held[0] += _base(entry, scheme)
        held[1] += 0 if _is_export(entry, scheme) else entry.tax_minor
    book = _Rates(rule.currency)
    rows = _rows(sums, period, book)
    return Return(scheme, period, period.due(rule.due_months, rule.due_day), rule.currency, rows,
                  tuple(book.used.values()), tuple(sorted(book.missing)))


@dataclass(frozen=True, slots=True)
class ReturnKey:
    """What lines of a return are added up by."""

    corrects: Period | None
    consumed_in: str
    sent_from: str
    treatment: str
    tax: str
    percent: Decimal
    buyer: str

    @property
    def order(self) -> tuple[str, ...]:
        """This period's first, then corrections by period; by country and rate."""
        corrected = self.corrects.name if self.corrects else ""
        return (corrected, self.consumed_in, self.sent_from, f"{self.percent:010.3f}",
                self.treatment, self.tax, self.buyer)


class _Rates:
    """Rates of last days, read once; what was used and what was not known."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.used: dict[tuple[str, date], ReturnRate] = {}
        self.missing: set[str] = set()

    def convert(self, amounts: Iterable[int], currency: str, last: date) -> list[Money] | None:
        own, target = self._of(currency, last), self._of(self.target, last)
        if own is None or target is None:
            self.missing.add(currency)
            return None
        return [converted(Money(minor, currency), own, target) for minor in amounts]

    def _of(self, currency: str, last: date) -> ReturnRate | None:
        key = currency, last
        if key not in self.used:
            found = of_last_day(currency, last)
            if found is None:
                return None
            self.used[key] = found
        return self.used[key]


def _rows(sums: dict[tuple[ReturnKey, str], list[int]], period: Period,
          book: _Rates) -> tuple[ReturnRow, ...]:
    """Each currency is converted as a sum, at the rate of the last day of the sales' period."""
    found: dict[ReturnKey, list[Money]] = {}
    for (key, currency), amounts in sums.items():
        money = book.convert(amounts, currency, (key.corrects or period).last)
        if money is None:
            continue
        known = found.get(key)
        found[key] = money if known is None else [known[0] + money[0], known[1] + money[1]]
    return tuple(
        ReturnRow(key.corrects.name if key.corrects else "", key.consumed_in, key.sent_from,
                  key.treatment, key.tax, key.percent, key.buyer, net, tax)
        for key, (net, tax) in sorted(found.items(), key=lambda one: one[0].order)
        if net.minor or tax.minor
    )


def _entries(seller_id: int, period: Period) -> list[TaxEntry]:
    return list(db.session.scalars(
        select(TaxEntry).where(TaxEntry.seller_id == seller_id, TaxEntry.day >= period.first,
                               TaxEntry.day <= period.last).order_by(TaxEntry.id)
    ))


def _belongs(entry: TaxEntry, scheme: str) -> bool:
    if scheme in SCHEMES:
        return entry.treatment == SCHEMES[scheme]
    if entry.treatment in ELSEWHERE:
        return False
    if scheme.startswith("US-"):
        return scheme in {f"{entry.country}-{entry.region}", entry.jurisdiction}
    return _country(entry.jurisdiction) == scheme or entry.ship_from == scheme


def _is_export(entry: TaxEntry, scheme: str) -> bool:
    """Seen from where the goods left: a supply without tax here, whatever is charged there."""
    return scheme not in SCHEMES and not scheme.startswith("US-") and (
        _country(entry.jurisdiction) != scheme)


def _base(entry: TaxEntry, scheme: str) -> int:
    """An exempt supply counts once, however many foreign taxes share its base."""
    return entry.turnover_minor if _is_export(entry, scheme) else entry.net_minor


def _key(entry: TaxEntry, scheme: str, corrects: Period | None) -> ReturnKey:
    buyer = entry.buyer_number if scheme == "ESL" else ""
    if scheme in SCHEMES:
        place = _country(entry.jurisdiction) or entry.country
        return ReturnKey(corrects, place, entry.ship_from, entry.treatment, entry.tax_name,
                         entry.percent.normalize(), buyer)
    if _is_export(entry, scheme):
        treatment = entry.treatment if entry.treatment == "INTRA_COMMUNITY_SUPPLY" else "EXPORT"
        return ReturnKey(corrects, entry.country, entry.ship_from, treatment, "", Decimal(0), buyer)
    return ReturnKey(corrects, entry.jurisdiction or scheme, entry.ship_from, entry.treatment,
                     entry.tax_name, entry.percent.normalize(), buyer)


def _country(jurisdiction: str) -> str:
    return jurisdiction.partition("-")[0]

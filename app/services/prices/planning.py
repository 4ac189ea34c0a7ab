"""Which converted prices are new, moved or to be ended: decisions about one batch of variants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.kernel.fx import Rate
from app.kernel.money import Money
from app.models.price import Price
from app.rules.pricing import has_moved, without_tax
from app.rules.rate_book import CurrencyRow, RateBook
from app.services.prices.conversion import POLICY, convert_price
from app.services.prices.replacing import Replacing

BASE = ("base_minor", "base_currency", "base_compare_at_minor", "strip_rate")
AUTHOR = "conversion"


@dataclass(frozen=True, slots=True)
class Source:
    """Set prices on this list in its currency are base prices; strip: the tax in them, or None."""

    list_id: int
    currency: str
    strip: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A list on which converted prices are kept, and where they come from, first choice first."""

    list_id: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A converted price with what it was made from."""

    amount: int
    compare_at: int | None
    derivation: dict[str, Any]


class Planner:
    """One run: the policies, and the conversions done so far (prices repeat)."""

    def __init__(
        self, targets: Sequence[Target], currencies: Sequence[str], book: RateBook
    ) -> None:
        self.targets, self.currencies, self.book = targets, currencies, book
        self.without_rate: set[str] = set()
        self.done: dict[tuple[Any, ...], Result | None] = {}

    def plan(self, session: Session, variants: Collection[int], now: datetime) -> Replacing:
        """What is to be done for these variants; nothing is written."""
        lists = {t.list_id for t in self.targets} | {
            s.list_id for t in self.targets for s in t.sources
        }
        state = _State(_open_rows(session, variants, lists, now), now)
        work = Replacing(now, AUTHOR)
        for target in self.targets:
            for variant_id in variants:
                base = state.base(variant_id, target.sources)
                self._variant(work, state, target, variant_id, base)
        return work

    def _variant(
        self, work: Replacing, state: _State, target: Target, variant_id: int,
        base: tuple[Any, Source] | None,
    ) -> None:
        for currency in state.currencies(variant_id, target.list_id) | set(self.currencies):
            place = (variant_id, target.list_id, currency)
            old = state.held.get(place)
            if old is not None and old.origin == "set":
                continue
            is_wanted = base is not None and currency in self.currencies
            new = self._convert(base, currency) if base is not None and is_wanted else None
            if new is None:
                # Without a rate the last price stays; without a base price there is none.
                if old is not None and not is_wanted:
                    work.end(old)
            elif old is None:
                work.add(place, new, state.next_begin(place))
            elif self._is_outdated(old, new):
                work.replace(old, place, new)
            else:
                work.kept += 1

    def _convert(self, base: tuple[Any, Source], currency: str) -> Result | None:
        row, source = base
        key = (row.amount_minor, row.compare_at_minor, source, currency)
        if key not in self.done:
            rate = self.book.rate(source.currency, currency)
            if rate is None:
                self.without_rate.add(currency)
            self.done[key] = None if rate is None else converted(
                Money(row.amount_minor, source.currency), row.compare_at_minor, source.strip,
                rate, self.book.currency(currency),
            )
        return self.done[key]

    def _is_outdated(self, old: Any, new: Result) -> bool:
        made_from = old.derivation
        if any(made_from.get(name) != new.derivation[name] for name in (*BASE, *POLICY)):
            return True
        currency = old.currency
        threshold = self.book.currency(currency).change_threshold
        return has_moved(Money(old.amount_minor, currency), Money(new.amount, currency), threshold)


class _State:
    """Prices in force and planned, of one batch of variants."""

    def __init__(self, rows: Sequence[Any], now: datetime) -> None:
        self.held: dict[tuple[int, int, str], Any] = {}
        self.begins: dict[tuple[int, int, str], datetime] = {}
        self.of_variant: dict[tuple[int, int], set[str]] = defaultdict(set)
        for row in rows:
            place = (row.variant_id, row.price_list_id, row.currency)
            if row.valid_from <= now:
                self.held[place] = row
                self.of_variant[place[:2]].add(row.currency)
            else:
                self.begins[place] = min(row.valid_from, self.begins.get(place, row.valid_from))

    def base(self, variant_id: int, sources: Sequence[Source]) -> tuple[Any, Source] | None:
        """The set price from which the others are made."""
        for source in sources:
            row = self.held.get((variant_id, source.list_id, source.currency))
            if row is not None and row.origin == "set":
                return row, source
        return None

    def currencies(self, variant_id: int, list_id: int) -> set[str]:
        """Currencies in which the variant has a price on the list now."""
        return self.of_variant.get((variant_id, list_id), set())

    def next_begin(self, place: tuple[int, int, str]) -> datetime | None:
        """When the next plan begins there."""
        return self.begins.get(place)


def converted(
    base: Money, compare_at: int | None, strip: Decimal | None, rate: Rate, policy: CurrencyRow
) -> Result:
    """Price and compare-at price in the rate's currency; a tax in them is taken out first."""
    start = base if strip is None else without_tax(base, strip)
    amount, derivation = convert_price(start, rate, policy)
    derivation["strip_rate"] = None if strip is None else format(strip, "f")
    if strip is not None:
        derivation["gross_minor"] = base.minor
    derivation["base_compare_at_minor"] = compare_at
    higher = None
    if compare_at is not None:
        before = Money(compare_at, base.currency)
        before = before if strip is None else without_tax(before, strip)
        higher = convert_price(before, rate, policy)[0].minor
        higher = higher if higher > amount.minor else None
    return Result(amount.minor, higher, derivation)


def _open_rows(
    session: Session, variants: Collection[int], lists: Collection[int], now: datetime
) -> Sequence[Any]:
    return session.execute(
        select(Price.__table__).where(
            Price.variant_id.in_(variants), Price.price_list_id.in_(lists),
            or_(Price.valid_until.is_(None), Price.valid_until > now),
        )
    ).all()

"""Quotes of generated carts: any goods of any seller to anywhere, the same for the same seed.

Law, carriers, calendars and exchange rates are the shop's own; everything else is drawn. Goods
without a code, places nobody serves and currencies without a rate belong to it: a quote says so,
it never breaks.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice

from app.config import Settings
from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.facts import (
    CustomerFacts,
    LineFacts,
    MarketFacts,
    PriceFacts,
    PromotionFacts,
    QuoteFacts,
    SellerFacts,
)
from app.rules.quote import quote
from app.rules.rate_book import EU_MEMBERS, RateBook
from app.rules.result import Quote
from app.rules.tax_amounts import MODES
from app.services.rates.book import rate_book
from bench.measure import Row, inside, middle, percentile

COUNT, LARGEST = 100_000, 10
DAYS = tuple(date(year, month, 3) for year in (2025, 2026, 2027) for month in (1, 7, 8, 11))
REGISTRATIONS = ("OSS:DE", "OSS:PT", "IOSS", "GB", "NO:VOEC", "CH", "AU", "NZ", "SG", "CA",
                 "US:CA", "US:NY", "CA:QC", "DE", "FR", "PT")
CATEGORIES = ("standard", "food", "food_staples", "books", "children_clothes", "medicine",
              "alcohol", "unheard-of")
TAX_IDS = (("consumer", "", ""), ("business", "FR40303265045", "valid"),
           ("business", "DE136695976", "valid"), ("business", "GB980780684", "unavailable"),
           ("business", "", ""))
CURRENCIES = ("EUR", "USD", "GBP", "JPY", "KWD", "CHF", "ISK", "HUF", "AED", "XPF")


def questions(book_of: Callable[[date], RateBook], seed: int
              ) -> Iterator[tuple[QuoteFacts, RateBook]]:
    """An endless row of carts with the book of their day."""
    chance = random.Random(seed)
    while True:
        day = chance.choice(DAYS)
        book = book_of(day)
        yield _facts(chance, book, day), book


def check(asked: QuoteFacts, found: Quote) -> None:
    """What holds for every quote. Raises ValueError with what does not."""
    total = (found.goods - found.discount + found.shipping + found.tax - found.tax_included
             + found.duty + found.fees + found.rounding)
    paid = Money.total((line.paid for line in found.lines), found.currency)
    holds = {
        "the parts add up to the total": found.total == total,
        "the lines add up to goods less discount": paid == found.goods - found.discount,
        "unit price times quantity is the line": all(
            line.goods == line.unit_price * line.quantity for line in found.lines),
        "nothing is below zero": found.total.minor >= 0,
        "no way of delivery is said": found.option is not None or "no_delivery" in found.problems,
        "every line is there": len(found.lines) == len(asked.lines),
    }
    broken = [words for words, is_so in holds.items() if not is_so]
    if broken:
        raise ValueError("; ".join(broken))


def quoting(settings: Settings, seed: int = 1) -> list[Row]:
    """100,000 generated quotes, of which none may fail; how fast one is, the row "quote" says."""
    took: list[float] = []
    failed: dict[str, int] = {}
    with inside(settings):
        for asked, book in islice(questions(rate_book, seed), COUNT):
            begun = time.perf_counter()
            try:
                found = quote(asked, book)
                spent = (time.perf_counter() - begun) * 1000
                check(asked, found)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted and named
                name = f"{type(error).__name__}: {error}"[:200]
                failed[name] = failed.get(name, 0) + 1
                continue
            if len(asked.lines) == LARGEST:
                took.append(spent)
    count = sum(failed.values())
    return [Row(
        f"{COUNT:,} generated quotes", f"{count} failed, ten lines {middle(took):.1f} ms",
        "none fails", not count,
        {"seed": seed, "failed": failed, "median": middle(took), "p95": percentile(took, 0.95)},
    )]


def _facts(chance: random.Random, book: RateBook, day: date) -> QuoteFacts:
    currency = chance.choice(CURRENCIES)
    home = chance.choice(["DE", "PT", "FR", "GB", "US", "CN", "CH", "SG"])
    codes = frozenset({home, *chance.sample(REGISTRATIONS, chance.randint(0, 6))})
    kind, tax_id, checked = chance.choice(TAX_IDS)
    count = LARGEST if chance.random() < 0.2 else chance.randint(1, LARGEST)
    return QuoteFacts(
        market=MarketFacts("m", chance.random() < 0.6, chance.choice(sorted(MODES)),
                           direction=chance.choice(["half_up", "half_even", "down", "up"]),
                           shipping_tax=chance.choice(["follows", "highest"])),
        seller=SellerFacts("s", home, codes, frozenset({home}), home in EU_MEMBERS),
        customer=CustomerFacts(kind, tax_id, checked), currency=currency,
        destination=_place(chance, book),
        lines=tuple(_line(chance, book, number, currency) for number in range(count)),
        promotions=tuple(_promotion(chance, number, currency)
                         for number in range(chance.choice([0, 0, 1, 2]))),
        option=chance.choice(["", "standard", "express", "post", "nothing"]),
        now=datetime(day.year, day.month, day.day, chance.randint(0, 23), tzinfo=UTC),
        has_origin_proof=chance.random() < 0.5,
        declaration=chance.choice(["H7", "H1"]), is_platform_sale=chance.random() < 0.05,
    )


def _place(chance: random.Random, book: RateBook) -> Destination:
    """A country, a territory by its postcode, a state, or somewhere nobody has heard of."""
    drawn = chance.random()
    if drawn < 0.2:
        row = chance.choice(_flat(list(book.territories.values())))
        return Destination(row.country, "", row.postcode_prefix.ljust(5, "0"), row.city)
    if drawn < 0.4:
        country, _dash, region = chance.choice(
            [code for code in book.tax_rates if "-" in code] or ["US-CA"]).partition("-")
        return Destination(country, region, str(chance.randint(10000, 99999)))
    known = [code for code in {*book.tax_rates, *book.imports} if len(code) == 2]
    return Destination(chance.choice([*sorted(known), "AQ", "XX"]), "",
                       chance.choice(["", str(chance.randint(1000, 99999))]))


def _line(chance: random.Random, book: RateBook, number: int, currency: str) -> LineFacts:
    prefix = chance.choice(_flat(list(book.duties.values()))).hs_prefix
    code = chance.choice(["", (prefix + str(chance.randint(10, 99)) + "0000")[:6]])
    return LineFacts(
        line=str(number), sku=f"S{number}", product=f"p{chance.randint(0, 3)}",
        categories=frozenset(chance.sample(["a", "b", "c"], chance.randint(0, 2))),
        quantity=chance.randint(1, 12),
        unit_price=Money(chance.choice([0, 1, 99, 1999, chance.randint(1, 2_000_000)]), currency),
        price=PriceFacts("l", "set"), tax_category=chance.choice(CATEGORIES), hs_code=code,
        origin=chance.choice(["", "CN", "PT", "DE", "US", "VN", "JP", "GB"]),
        weight_g=chance.choice([0, 1, 250, 1800, chance.randint(1, 40_000)]),
        size_mm=(chance.randint(0, 1500), chance.randint(0, 600), chance.randint(0, 400)),
        warehouse=chance.choice(sorted(book.warehouses)),
    )


def _promotion(chance: random.Random, number: int, currency: str) -> PromotionFacts:
    scope = chance.choice(["order", "product", "category"])
    codes = {"order": (), "product": ("p0", "p1"), "category": ("a",)}[scope]
    is_percent = chance.random() < 0.7
    return PromotionFacts(
        code=f"c{number}", coupon="", label="Offer", scope=scope, codes=frozenset(codes),
        percent=Decimal(chance.choice(["5", "12.5", "33.33", "100"])) if is_percent else None,
        amount=None if is_percent else Money(chance.randint(1, 20_000), currency),
        minimum=chance.choice([None, Money(chance.randint(1, 100_000), currency)]), rank=number,
    )


def _flat(groups: Sequence[Sequence[object]]) -> list:  # type: ignore[type-arg] # rows of a table
    return [row for rows in groups for row in rows]

"""Fees of a parcel at the border: of a union, a country, a carrier.

source  cross-border rules §3.3 (the flat duty is a fee in the tariff's place), §3.4, §9.7
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.kernel.fx import convert
from app.rules.arrival import Arrival, DutyLine
from app.rules.limits import is_within
from app.rules.rate_book import FeeRow, RateBook
from app.rules.result import QuotedFee


def fee_rows(arrival: Arrival, book: RateBook) -> Iterable[FeeRow]:
    """Those that are asked of this consignment: by day, buyer, carrier and value."""
    return (row for row in touching(arrival, book)
            if row.max_value is None or is_within(arrival.intrinsic, row.max_value, book))


def touching(arrival: Arrival, book: RateBook) -> Iterable[FeeRow]:
    """Those that would be asked, whatever the goods are worth."""
    areas = dict.fromkeys((arrival.area, arrival.country))
    for row in (fee for area in areas for fee in book.fees.get(area, ())):
        if not row.validity.covers(arrival.day):
            continue
        if row.customer and row.customer != arrival.customer:
            continue
        if row.carrier and row.carrier != arrival.carrier:
            continue
        yield row


def fees_of(lines: Sequence[DutyLine], flat_lines: Sequence[DutyLine], rows: Iterable[FeeRow],
          arrival: Arrival, book: RateBook,
          ) -> tuple[tuple[tuple[FeeRow, QuotedFee], ...], bool]:
    """The fees, and whether all of them could be converted. The flat duty is only on those lines
    that do not pay the tariff; without a line of its own it is not asked."""
    found: list[tuple[FeeRow, QuotedFee]] = []
    is_known = True
    for row in rows:
        touched = flat_lines if row.replaces_duty else lines
        if not touched:
            continue
        rate = book.rate(row.amount.currency, arrival.intrinsic.currency)
        if rate is None:
            is_known = False
            continue
        if row.per == "hs6":
            each = convert(row.amount, rate)
            parts = tuple((name, each) for name in _headings(touched, row, arrival))
            amount = each * len(parts)
        else:
            count = sum(line.quantity for line in touched) if row.per == "item" else 1
            parts, amount = (), convert(row.amount * count, rate)
        found.append((row, QuotedFee(row.code, row.name, amount, parts, row.replaces_duty)))
    return tuple(found), is_known


def _headings(lines: Sequence[DutyLine], row: FeeRow, arrival: Arrival) -> dict[str, None]:
    """Subheadings of six digits; for the flat duty of ten in a full declaration. Goods without a
    code count as a heading of their own: too little is never asked."""
    is_full = row.replaces_duty and arrival.declaration == "H1" and not arrival.is_ioss
    digits = 10 if is_full else 6
    return dict.fromkeys(
        ((line.taric if digits == 10 else "") or line.hs_code or line.taric)[:digits] or line.sku
        for line in lines
    )

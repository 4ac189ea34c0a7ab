"""Which pieces of a consignment bear which taxes, read back from the frozen quote.

The quote has one line per tax and rate (one GST for goods with GST alone and goods with GST and
QST); a paper wants pieces of one combination together, with their own base and share of each tax.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.kernel.errors import Conflict
from app.kernel.money import Money

Row = Mapping[str, Any]
Rate = tuple[str, Decimal]


@dataclass(slots=True)
class Batch:
    """Parts taxed at the same rates, with their base and the taxes on it."""

    parts: list[Row]
    net: Money
    taxes: list[tuple[Row, Money]]

    @property
    def paid(self) -> Money:
        """What is paid for the parts, in the basis of the prices."""
        return Money.total((_money(part["paid"]) for part in self.parts), self.net.currency)

    @property
    def tax(self) -> Money:
        """All taxes together."""
        return Money.total((amount for _, amount in self.taxes), self.net.currency)

    @property
    def percent(self) -> Decimal:
        """All rates together."""
        return sum((Decimal(str(row["percent"])) for row, _ in self.taxes), Decimal(0))


def batches(parts: Sequence[Row], taxes: Sequence[Row]) -> list[Batch]:
    """Parts by their rates, in the order of their first line.

    raises  Conflict (papers_lack_facts) where the taxes do not tell the bases
    """
    by_rate = {(str(row["name"]), Decimal(str(row["percent"]))): row for row in taxes}
    held: dict[tuple[Rate, ...], list[Row]] = {}
    for part in parts:
        held.setdefault(_charged(part["rates"]), []).append(part)
    if len(by_rate) != len(taxes) or {rate for key in held for rate in key} != set(by_rate):
        if len(taxes) != 1:
            raise Conflict("papers_lack_facts")
        held = {tuple(by_rate): list(parts)}
    nets = _nets(list(held), by_rate)
    shares = {rate: _shared(_money(row["tax"]), [max(nets[key].minor, 0) if rate in key else 0
                                                 for key in held])
              for rate, row in by_rate.items()}
    return [Batch(rows, nets[key], [(by_rate[rate], shares[rate][place]) for rate in key])
            for place, (key, rows) in enumerate(held.items())]


def _charged(rates: Sequence[Sequence[str]]) -> tuple[Rate, ...]:
    """Components that are charged; of goods without any tax the first stands for all."""
    plain = [(str(name), Decimal(str(percent))) for name, percent in rates]
    return tuple(rate for rate in plain if rate[1]) or tuple(plain[:1])


def _nets(keys: Sequence[tuple[Rate, ...]], by_rate: Mapping[Rate, Row],
          ) -> dict[tuple[Rate, ...], Money]:
    """The base of each combination: a rate that only one is left with tells it."""
    found: dict[tuple[Rate, ...], Money] = {}
    while len(found) < len(keys):
        before = len(found)
        for rate, row in by_rate.items():
            having = [key for key in keys if rate in key]
            open_keys = [key for key in having if key not in found]
            if len(open_keys) == 1:
                known = (found[key] for key in having if key in found)
                whole = _money(row["net"])
                found[open_keys[0]] = whole - Money.total(known, whole.currency)
        if len(found) == before:
            raise Conflict("papers_lack_facts")
    return found


def _shared(tax: Money, weights: Sequence[int]) -> list[Money]:
    if any(weights):
        return tax.split(weights)
    return [tax, *(tax * 0 for _ in weights[1:])]


def _money(row: Row) -> Money:
    return Money(int(row["minor"]), str(row["currency"]))

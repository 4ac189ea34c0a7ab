"""Facets of a shelf: what may be chosen, what is chosen, and how many each choice would leave.

Values of one facet widen (OR), facets narrow each other (AND); a value's count leaves its own
facet out, so that it says what would be added. A facet with fewer than two values is not shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor

from app.kernel.currency import exponent
from app.kernel.money import Money
from app.services.catalogue.assortment import Assortment, bits_of
from app.services.catalogue.labels import Label, Labels

RESERVED = frozenset(
    {"page", "sort", "brand", "stock", "show", "price_min", "price_max", "q", "to"}
)
SORTS = ("relevance", "new", "price", "price-down", "name")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a shopper has chosen. values: facet key -> codes; prices in major units, as typed."""

    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    price_min: int | None = None
    price_max: int | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing is narrowed."""
        return not self.values and self.price_min is None and self.price_max is None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One checkbox."""

    value: str
    label: str
    count: int
    checked: bool
    disabled: bool
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """One group of the filter form. kind check, or range: then low … most are in major units.

    name  '' for the shop's own facets (brand, price, stock, show), which the page names
    """

    name: str
    key: str
    kind: str
    open: bool
    values: tuple[FacetValue, ...] = ()
    low: int = 0
    high: int = 0
    least: int = 0
    most: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class _Group:
    key: str
    name: str
    choices: tuple[tuple[str, str, str, int], ...]  # code, label, colour, bits


def narrow(held: Assortment, stocked: int, filters: Filters, labels: Labels, currency: str,  # noqa: PLR0913 - what is narrowed by what
           chain: Sequence[str]) -> tuple[int, tuple[Facet, ...], Filters]:
    """Bits of the products that pass, the facets with their counts, and the filters that count.

    Unknown keys and values, and prices outside what there is, are dropped from the filters.
    """
    groups = tuple(_groups(held, stocked, labels, chain))
    least, most = _band(held, currency)
    known = _known(groups, filters, least, most)
    masks = {group.key: _any(group, known.values.get(group.key, frozenset()), held)
             for group in groups}
    masks["price"] = _priced(held, known, currency)
    found = held.everything
    for mask in masks.values():
        found &= mask
    facets = [
        facet for group in groups
        if (facet := _facet(group, _others(masks, group.key, held), known)) is not None
    ]
    if most > least:
        facets.insert(1 if facets and facets[0].key == "brand" else 0, Facet(
            "", "price", "range", True, (),
            least if known.price_min is None else known.price_min,
            most if known.price_max is None else known.price_max, least, most, currency,
        ))
    return found, tuple(facets), known


def _groups(held: Assortment, stocked: int, labels: Labels,
            chain: Sequence[str]) -> Iterator[_Group]:
    """Brand, then attributes, then options, then stock and what is new or reduced."""
    yield _Group("brand", "", tuple(
        (labels.brands[id_].code, labels.brands[id_].says(chain), "", bits)
        for (kind, id_), bits in held.bits.items() if kind == "brand" and id_ in labels.brands
    ))
    taken = set(RESERVED)
    for kind, parents, values in (
        ("attribute", labels.attributes, labels.attribute_values),
        ("option", labels.options, labels.option_values),
    ):
        for parent in parents.values():
            choices = tuple(_choices(held, kind, parent, values, chain))
            if choices:
                key = parent.code if parent.code not in taken else f"{kind}-{parent.code}"
                taken.add(key)
                yield _Group(key, parent.says(chain), choices)
    yield _Group("show", "", (("new", "", "", held.new), ("offers", "", "", held.reduced)))
    yield _Group("stock", "", (("in", "", "", stocked),))


def _choices(held: Assortment, kind: str, parent: Label, values: Mapping[int, Label],
             chain: Sequence[str]) -> Iterator[tuple[str, str, str, int]]:
    for value in values.values():
        bits = held.bits.get((kind, value.id)) if value.parent == parent.id else None
        if bits:
            yield value.code, value.says(chain), value.colour, bits


def _known(groups: Sequence[_Group], filters: Filters, least: int, most: int) -> Filters:
    values = {}
    for group in groups:
        asked = filters.values.get(group.key, frozenset())
        found = asked & {code for code, *_ in group.choices}
        if found:
            values[group.key] = frozenset(found)
    low, high = filters.price_min, filters.price_max
    return Filters(
        values, low if low is not None and least < low else None,
        high if high is not None and high < most else None,
    )


def _any(group: _Group, codes: frozenset[str], held: Assortment) -> int:
    if not codes:
        return held.everything
    found = 0
    for code, _label, _colour, bits in group.choices:
        if code in codes:
            found |= bits
    return found


def _others(masks: Mapping[str, int], key: str, held: Assortment) -> int:
    found = held.everything
    for other, mask in masks.items():
        if other != key:
            found &= mask
    return found


def _facet(group: _Group, others: int, known: Filters) -> Facet | None:
    chosen = known.values.get(group.key, frozenset())
    values = []
    for code, label, colour, bits in group.choices:
        count, checked = (bits & others).bit_count(), code in chosen
        values.append(FacetValue(code, label, count, checked, not count and not checked,
                                 colour or None))
    if group.key in {"show", "stock"}:
        values = [value for value in values if value.count or value.checked]
        is_shown = bool(values)
    else:
        is_shown = len(values) > 1
    if group.key == "brand":
        values.sort(key=lambda value: value.label.casefold())
    return Facet(group.name, group.key, "check", True, tuple(values)) if is_shown else None


def _band(held: Assortment, currency: str) -> tuple[int, int]:
    """Whole major units below the cheapest and above the dearest."""
    if not held.low:
        return 0, 0
    return (floor(Money(min(held.low), currency).major),
            ceil(Money(max(held.low), currency).major))


def _priced(held: Assortment, known: Filters, currency: str) -> int:
    if known.price_min is None and known.price_max is None:
        return held.everything
    one = 10 ** exponent(currency)
    order = sorted(range(len(held.low)), key=held.low.__getitem__)
    prices = [held.low[place] for place in order]
    first = 0 if known.price_min is None else bisect_left(prices, known.price_min * one)
    last = len(prices) if known.price_max is None else bisect_right(prices, known.price_max * one)
    return bits_of(order[first:last], len(held.ids))

"""Choosing a variant: by SKU or by its options; values that lead nowhere stay visible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.kernel.errors import NotFound
from app.services.catalogue.detail import Sheet, VariantFacts
from app.services.catalogue.labels import Label, Labels
from app.services.markets import MarketView


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of an option, as a radio button."""

    value: str
    label: str
    checked: bool
    sold_out: bool
    colour: str | None


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """An option with its values; `chosen` is the label of the chosen one."""

    name: str
    key: str
    chosen: str
    options: tuple[Choice, ...]


def chosen(sheet: Sheet, sku: str, wanted: Mapping[str, str], labels: Labels,
           market: MarketView) -> VariantFacts:
    """The variant asked for; without a wish the first that can be had.

    wanted  option code -> value code, as radio buttons send them beside the SKU shown before: what
            differs from that one is what was clicked, and goes before the rest
    raises  NotFound  for a product without variants
    A SKU that is not (or no longer) of this product counts as no wish: old links stay good.
    """
    if not sheet.variants:
        raise NotFound("not_found")
    shown = next((one for one in sheet.variants if one.sku == sku), None)
    if shown is None:
        shown = next((one for one in sheet.variants if one.available(market)), sheet.variants[0])
    asked = _asked(sheet, wanted, labels)
    clicked = asked - shown.values
    if not clicked:
        return shown
    rest = (shown.values | asked) - clicked

    def fit(one: VariantFacts) -> tuple[int, int, bool]:
        return len(one.values & clicked), len(one.values & rest), one.available(market) > 0

    return max(sheet.variants, key=fit)


def groups(sheet: Sheet, variant: VariantFacts, labels: Labels, market: MarketView,
           chain: Sequence[str]) -> tuple[ChoiceGroup, ...]:
    """The product's options with their values in order, seen from the chosen variant."""
    found = []
    for option_id in _options(sheet, labels):
        option = labels.options[option_id]
        values = _values(sheet, option, labels)
        choices = tuple(
            Choice(value.code, value.says(chain), value.id in variant.values,
                   not _leads(sheet, variant, value, labels, market), value.colour or None)
            for value in values
        )
        if len(choices) > 1:
            now = next((choice.label for choice in choices if choice.checked), "")
            found.append(ChoiceGroup(option.says(chain), option.code, now, choices))
    return tuple(found)


def option_words(variant: VariantFacts, labels: Labels, chain: Sequence[str]) -> str:
    """"Brushed steel · Large"."""
    values = (labels.option_values[id_] for id_ in sorted(variant.values)
              if id_ in labels.option_values)
    return " · ".join(value.says(chain) for value in values)


def _options(sheet: Sheet, labels: Labels) -> list[int]:
    used = {labels.option_values[id_].parent for one in sheet.variants for id_ in one.values
            if id_ in labels.option_values}
    ordered = [id_ for id_ in sheet.option_ids if id_ in used and id_ in labels.options]
    return ordered + sorted(used - set(ordered))


def _values(sheet: Sheet, option: Label, labels: Labels) -> list[Label]:
    ids = {id_ for one in sheet.variants for id_ in one.values}
    return [value for id_, value in labels.option_values.items()
            if id_ in ids and value.parent == option.id]


def _asked(sheet: Sheet, wanted: Mapping[str, str], labels: Labels) -> frozenset[int]:
    return frozenset(
        value.id for option_id in _options(sheet, labels)
        for value in _values(sheet, labels.options[option_id], labels)
        if wanted.get(labels.options[option_id].code) == value.code
    )


def _leads(sheet: Sheet, variant: VariantFacts, value: Label, labels: Labels,
           market: MarketView) -> bool:
    """With this value and what else is chosen, there is something that can be had."""
    others = {id_ for id_ in variant.values if labels.option_values[id_].parent != value.parent}
    return any(
        value.id in one.values and others <= one.values and one.available(market)
        for one in sheet.variants
    )

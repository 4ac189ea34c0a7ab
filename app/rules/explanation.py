"""Why a number is what it is: rule, rate, date and source, for the shopper and the merchant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Why:
    """One reason for one number of the quote.

    figure   what is explained: "line:SKU", "discount:CODE", "shipping", "tax:DE:19", "duty:SKU",
             "fee:EU3", "rounding", "treatment", "price:SKU"
    rule     stable code of the rule that gave it; the shop has a sentence for each
    rate     as text ("19 %", "1 EUR = 1.0832 USD"), or ''
    day      the day of the rate or rule (ISO), or ''
    source   where the rule or rate comes from
    params   what the sentence needs
    """

    figure: str
    rule: str
    rate: str = ""
    day: str = ""
    source: str = ""
    confidence: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

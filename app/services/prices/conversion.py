"""How a price of ours becomes a price in another currency, with a record of how it came about."""

from __future__ import annotations

from typing import Any

from app.kernel.fx import Rate
from app.kernel.money import Money
from app.rules.pricing import Ending, fx_price
from app.rules.rate_book import CurrencyRow

POLICY = ("margin", "step", "ending", "direction")


def convert_price(
    base: Money, rate: Rate, policy: CurrencyRow
) -> tuple[Money, dict[str, Any]]:
    """The price in the rate's quote currency, and its derivation (plain values, ready for JSON).

    Between one currency and itself nothing is put on top and the rate has no date; the ending is
    that of the currency all the same.
    raises  ValueError  when base, rate and policy do not belong together
    """
    if rate.quote != policy.currency:
        raise ValueError(f"a policy for {policy.currency} cannot round {rate.quote}")
    is_same = rate.base == rate.quote
    margin = policy.margin * (not is_same)
    ending = Ending(policy.price_step, policy.ending, policy.direction)
    found = fx_price(base, rate, margin, ending)
    return found.amount, {
        "base_minor": base.minor,
        "base_currency": base.currency,
        "rate": format(rate.value, "f"),
        "rate_source": rate.source,
        "rate_date": "" if is_same else rate.as_of.isoformat(),
        "margin": format(margin, "f"),
        "step": policy.price_step,
        "ending": policy.ending,
        "direction": policy.direction,
        "before_rounding": found.before_rounding.minor,
    }

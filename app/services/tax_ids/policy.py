"""How a market treats business buyers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.extensions import transaction
from app.kernel.errors import Invalid, NotFound
from app.models.market import Market
from app.services.outbox import log

UNPROVEN = ("consumer", "origin")
PRICES = ("net", "kept")


def set_policy(code: str, *, unproven: str | None = None, price: str | None = None,
               trusted: Collection[str] | None = None) -> dict[str, Any]:
    """Change what is given; the rest stays. Answers the policy as it is now.

    unproven  how a business without a confirmed number is taxed: consumer (destination) or
              origin (VD Art. 32)
    price     what a confirmed business pays where prices hold tax: net or kept
    trusted   countries whose numbers count by their checksum alone
    raises    NotFound (unknown_market), Invalid
    """
    if (unproven and unproven not in UNPROVEN) or (price and price not in PRICES):
        raise Invalid("invalid")
    if any(len(country) != 2 or not country.isalpha() for country in trusted or ()):
        raise Invalid("country_unknown")
    with transaction() as session:
        market = session.get(Market, code)
        if market is None:
            raise NotFound("unknown_market")
        policy: dict[str, Any] = dict(market.tax_ids)
        if unproven:
            policy["unproven"] = unproven
        if price:
            policy["price"] = price
        if trusted is not None:
            policy["trusted"] = sorted({country.upper() for country in trusted})
        market.tax_ids = policy
        log.emit("market", code)
    return {"unproven": "consumer", "price": "net", "trusted": [], **policy}

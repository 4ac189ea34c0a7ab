"""Ways to pay: which a market offers, in its order, and which provider serves them."""

from __future__ import annotations

from dataclasses import dataclass

from app.extensions import providers
from app.services.markets import MarketView
from app.services.payment.port import PaymentProvider

# method -> provider; `card` is served by Stripe where it has keys, else by the test gateway
PROVIDER_OF = {"card": "stripe", "test": "test", "transfer": "transfer"}


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay as it is offered. is_test: no money moves; is_hosted: on another page."""

    code: str
    provider: str
    is_test: bool
    is_hosted: bool
    speaks_language: bool


def methods_for(market: MarketView, currency: str, language: str = "en") -> list[Method]:
    """What can be paid with here; a method whose provider has no keys is not offered.

    The embedded test gateway stands in for cards while Stripe has no keys.
    """
    available = providers().payments
    found = []
    for code in market.payment_methods:
        name = PROVIDER_OF.get(code, code)
        if name == "stripe" and "stripe" not in available:
            code = name = "test"  # noqa: PLW2901 - the stand-in keeps the card's place
        provider = available.get(name)
        if provider is None or (provider.currencies and currency not in provider.currencies):
            continue
        found.append(Method(code, name, name == "test", name != "transfer",
                            provider.speaks(language)))
    return found


def provider_of(method: str) -> PaymentProvider:
    """The provider that serves a method of a placed order."""
    return providers().payments[PROVIDER_OF.get(method, method)]

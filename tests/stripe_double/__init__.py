"""A small stateful Stripe on loopback, for tests and browser journeys; no money, no cards.

The real library talks to it over HTTP: Checkout Sessions with a page to choose the outcome on,
intents, charges, refunds, disputes, balance transactions, events, signed webhooks, idempotency
keys, faults. It follows https://docs.stripe.com/api as read on 2026-11-21 and shares no code with
the shop, so that a wrong table here and there cannot agree.
"""

from tests.stripe_double.server import StripeDouble

__all__ = ["StripeDouble"]

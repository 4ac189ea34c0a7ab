"""A Stripe double on loopback and the provider that talks to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stripe as sdk

from app.services.payment.stripe import StripeProvider
from tests.stripe_double import StripeDouble

SECRET = "whsec_double"


@pytest.fixture
def double() -> Iterator[StripeDouble]:
    with StripeDouble(secret=SECRET) as running:
        yield running


@pytest.fixture
def stripe(double: StripeDouble, monkeypatch: pytest.MonkeyPatch) -> StripeProvider:
    monkeypatch.setattr(sdk.HTTPClient, "INITIAL_DELAY", 0.01)  # pause before the one retry
    return StripeProvider("sk_test_nordlys", SECRET, double.url)

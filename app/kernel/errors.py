"""The tree of deliberate failures. Each knows its HTTP status and code; the sentence is made
where it is shown, in the reader's language (app/web/messages.py). Anything else is a bug."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ShopError(Exception):
    """Something the shop refuses on purpose.

    code    stable word, part of the API (`type` of the problem document)
    params  what the sentence needs; never secrets or personal data
    """

    code = "refused"
    status = 400

    def __init__(self, code: str | None = None, **params: Any) -> None:
        self.code = code or type(self).code
        self.params = params
        super().__init__(self.code, params)

    @property
    def fields(self) -> Mapping[str, str]:
        """Field name -> code, where the failure belongs to fields of a form."""
        return {}


class Invalid(ShopError):
    """Input that cannot be taken; `fields` maps a field's name to the code of what is wrong."""

    code, status = "invalid", 422

    def __init__(self, code: str | None = None, *, fields: Mapping[str, str] | None = None,
                 **params: Any) -> None:
        super().__init__(code, **params)
        self._fields = dict(fields or {})

    @property
    def fields(self) -> Mapping[str, str]:
        """Field name -> code of what is wrong with it."""
        return self._fields


class NotFound(ShopError):
    """Not there, or not yours: the two look the same from outside."""

    code, status = "not_found", 404


class Forbidden(ShopError):
    """Known, but not allowed."""

    code, status = "forbidden", 403


class Conflict(ShopError):
    """The world has changed: stock, price, state or version."""

    code, status = "conflict", 409


class OutOfStock(Conflict):
    """params: sku, available (how many can be had now)."""

    code = "out_of_stock"


class QuoteChanged(Conflict):
    """The total differs from the one the shopper last saw; nothing was ordered."""

    code = "quote_changed"


class CouponRefused(Conflict):
    """params: reason (unknown, not_yet, over, used_up, below_minimum, not_for_these)."""

    code = "coupon_refused"


class IllegalStep(Conflict):
    """params: now, to."""

    code = "illegal_step"


class PaymentDeclined(ShopError):
    """The payer's bank or the payer said no; tell the shopper, offer another way."""

    code, status = "payment_declined", 402


class TooMany(ShopError):
    """params: retry_after in seconds."""

    code, status = "too_many", 429


class ProviderError(ShopError):
    """An outside service failed; retryable says whether trying again can help."""

    code, status, retryable = "provider_error", 502, False


class ProviderUnavailable(ProviderError):
    """No answer, or 'not now': try again later with the same key."""

    code, status, retryable = "provider_unavailable", 503, True


class ProviderRejected(ProviderError):
    """They understood and refused: our mistake, never retried, staff are told."""

    code = "provider_rejected"

"""Stripe Tax as a source of local rates: a calculation of a sample, of which only rates are kept.

source  docs.stripe.com/api/tax/calculations: line_items.data[].tax_breakdown[] with
        tax_rate_details.percentage_decimal and taxability_reason; txcd_99999999 is "General -
        Tangible Goods". An account without a registration in the state answers not_collecting.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

import requests

from app.kernel.errors import ProviderRejected, ProviderUnavailable
from app.services.tax.port import LiveRate, TaxPlace

TIME_OUTS = (3, 10)
VERSION = "2026-10-28.endive"
GOODS = "txcd_99999999"
SAMPLE = 10000  # minor units; only rates are read
NOT_OURS = "not_collecting"


class StripeTax:
    """Rates for addresses in the United States."""

    code = "stripe"

    def __init__(self, secret_key: str, api_base: str) -> None:
        self.url = f"{api_base.rstrip('/')}/v1/tax/calculations"
        self._key = secret_key

    def rate(self, place: TaxPlace) -> LiveRate:
        """See SalesTaxService."""
        found = self._post(_question(place))
        try:
            lines = found["line_items"]["data"][0]["tax_breakdown"]
            shipping = (found.get("shipping_cost") or {}).get("tax_breakdown") or []
            if any(row.get("taxability_reason") == NOT_OURS for row in lines):
                raise ProviderRejected(provider=self.code, reason=NOT_OURS)
            return LiveRate(_percent(lines), _percent(shipping), found)
        except (KeyError, IndexError, TypeError, AttributeError, InvalidOperation) as error:
            raise ProviderUnavailable(provider=self.code, reason="unreadable") from error

    def _post(self, asked: dict[str, str]) -> dict[str, Any]:
        try:
            answer = requests.post(self.url, data=asked, timeout=TIME_OUTS, headers={
                "Authorization": f"Bearer {self._key}", "Stripe-Version": VERSION})
            found = answer.json()
        except requests.RequestException as error:
            raise ProviderUnavailable(provider=self.code, reason=type(error).__name__) from error
        if answer.status_code >= 500 or answer.status_code in {409, 429}:
            raise ProviderUnavailable(provider=self.code, reason=str(answer.status_code))
        if answer.status_code != 200 or not isinstance(found, dict):
            raise ProviderRejected(provider=self.code, reason=str(answer.status_code))
        return found


def _question(place: TaxPlace) -> dict[str, str]:
    address = {"line1": place.line1, "city": place.city, "state": place.region,
               "postal_code": place.postal_code, "country": place.country}
    return {
        "currency": "usd", "customer_details[address_source]": "shipping",
        **{f"customer_details[address][{name}]": text for name, text in address.items() if text},
        "line_items[0][amount]": str(SAMPLE), "line_items[0][reference]": "goods",
        "line_items[0][tax_code]": GOODS, "line_items[0][tax_behavior]": "exclusive",
        "shipping_cost[amount]": str(SAMPLE), "shipping_cost[tax_behavior]": "exclusive",
        "expand[0]": "line_items.data.tax_breakdown", "expand[1]": "shipping_cost.tax_breakdown",
    }


def _percent(breakdown: Iterable[dict[str, Any]]) -> Decimal:
    """Rates of all that tax here, added up; those with nothing to tax are left out."""
    return sum((Decimal(row["tax_rate_details"]["percentage_decimal"]) for row in breakdown
                if row.get("tax_rate_details") and row.get("taxable_amount")), Decimal(0))

"""The British register of VAT numbers: "Check a UK VAT number", version 2.0.

source  developer.service.hmrc.gov.uk, "VAT registered companies API": application-restricted
        (OAuth 2.0 client credentials); NOT_FOUND is the answer for a number that is not
        registered; a requester's own number brings a consultation number
"""

from __future__ import annotations

import time
from typing import Any

import requests

from app.kernel.errors import ProviderRejected, ProviderUnavailable
from app.services.tax_ids.port import RegistryAnswer

TIME_OUTS = (3, 10)
ACCEPT = "application/vnd.hmrc.2.0+json"
EARLY = 60.0  # seconds before its end at which a token is no longer used


class Hmrc:
    """British numbers. One access token is kept until it ends."""

    code = "hmrc"

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        self.url = url.rstrip("/")
        self._client = client_id, client_secret
        self._token, self._until = "", 0.0

    def ask(self, number: str, asker: str) -> RegistryAnswer:
        """See TaxIdRegistry. Only a British asker has a number to ask with."""
        own = asker.removeprefix("GB") if asker.startswith("GB") else ""
        path = f"/organisations/vat/check-vat-number/lookup/{number.removeprefix('GB')}"
        status, found = self._get(f"{path}/{own}" if own else path)
        if status == 404 and found.get("code") == "NOT_FOUND":
            return RegistryAnswer(is_valid=False, raw=found)
        if status >= 500 or status in {401, 429}:
            self._token = ""
            raise ProviderUnavailable(provider=self.code, reason=str(status))
        target = found.get("target")
        if status != 200 or not isinstance(target, dict):
            raise ProviderRejected(provider=self.code, reason=str(found.get("code", status)))
        return RegistryAnswer(
            is_valid=True, name=str(target.get("name", "")), address=_address(target),
            consultation=str(found.get("consultationNumber", "")), raw=found,
        )

    def _get(self, path: str) -> tuple[int, dict[str, Any]]:
        token = self._access()
        try:
            answer = requests.get(f"{self.url}{path}", timeout=TIME_OUTS, headers={
                "Accept": ACCEPT, "Authorization": f"Bearer {token}"})
            found = answer.json()
        except requests.RequestException as error:
            raise ProviderUnavailable(provider=self.code, reason=type(error).__name__) from error
        return answer.status_code, found if isinstance(found, dict) else {}

    def _access(self) -> str:
        if self._token and time.monotonic() < self._until:
            return self._token
        client_id, secret = self._client
        try:
            answer = requests.post(f"{self.url}/oauth/token", timeout=TIME_OUTS, data={
                "grant_type": "client_credentials", "client_id": client_id,
                "client_secret": secret})
            found = answer.json()
        except requests.RequestException as error:
            raise ProviderUnavailable(provider=self.code, reason=type(error).__name__) from error
        token = found.get("access_token") if isinstance(found, dict) else None
        if answer.status_code != 200 or not token:
            raise ProviderUnavailable(provider=self.code, reason="no_token")
        self._token = str(token)
        self._until = time.monotonic() + int(found.get("expires_in", 0) or 0) - EARLY
        return self._token


def _address(target: dict[str, Any]) -> str:
    address = target.get("address")
    if not isinstance(address, dict):
        return ""
    names = ("line1", "line2", "line3", "line4", "postcode", "countryCode")
    return ", ".join(str(address[name]) for name in names if address.get(name))

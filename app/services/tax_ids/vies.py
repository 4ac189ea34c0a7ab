"""The Commission's register of VAT numbers (VIES) over its REST service.

source  ec.europa.eu/taxation_customs/vies: "check-vat-number"; requestIdentifier is given only to
        a requester with a number of its own; errors are codes such as MS_UNAVAILABLE
"""

from __future__ import annotations

from typing import Any

import requests

from app.kernel.errors import ProviderRejected, ProviderUnavailable
from app.services.tax_ids.port import RegistryAnswer

TIME_OUTS = (3, 10)  # connect, read; seconds
OURS = frozenset({"INVALID_INPUT", "INVALID_REQUESTER_INFO", "VAT_BLOCKED", "IP_BLOCKED"})
NOTHING = "---"  # how some members say that they tell no name


class Vies:
    """EU numbers and Northern Irish ones (XI)."""

    code = "vies"

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def ask(self, number: str, asker: str) -> RegistryAnswer:
        """See TaxIdRegistry. Greece is EL, as the register has it."""
        asked = {"countryCode": number[:2], "vatNumber": number[2:]}
        if asker:
            asked |= {"requesterMemberStateCode": asker[:2], "requesterNumber": asker[2:]}
        found = self._post(asked)
        if not isinstance(found.get("valid"), bool):
            raise self._refusal(found)
        return RegistryAnswer(
            is_valid=found["valid"], name=_text(found, "name"), address=_text(found, "address"),
            consultation=_text(found, "requestIdentifier"), raw=found,
        )

    def _post(self, asked: dict[str, str]) -> dict[str, Any]:
        try:
            answer = requests.post(f"{self.url}/check-vat-number", json=asked, timeout=TIME_OUTS,
                                   headers={"Accept": "application/json"})
            found = answer.json()
        except requests.RequestException as error:
            raise ProviderUnavailable(provider=self.code, reason=type(error).__name__) from error
        if not isinstance(found, dict):
            raise ProviderUnavailable(provider=self.code, reason="unreadable")
        if answer.status_code >= 500:
            raise ProviderUnavailable(provider=self.code, reason=str(answer.status_code))
        return found

    def _refusal(self, found: dict[str, Any]) -> ProviderRejected | ProviderUnavailable:
        wrong = found.get("errorWrappers")
        first = wrong[0] if isinstance(wrong, list) and wrong else {}
        reason = str(first.get("error", "") if isinstance(first, dict) else "") or "unreadable"
        kind = ProviderRejected if reason in OURS else ProviderUnavailable
        return kind(provider=self.code, reason=reason)


def _text(found: dict[str, Any], name: str) -> str:
    text = " ".join(str(found.get(name) or "").split())
    return "" if text == NOTHING else text

"""VIES and HMRC as doubles over real HTTP on loopback: what each number is, and what goes wrong."""

from __future__ import annotations

import json
from typing import Any

from werkzeug import Request, Response

from tests.local_server import LocalServer

HOLDER = {"name": "MUSTER GMBH", "address": "RING 1\n1010 WIEN"}


class Registers(LocalServer):
    """known: number -> in force; fault: an error code of VIES for every question until cleared.

    asked  every question that came in, newest last
    """

    def __init__(self) -> None:
        self.known: dict[str, bool] = {}
        self.fault = ""
        self.asked: list[dict[str, Any]] = []
        super().__init__(self.wsgi)

    @Request.application
    def wsgi(self, request: Request) -> Response:
        """One question."""
        if request.path == "/oauth/token":
            return _answer({"access_token": "t", "expires_in": 14400, "token_type": "bearer"})
        if request.path == "/check-vat-number":
            return self._vies(json.loads(request.get_data()))
        if request.path.startswith("/organisations/vat/check-vat-number/lookup/"):
            return self._hmrc(request)
        return _answer({"code": "MATCHING_RESOURCE_NOT_FOUND"}, 404)

    def _vies(self, asked: dict[str, Any]) -> Response:
        self.asked.append(asked)
        if self.fault:
            return _answer({"actionSucceed": False, "errorWrappers": [{"error": self.fault}]}, 400)
        number = asked["countryCode"] + asked["vatNumber"]
        valid = self.known.get(number, False)
        holder = HOLDER if valid else {"name": "---", "address": "---"}
        proof = "WAPIAAAA" if asked.get("requesterNumber") else ""
        return _answer({"countryCode": asked["countryCode"], "vatNumber": asked["vatNumber"],
                        "requestDate": "2026-11-22T02:00:00.000Z", "valid": valid,
                        "requestIdentifier": proof, **holder})

    def _hmrc(self, request: Request) -> Response:
        number, *asker = request.path.split("/lookup/")[1].split("/")
        self.asked.append({"number": number, "asker": asker})
        if request.headers.get("Authorization") != "Bearer t":
            return _answer({"code": "INVALID_CREDENTIALS"}, 401)
        if self.fault:
            return _answer({"code": self.fault}, 503)
        if not self.known.get(f"GB{number}"):
            return _answer({"code": "NOT_FOUND", "message": "not registered"}, 404)
        found: dict[str, Any] = {"processingDate": "2026-11-22T02:00:00+00:00", "target": {
            "name": "Example Ltd", "vatNumber": number,
            "address": {"line1": "1 High St", "postcode": "W1 1AA", "countryCode": "GB"}}}
        if asker:
            found |= {"requester": asker[0], "consultationNumber": "AAA-1-BBB"}
        return _answer(found)


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")

"""Shoppers over the JSON API who never give up: every call is repeated until it is answered."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.crashes.running import patience
from tests.shoppers import JOURNEYS
from tests.stripe_double import StripeDouble
from tests.stripe_double.refusals import Refusal

PREFIXES = ("de-de", "en-us", "ja-jp")
PAUSE = 0.1


class Interrupted(Exception):
    """The load is over; the shopper goes home in the middle of it."""


@dataclass
class Bought:
    """An order that was paid at Stripe, as the shopper knows it."""

    token: str
    session: str
    minor: int
    currency: str


@dataclass
class Load:
    """Shoppers at work until `stop()`."""

    url: str
    stripe: StripeDouble
    shoppers: int = 3
    bought: list[Bought] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Let them in."""
        self.over, self.closing = threading.Event(), 0.0
        self.threads = [threading.Thread(target=self._shop, args=(n,), daemon=True)
                        for n in range(self.shoppers)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Let everybody finish what they have begun; nobody begins anew."""
        self.closing = time.monotonic() + patience(30)
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _shop(self, number: int) -> None:
        dice = random.Random(number)
        while not self.over.is_set():
            try:
                self._buy(dice)
            except Interrupted:
                return
            except (AssertionError, KeyError, Refusal) as error:
                self.problems.append(f"{type(error).__name__}: {error}")
                return

    def _buy(self, dice: random.Random) -> None:
        market, language, currency, who = JOURNEYS[dice.choice(PREFIXES)]
        cart = self.call("POST", "/carts", market=market, language=language,
                         currency=currency)["id"]
        self.call("POST", f"/carts/{cart}/lines", sku=dice.choice(("CUP", "TEA")), quantity=1)
        address = {name: text for name, text in who.items() if name != "email"}
        self.call("PUT", f"/carts/{cart}/address", **address)
        offer = self.call("GET", f"/carts/{cart}/shipping-options")["items"][0]
        more = {"address": {**address, "phone": "+12025550123"}} if offer["needs_phone"] else {}
        placed = self.call("POST", f"/carts/{cart}/orders", email=who["email"],
                           payment_method="card", shipping_option=offer["id"],
                           accept_duties_at_door=True, **more)
        order, payment = placed["order"], placed["payment"]
        self.tokens.add(order["token"])
        session = payment["redirect_url"].rsplit("/", 1)[1]
        if dice.random() < 0.1:
            return  # looks at the payment page and leaves
        if dice.random() < 0.1:
            self.stripe.decline(session)
        self.stripe.pay(session)
        self.bought.append(Bought(order["token"], session, order["total"]["amount"],
                                  order["total"]["currency"]))
        if dice.random() < 0.5:
            self.ask("GET", f"/{language}-{market}/orders/{order['token']}/return")

    def call(self, method: str, path: str, **body: Any) -> Mapping[str, Any]:
        """An API call; a 4xx is a problem of the shop, anything else is tried again."""
        status, text = self.ask(method, f"/api/v1{path}", json.dumps(body) if body else "")
        assert status < 400, f"{method} {path.rsplit('/', maxsplit=1)[-1]} {status} {text[:300]}"
        return json.loads(text)

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        """Status and text of the first answer that is none of a dying server."""
        request = urllib.request.Request(
            self.url + path, data=body.encode() or None, method=method,
            headers={"Content-Type": "application/json"} if body else {})
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                with error:
                    if error.code < 500:
                        return error.code, error.read().decode()
            except (OSError, ValueError, EOFError, http.client.HTTPException):
                pass  # HTTPException: a torn answer
            if self.over.is_set() and time.monotonic() > self.closing:
                raise Interrupted
            time.sleep(PAUSE)

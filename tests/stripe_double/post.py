"""Webhooks: signed, sent to one address; lost, doubled, reordered or delayed at will."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.stripe_double.books import Thing


@dataclass
class Post:
    """Keeps events until they are delivered; sends them by itself when `is_automatic`.

    url      where webhooks go; '' = nowhere (they wait)
    delay    seconds before an automatic delivery
    times    how often each is sent
    lost     types that are never sent, "*" for all
    """

    url: str = ""
    secret: str = "whsec_double"
    is_automatic: bool = False
    delay: float = 0.0
    times: int = 1
    lost: set[str] = field(default_factory=set)
    waiting: list[Thing] = field(default_factory=list)

    def take(self, event: Thing) -> None:
        """A new event."""
        if event["type"] in self.lost or "*" in self.lost:
            return
        if self.is_automatic and self.url:
            threading.Thread(target=self._send_later, args=(event,), daemon=True).start()
        else:
            self.waiting.append(event)

    def deliver(self, *, order: str = "forward", times: int = 1, only: Iterable[str] = (),
                lose: Iterable[str] = (), seed: int = 1) -> list[tuple[str, int]]:
        """Send what waits, and say (type, status) of each; 0 = nobody answered.

        order  forward, backward or shuffled
        only   types to send now, the others go on waiting; lose: types to throw away
        Refused events (not 2xx) go on waiting, as Stripe tries them again.
        """
        chosen = [event for event in self.waiting if not only or event["type"] in set(only)]
        self.waiting = [event for event in self.waiting if event not in chosen]
        chosen = [event for event in chosen if event["type"] not in set(lose)] * times
        if order == "backward":
            chosen.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(chosen)
        told = [(event, self.send(event)) for event in chosen]
        for event, status in told:
            if not 200 <= status < 300 and event not in self.waiting:
                self.waiting.append(event)
        return [(event["type"], status) for event, status in told]

    def send(self, event: Thing) -> int:
        """One delivery, freshly signed; the status, or 0."""
        body = json.dumps(event).encode()
        request = urllib.request.Request(self.url, data=body, headers={
            "Content-Type": "application/json", "Stripe-Signature": self.signature(body)})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as e:
            e.close()
            return e.code
        except OSError:
            return 0

    def signature(self, body: bytes, at: int | None = None, secret: str = "") -> str:
        """The Stripe-Signature header for a body, signed at a Unix time."""
        moment = int(time.time()) if at is None else at
        signed = f"{moment}.".encode() + body
        mac = hmac.new((secret or self.secret).encode(), signed, hashlib.sha256)
        return f"t={moment},v1={mac.hexdigest()}"

    def _send_later(self, event: Thing) -> None:
        time.sleep(self.delay)
        for _ in range(self.times):
            if not 200 <= self.send(event) < 300 and event not in self.waiting:
                self.waiting.append(event)

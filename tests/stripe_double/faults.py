"""Ways for a call to go wrong, before or after the deed."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from tests.stripe_double.wire import Answer

KINDS = frozenset({"error", "html", "rate_limit", "declined", "drop", "hang", "slow"})


@dataclass
class Fault:
    """What happens to the next calls whose "POST /v1/refunds" begins with `on`.

    kind     error (500, kept under the key), html (502 of a proxy), rate_limit, declined (402),
             drop (line dead), hang (silence, then line dead), slow (late answer)
    when     "before" the deed (which then is not done) or "after" it
    seconds  for hang and slow
    """

    kind: str
    on: str = ""
    when: str = "before"
    times: int = 1
    seconds: float = 0.0

    def answer(self, done: Answer | None = None) -> Answer:
        """What the caller gets instead of `done`."""
        if self.kind in ("hang", "slow"):
            time.sleep(self.seconds)
        if self.kind == "slow" and done is not None:
            return done
        match self.kind:
            case "error":
                return Answer(500, {"error": {"type": "api_error", "message": "Sorry!"}})
            case "html":
                return Answer(502, "<html><h1>Bad gateway</h1></html>")
            case "rate_limit":
                return Answer(429, {"error": {"type": "invalid_request_error",
                                              "code": "rate_limit", "message": "Slow down"}})
            case "declined":
                return Answer(402, {"error": {
                    "type": "card_error", "code": "card_declined", "message": "No.",
                    "decline_code": "insufficient_funds"}})
        return Answer(0, None, drop=True)


class Faults:
    """Faults that wait for their call, first come first served."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        if fault.kind not in KINDS or fault.when not in ("before", "after"):
            raise ValueError(f"no such fault: {fault.kind} {fault.when}")
        with self.lock:
            self.waiting.append(fault)

    def take(self, call: str) -> Fault | None:
        """The first that fits, used up once."""
        with self.lock:
            for fault in self.waiting:
                if call.startswith(fault.on):
                    fault.times -= 1
                    if fault.times <= 0:
                        self.waiting.remove(fault)
                    return fault
        return None

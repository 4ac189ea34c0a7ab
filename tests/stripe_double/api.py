"""The /v1 API over the books: forms, expansion, lists, idempotency keys, faults."""

from __future__ import annotations

import json
import re
import secrets
import threading
from typing import Any
from urllib.parse import parse_qsl

from tests.stripe_double.books import Books, Thing, shown
from tests.stripe_double.faults import Fault, Faults
from tests.stripe_double.refusals import Refusal, invalid
from tests.stripe_double.wire import Answer, Call

KINDS = {
    "checkout/sessions": "checkout.session", "payment_intents": "payment_intent",
    "charges": "charge", "refunds": "refund", "disputes": "dispute", "events": "event",
    "balance_transactions": "balance_transaction",
}
FILTERS = ("payment_intent", "charge", "type", "status", "source")


class Api:
    """Answers calls. `answered` keeps (print, answer) by idempotency key; None while running."""

    def __init__(self, books: Books, faults: Faults) -> None:
        self.books = books
        self.faults = faults
        self.answered: dict[str, tuple[str, Answer | None]] = {}
        self.lock = threading.Lock()
        self.calls: list[Call] = []

    def answer(self, call: Call) -> Answer:
        """As Stripe would, with the faults that were asked for."""
        self.calls.append(call)
        if not re.fullmatch(r"Bearer (sk|rk)_test_\w+", call.bearer):
            return _refused(Refusal(401, "invalid_request_error", "Invalid API Key provided"))
        fault = self.faults.take(f"{call.method} {call.path}")
        if fault and fault.when == "before" and fault.kind != "slow":
            return self._keep(call, fault.answer()) if fault.kind == "error" else fault.answer()
        answer = self._once(call)
        if fault is None:
            return answer
        return self._late(call, fault, answer)

    def _late(self, call: Call, fault: Fault, answer: Answer) -> Answer:
        """The deed is done; the answer does not get through as it was."""
        instead = fault.answer(answer)
        if fault.kind == "error":
            self.answered.pop(call.key, None)
            self._keep(call, instead)  # Stripe keeps a 500 under its key, too
        return instead

    def _once(self, call: Call) -> Answer:
        """One key, one deed: the first answer again, unless it was a refusal of the input."""
        if not call.key or call.method != "POST":
            return self._do(call)
        with self.lock:
            if call.key in self.answered:
                return self._again(call)
            self.answered[call.key] = (call.print, None)
        answer = self._do(call)
        with self.lock:
            if answer.status in (400, 404):
                del self.answered[call.key]
            else:
                self.answered[call.key] = (call.print, answer)
        return answer

    def _again(self, call: Call) -> Answer:
        known, answer = self.answered[call.key]
        if known != call.print:
            return _refused(Refusal(400, "idempotency_error",
                                    "Keys can only be used with the same parameters."))
        if answer is None:
            return _refused(invalid("Another request with this key is running.", status=409,
                                    code="idempotency_key_in_use"))
        return Answer(answer.status, answer.body, {"Idempotent-Replayed": "true"})

    def _keep(self, call: Call, answer: Answer) -> Answer:
        if call.key and call.key not in self.answered:
            self.answered[call.key] = (call.print, answer)
        return answer

    def _do(self, call: Call) -> Answer:
        try:
            thing = self._step(call)
        except Refusal as e:
            return _refused(e)
        body = json.loads(json.dumps(thing))
        for path in call.params.get("expand", ()):
            self._expand(body, path.split("."))
        return Answer(200, body, {"Request-Id": f"req_{secrets.token_hex(7)}"})

    def _step(self, call: Call) -> Thing:
        route = call.path.removeprefix("/v1/").strip("/")
        collection = max((name for name in KINDS if route.startswith(name)), key=len, default="")
        rest = [part for part in route.removeprefix(collection).split("/") if part]
        match (call.method, collection, rest):
            case ("POST", "checkout/sessions", []):
                return shown(self.books.open_session(call.params, call.address))
            case ("POST", "checkout/sessions", [session_id, "expire"]):
                return shown(self.books.expire(session_id))
            case ("GET", "checkout/sessions", [session_id, "line_items"]):
                return _list(self.books.get(session_id)["_lines"], call.path, more=False)
            case ("POST", "refunds", []):
                return shown(self.books.refund(call.params))
            case ("GET", name, [thing_id]) if name:
                return shown(self.books.get(thing_id, KINDS[name]))
            case ("GET", name, []) if name:
                return self._page(KINDS[name], call)
        raise invalid(f"Unrecognized request URL ({call.method}: {call.path})", status=404)

    def _page(self, kind: str, call: Call) -> Thing:
        found = [thing for thing in reversed(self.books.all(kind)) if _matches(thing, call.params)]
        if after := call.params.get("starting_after"):
            at = [thing["id"] for thing in found].index(after)
            found = found[at + 1 :]
        limit = int(call.params.get("limit", 10))
        return _list([shown(thing) for thing in found[:limit]], call.path, more=len(found) > limit)

    def _expand(self, body: Any, path: list[str]) -> None:
        if len(path) > 4:
            raise ValueError("Stripe expands four levels at most")
        for thing in body if isinstance(body, list) else [body]:
            if not isinstance(thing, dict) or path[0] not in thing:
                continue
            value = thing[path[0]]
            if isinstance(value, str) and value in self.books.things:
                value = thing[path[0]] = json.loads(json.dumps(shown(self.books.things[value])))
            if path[1:]:
                self._expand(value, path[1:])


def decoded(form: str) -> Thing:
    """Stripe's brackets as nested values: a[b]=1, a[0][c]=2, a[]=3."""
    tree: Thing = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        parts = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        here = tree
        for part in parts[:-1]:
            here = here.setdefault(part, {})
        here[parts[-1] or str(len(here))] = value
    return _lists(tree)


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(part) for name, part in value.items()}


def _matches(thing: Thing, params: Thing) -> bool:
    since = params.get("created", {}).get("gte", 0)
    return thing["created"] >= int(since) and all(
        thing.get(name) == params[name] for name in FILTERS if name in params)


def _list(things: list[Thing], url: str, *, more: bool) -> Thing:
    return {"object": "list", "data": things, "has_more": more, "url": url}


def _refused(refusal: Refusal) -> Answer:
    return Answer(refusal.status, refusal.body, {"Request-Id": f"req_{secrets.token_hex(7)}"})

"""What the double knows: objects by id, and the steps that change them. Amounts are Stripe's."""

from __future__ import annotations

import copy
import re
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.stripe_double.refusals import check_amount, check_step, invalid, missing, whole

Thing = dict[str, Any]
VERSION = "2026-10-28.endive"
LOCALES = set(
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl"
    " pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW".split()
)


class Books:
    """All objects. `told` is called with each new event; every step holds the lock."""

    def __init__(self, told: Callable[[Thing], None]) -> None:
        self.things: dict[str, Thing] = {}
        self.told = told
        self.lock = threading.RLock()
        self.ahead = 0  # seconds by which the double's clock is moved

    def now(self) -> int:
        return int(time.time()) + self.ahead

    def get(self, thing_id: str, kind: str = "") -> Thing:
        self.expire_by_time()
        thing = self.things.get(thing_id)
        if thing is None or (kind and thing["object"] != kind):
            raise missing(thing_id)
        return thing

    def all(self, kind: str) -> list[Thing]:
        """Of this kind, oldest first."""
        self.expire_by_time()
        return [thing for thing in list(self.things.values()) if thing["object"] == kind]

    def add(self, prefix: str, kind: str, **fields: Any) -> Thing:
        thing = {"id": f"{prefix}_{secrets.token_hex(10)}", "object": kind, "livemode": False,
                 "created": self.now(), **fields}
        self.things[thing["id"]] = thing
        return thing

    def tell(self, name: str, thing: Thing) -> None:
        event = self.add("evt", "event", type=name, api_version=VERSION, pending_webhooks=1,
                         request={"id": None, "idempotency_key": None},
                         data={"object": copy.deepcopy(shown(thing))})
        self.told(event)

    def move(self, kind: str, amount: int, fee: int, currency: str, source: str) -> Thing:
        """A balance transaction; net = amount - fee."""
        return self.add("txn", "balance_transaction", type=kind, amount=amount, fee=fee,
                        net=amount - fee, currency=currency, source=source, status="available",
                        exchange_rate=None, fee_details=[], available_on=self.now(),
                        reporting_category=kind, description=None)

    def expire_by_time(self) -> None:
        with self.lock:
            for thing in list(self.things.values()):
                if thing.get("status") == "open" and thing["expires_at"] <= self.now():
                    self._close(thing)

    def open_session(self, params: Thing, address: str) -> Thing:
        """Checked as Stripe would; its page lives at `address`."""
        lines = [_line(line) for line in params.get("line_items") or ()]
        currencies = {line["currency"] for line in lines}
        if params.get("mode") != "payment" or not params.get("success_url"):
            raise invalid("mode and success_url are required", param="mode")
        if not 1 <= len(lines) <= 100 or len(currencies) != 1:
            raise invalid("1 to 100 line items of one currency", param="line_items")
        if params.get("locale", "auto") not in LOCALES:
            raise invalid("Invalid locale", param="locale")
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", params.get("customer_email", "a@b.c")):
            raise invalid("Invalid email address", param="customer_email", code="email_invalid")
        total, currency = sum(line["amount_total"] for line in lines), currencies.pop()
        check_amount(total, currency)
        until = whole(params.get("expires_at", self.now() + 86400), "expires_at")
        if not self.now() + 1800 <= until + 5 or until > self.now() + 86400:
            raise invalid("expires_at must be 30 minutes to 24 hours away", param="expires_at")
        with self.lock:
            session = self.add(
                "cs_test", "checkout.session", mode="payment", status="open", currency=currency,
                payment_status="unpaid", amount_total=total, amount_subtotal=total,
                expires_at=until, payment_intent=None, metadata=params.get("metadata", {}),
                client_reference_id=params.get("client_reference_id"), ui_mode="hosted_page",
                customer_email=params.get("customer_email"), locale=params.get("locale"),
                success_url=params["success_url"], cancel_url=params.get("cancel_url"), url=None,
            )
            session["_lines"], session["_intent"] = lines, params.get("payment_intent_data", {})
            session["url"] = f"{address}/c/pay/{session['id']}"
        return session

    def attempt(self, session_id: str) -> tuple[Thing, Thing]:
        """(open session, its intent): the intent comes to be with the first attempt."""
        session = self.get(session_id, "checkout.session")
        if session["status"] != "open":
            raise invalid(f"This session is {session['status']}.", code="session_not_open")
        if session["payment_intent"] is None:
            asked = session["_intent"]
            intent = self.add(
                "pi", "payment_intent", status="requires_payment_method", amount_received=0,
                amount=session["amount_total"], currency=session["currency"], latest_charge=None,
                metadata=asked.get("metadata", {}), description=asked.get("description"),
                last_payment_error=None, cancellation_reason=None, capture_method="automatic",
            )
            session["payment_intent"] = intent["id"]
            self.tell("payment_intent.created", intent)
        return session, self.things[session["payment_intent"]]

    def charge(self, intent: Thing, *, failed: str = "") -> Thing:
        """Money taken from the card, or a try that failed for this reason."""
        charge = self.add(
            "ch", "charge", amount=intent["amount"], currency=intent["currency"],
            amount_captured=0 if failed else intent["amount"], amount_refunded=0, paid=not failed,
            captured=not failed, refunded=False, disputed=False, failure_code=failed or None,
            status="failed" if failed else "succeeded", payment_intent=intent["id"],
            metadata=intent["metadata"], balance_transaction=None,
        )
        if not failed:
            fee = intent["amount"] * 29 // 1000
            charge["balance_transaction"] = self.move(
                "charge", intent["amount"], fee, intent["currency"], charge["id"])["id"]
        intent["latest_charge"] = charge["id"]
        self.tell("charge.failed" if failed else "charge.succeeded", charge)
        return charge

    def expire(self, session_id: str) -> Thing:
        with self.lock:
            session = self.get(session_id, "checkout.session")
            if session["status"] != "open":
                raise invalid(f"Only open sessions can be expired; this is {session['status']}.")
            self._close(session)
            return session

    def refund(self, params: Thing) -> Thing:
        """A refund by intent or charge; never more than is left."""
        with self.lock:
            charge = self._charge_of(params)
            left = charge["amount_captured"] - charge["amount_refunded"]
            amount = whole(params.get("amount", left), "amount")
            if left <= 0:
                raise invalid("Charge has already been refunded.", code="charge_already_refunded")
            if not 0 < amount <= left:
                raise invalid("Refund amount is greater than what is left.", param="amount")
            check_step(amount, charge["currency"])
            refund = self.add(
                "re", "refund", amount=amount, currency=charge["currency"], charge=charge["id"],
                payment_intent=charge["payment_intent"], metadata=params.get("metadata", {}),
                status="succeeded", reason=params.get("reason"), failure_reason=None,
            )
            refund["balance_transaction"] = self.move(
                "refund", -amount, 0, charge["currency"], refund["id"])["id"]
            charge["amount_refunded"] += amount
            charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
            self.tell("refund.created", refund)
            self.tell("charge.refunded", charge)
            return refund

    def _charge_of(self, params: Thing) -> Thing:
        if "payment_intent" in params:
            intent = self.get(params["payment_intent"], "payment_intent")
            if intent["status"] != "succeeded":
                raise invalid("This PaymentIntent has no successful charge.",
                              code="payment_intent_unexpected_state")
            return self.things[intent["latest_charge"]]
        return self.get(params.get("charge", ""), "charge")

    def _close(self, session: Thing) -> None:
        session["status"], session["url"] = "expired", None
        if session["payment_intent"]:
            intent = self.things[session["payment_intent"]]
            intent |= {"status": "canceled", "cancellation_reason": "automatic"}
            self.tell("payment_intent.canceled", intent)
        self.tell("checkout.session.expired", session)


def _line(line: Thing) -> Thing:
    price = line.get("price_data", {})
    unit = whole(price.get("unit_amount"), "unit_amount")
    quantity = whole(line.get("quantity", 1), "quantity")
    name = price.get("product_data", {}).get("name", "")
    if unit < 0 or quantity < 1 or not name:
        raise invalid("A line needs a name, a quantity and an amount that is not negative",
                      param="line_items")
    return {"description": name, "quantity": quantity, "amount_total": unit * quantity,
            "currency": price.get("currency", "")}


def shown(thing: Thing) -> Thing:
    """What of an object goes over the wire."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}

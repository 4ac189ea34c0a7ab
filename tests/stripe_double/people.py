"""What people do at Stripe: shoppers pay or not, banks take their time, clerks use the dashboard.

Each step tells its events as Stripe does. A step that is not possible raises Refusal.
"""

from __future__ import annotations

from typing import Any

from tests.stripe_double.books import Books, Thing
from tests.stripe_double.refusals import invalid


class People:
    """Steps from outside the API, by the ids that the shop knows."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def pay(self, session_id: str) -> Thing:
        """A card that works at once."""
        with self.books.lock:
            session, intent = self.books.attempt(session_id)
            self._succeed(intent)
            return self._complete(session, payment_status="paid")

    def decline(self, session_id: str, reason: str = "insufficient_funds") -> Thing:
        """The bank says no; the session stays open for another try."""
        with self.books.lock:
            session, intent = self.books.attempt(session_id)
            self.books.charge(intent, failed="card_declined")
            intent |= {"status": "requires_payment_method", "last_payment_error": {
                "type": "card_error", "code": "card_declined", "decline_code": reason}}
            self.books.tell("payment_intent.payment_failed", intent)
            return session

    def challenge(self, session_id: str) -> Thing:
        """The bank asks for 3-D Secure; answer with authenticate()."""
        with self.books.lock:
            session, intent = self.books.attempt(session_id)
            intent |= {"status": "requires_action", "last_payment_error": None}
            self.books.tell("payment_intent.requires_action", intent)
            return session

    def authenticate(self, session_id: str, *, passed: bool = True) -> Thing:
        """3-D Secure passed (paid) or failed (open for another try)."""
        with self.books.lock:
            _, intent = self.books.attempt(session_id)
            if intent["status"] != "requires_action":
                raise invalid("Nothing to authenticate.")
            if passed:
                return self.pay(session_id)
            return self.decline(session_id, "authentication_failed")

    def pay_late(self, session_id: str) -> Thing:
        """A bank debit: the shopper has finished, the money has not come. Then settle_late()."""
        with self.books.lock:
            session, intent = self.books.attempt(session_id)
            intent |= {"status": "processing", "last_payment_error": None}
            self.books.tell("payment_intent.processing", intent)
            return self._complete(session, payment_status="unpaid")

    def settle_late(self, session_id: str, *, paid: bool = True) -> Thing:
        """Days later the money comes, or does not."""
        with self.books.lock:
            session = self.books.get(session_id, "checkout.session")
            intent = self.books.get(session["payment_intent"], "payment_intent")
            if intent["status"] != "processing":
                raise invalid("Nothing on its way.")
            if paid:
                self._succeed(intent)
                session["payment_status"] = "paid"
            else:
                self.books.charge(intent, failed="debit_not_authorized")
                intent |= {"status": "requires_payment_method", "last_payment_error": {
                    "type": "card_error", "code": "debit_not_authorized"}}
                self.books.tell("payment_intent.payment_failed", intent)
            self.books.tell(
                f"checkout.session.async_payment_{'succeeded' if paid else 'failed'}", session)
            return session

    def refund_in_dashboard(self, intent_id: str, amount: int | None = None) -> Thing:
        """A clerk refunds at Stripe: no metadata of ours."""
        asked: dict[str, Any] = {"payment_intent": intent_id}
        return self.books.refund(asked if amount is None else asked | {"amount": amount})

    def fail_refund(self, refund_id: str) -> Thing:
        """The refund comes back: the card is gone."""
        with self.books.lock:
            refund = self.books.get(refund_id, "refund")
            charge = self.books.get(refund["charge"], "charge")
            refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
            charge["amount_refunded"] -= refund["amount"]
            charge["refunded"] = False
            refund["failure_balance_transaction"] = self.books.move(
                "refund_failure", refund["amount"], 0, refund["currency"], refund["id"])["id"]
            self.books.tell("refund.updated", refund)
            self.books.tell("refund.failed", refund)
            return refund

    def dispute(self, intent_id: str, amount: int | None = None, fee: int = 2000) -> Thing:
        """The payer complains at the bank; the money is taken at once."""
        with self.books.lock:
            intent = self.books.get(intent_id, "payment_intent")
            charge = self.books.get(intent["latest_charge"], "charge")
            contested = charge["amount"] if amount is None else amount
            dispute = self.books.add(
                "du", "dispute", amount=contested, currency=charge["currency"],
                charge=charge["id"], payment_intent=intent_id, status="needs_response",
                reason="fraudulent", metadata={}, balance_transactions=[],
                is_charge_refundable=False,
            )
            charge["disputed"] = True
            self.books.tell("charge.dispute.created", dispute)
            dispute["balance_transactions"].append(self.books.move(
                "adjustment", -contested, fee, charge["currency"], dispute["id"]))
            self.books.tell("charge.dispute.funds_withdrawn", dispute)
            return dispute

    def close_dispute(self, dispute_id: str, *, won: bool) -> Thing:
        """The bank decides; what was taken comes back if we won."""
        with self.books.lock:
            dispute = self.books.get(dispute_id, "dispute")
            dispute["status"] = "won" if won else "lost"
            if won:
                dispute["balance_transactions"].append(self.books.move(
                    "adjustment", dispute["amount"], 0, dispute["currency"], dispute["id"]))
                self.books.tell("charge.dispute.funds_reinstated", dispute)
            self.books.tell("charge.dispute.closed", dispute)
            return dispute

    def advance(self, seconds: int) -> int:
        """Move Stripe's clock; sessions past their time expire. Returns its time."""
        self.books.ahead += seconds
        self.books.expire_by_time()
        return self.books.now()

    def summary(self) -> Thing:
        """The second book: per currency the number and sum of payments and refunds."""
        sums: Thing = {}
        for intent in self.books.all("payment_intent"):
            of = sums.setdefault(intent["currency"], {
                "payments": 0, "paid": 0, "refunds": 0, "refunded": 0, "fees": 0})
            if intent["status"] == "succeeded":
                of["payments"] += 1
                of["paid"] += intent["amount_received"]
        for refund in self.books.all("refund"):
            if refund["status"] == "succeeded":
                sums[refund["currency"]]["refunds"] += 1
                sums[refund["currency"]]["refunded"] += refund["amount"]
        for move in self.books.all("balance_transaction"):
            sums[move["currency"]]["fees"] += move["fee"]
        return sums

    def _succeed(self, intent: Thing) -> None:
        self.books.charge(intent)
        intent |= {"status": "succeeded", "amount_received": intent["amount"],
                   "last_payment_error": None}
        self.books.tell("payment_intent.succeeded", intent)

    def _complete(self, session: Thing, *, payment_status: str) -> Thing:
        session |= {"status": "complete", "payment_status": payment_status, "url": None}
        self.books.tell("checkout.session.completed", session)
        return session

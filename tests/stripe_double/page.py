"""The hosted page: shows what is to be paid and lets a person or a browser choose how it ends."""

from __future__ import annotations

from html import escape

from tests.stripe_double.books import Books, Thing
from tests.stripe_double.people import People
from tests.stripe_double.refusals import Refusal

CHOICES = {
    "paid": "Pay", "declined": "Pay with a card that is declined",
    "challenge": "Pay with 3-D Secure", "late_success": "Bank debit that succeeds later",
    "late_failure": "Bank debit that fails later", "cancel": "Back to the shop",
}
CHALLENGE = {"passed": "Complete authentication", "failed": "Fail authentication"}


def choose(people: People, session: Thing, outcome: str) -> str:
    """Do it and say where to go: the shop's address, or '' for this page again."""
    session_id = session["id"]
    success = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id)
    match outcome:
        case "paid":
            people.pay(session_id)
        case "passed":
            people.authenticate(session_id)
        case "late_success" | "late_failure":
            people.pay_late(session_id)
        case "cancel":
            return session["cancel_url"] or success
        case "declined":
            people.decline(session_id)
            return ""
        case "challenge":
            people.challenge(session_id)
            return ""
        case "failed":
            people.authenticate(session_id, passed=False)
            return ""
        case _:
            raise Refusal(400, "invalid_request_error", f"no such outcome: {outcome}")
    return success


def html(books: Books, session: Thing) -> str:
    """The page as it is now."""
    intent = books.things.get(session["payment_intent"] or "", {})
    in_challenge = intent.get("status") == "requires_action"
    choices = (CHALLENGE if in_challenge else CHOICES) if session["status"] == "open" else {}
    lines = "".join(
        f"<li>{escape(line['description'])}: {line['amount_total']} {line['currency']}</li>"
        for line in session["_lines"])
    buttons = "".join(f'<button name="outcome" value="{name}">{escape(text)}</button> '
                      for name, text in choices.items())
    error = (intent.get("last_payment_error") or {}).get("decline_code", "")
    notice = f'<p role="alert">Your card was declined: {escape(error)}</p>' if error else ""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Checkout double</title>'
        f"<main><h1>Pay {session['amount_total']} {session['currency']}</h1>"
        f"<p>This is a test double. No money moves.</p><ul>{lines}</ul>{notice}"
        f'<p>Session {session["status"]}</p><form method="post">{buttons}</form></main></html>'
    )

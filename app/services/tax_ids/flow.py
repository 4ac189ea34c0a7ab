"""What is known of a buyer's tax id now, and asking the register about it in the background.

An outage never stops anybody: a number nobody has confirmed yet is "unavailable", which taxes the
buyer as if no number had been given (or as the market's setting for unproven businesses says).
source  Directive 2006/112/EC Art. 138; IR (EU) 282/2011 Art. 18 (proof of the buyer's status)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select

from app.extensions import db, providers, transaction
from app.kernel import clock
from app.kernel.errors import Invalid, ProviderUnavailable
from app.models.tax_id import TaxIdAnswer
from app.rules.facts import CustomerFacts
from app.services.markets import MarketView
from app.services.outbox import jobs
from app.services.tax_ids import numbers
from app.services.tax_ids.numbers import TaxId
from app.services.tax_ids.port import RegistryAnswer

log = structlog.get_logger()

FRESH = timedelta(hours=24)  # an answer counts this long: "valid at the time of supply"
VALID, INVALID, UNAVAILABLE = "valid", "invalid", "unavailable"
JOB = "tax_id"


def buyer(address: Mapping[str, str], market: MarketView, now: datetime) -> CustomerFacts:
    """Who buys, as the quote asks it: a business is one that gave a tax id. Reads only."""
    number = number_of(address)
    if number is None:
        return CustomerFacts()
    return CustomerFacts("business", number.number, check_of(number, market, now)[0])


def number_of(address: Mapping[str, str]) -> TaxId | None:
    """The tax id kept with an address; None for none, or one that no longer passes."""
    text = address.get("tax_id") or ""
    if not text:
        return None
    try:
        return numbers.read(text, address.get("country") or "")
    except Invalid:
        return None


def check_of(number: TaxId, market: MarketView, now: datetime) -> tuple[str, TaxIdAnswer | None]:
    """valid, invalid or unavailable, with the answer it rests on (None: none, or trusted)."""
    found = latest(number.key, now - FRESH)
    if found is not None:
        return found.state, found
    if number.country in market.trusted_tax_ids and number.is_checked:
        return VALID, None
    return UNAVAILABLE, None


def latest(key: str, since: datetime) -> TaxIdAnswer | None:
    """The newest answer that decided, not older than `since`."""
    return db.session.scalar(
        select(TaxIdAnswer)
        .where(TaxIdAnswer.number == key, TaxIdAnswer.asked_at >= since,
               TaxIdAnswer.state != UNAVAILABLE)
        .order_by(TaxIdAnswer.asked_at.desc(), TaxIdAnswer.id.desc()).limit(1)
    )


def ask_soon(address: Mapping[str, str], market: MarketView) -> None:
    """Let the worker ask about this address' number, unless that is known. Inside a transaction;
    one question an hour for each number."""
    number, now = number_of(address), clock.now()
    if number is None or number.authority not in providers().tax_ids:
        return
    if latest(number.key, now - FRESH / 2) is None:
        jobs.add(JOB, f"{JOB}:{number.key}:{now:%Y%m%d%H}", {
            "number": number.key, "authority": number.authority, "asker": market.seller.vat_id,
        })


def standing(address: Mapping[str, str], market: MarketView) -> str:
    """How a buyer's number stands, for people: valid, invalid, waiting (the register has been
    asked), unconfirmed (no register can be asked); "" for no number."""
    number, now = number_of(address), clock.now()
    if number is None:
        return ""
    state = check_of(number, market, now)[0]
    if state != UNAVAILABLE:
        return state
    return "waiting" if number.authority in providers().tax_ids else "unconfirmed"


def look_up(payload: Mapping[str, Any]) -> None:
    """The job: ask, keep the answer. An outage is kept too and asked again by the job's own
    back-off. Raises ProviderError."""
    number, authority = str(payload["number"]), str(payload["authority"])
    if latest(number, clock.now() - FRESH / 2) is None:
        ask(number, authority, str(payload.get("asker", "")))


def ask(number: str, authority: str, asker: str) -> TaxIdAnswer:
    """Ask the register now and keep what it says. Never inside a transaction.

    raises  ProviderUnavailable (kept as an answer "unavailable" too), ProviderRejected
    """
    registry = providers().tax_ids.get(authority)
    if registry is None:
        raise ProviderUnavailable(provider=authority, reason="not_configured")
    asked_at = clock.now()
    try:
        answer = providers().circuits.of(authority).call(lambda: registry.ask(number, asker))
    except ProviderUnavailable as error:
        _keep(number, authority, asker, asked_at, None, str(error.params.get("reason", "")))
        log.warning("tax_id_unavailable", authority=authority,
                    reason=str(error.params.get("reason", "")))
        raise
    return _keep(number, authority, asker, asked_at, answer)


def evidence(address: Mapping[str, str], market: MarketView, now: datetime) -> dict[str, Any]:
    """What an order freezes of its buyer's number; {} for a consumer."""
    number = number_of(address)
    if number is None:
        return {}
    state, answer = check_of(number, market, now)
    found: dict[str, Any] = {
        "number": number.number, "key": number.key, "country": number.country, "check": state,
        "authority": number.authority, "asker": market.seller.vat_id, "checked_at": str(now),
        "is_trusted": state == VALID and answer is None,
    }
    return found | (proof(answer) if answer is not None else {})


def proof(answer: TaxIdAnswer) -> dict[str, Any]:
    """An answer as evidence."""
    return {
        "answer_id": answer.id, "check": answer.state, "authority": answer.authority,
        "asker": answer.asker, "name": answer.name, "address": answer.address,
        "consultation": answer.consultation, "asked_at": str(answer.asked_at),
        "answer": answer.answer,
    }


def _keep(number: str, authority: str, asker: str, asked_at: datetime,  # noqa: PLR0913 - an answer's parts
          answer: RegistryAnswer | None, reason: str = "") -> TaxIdAnswer:
    row = TaxIdAnswer(number=number, authority=authority, asker=asker, asked_at=asked_at,
                      state=UNAVAILABLE, answer={"reason": reason})
    if answer is not None:
        row.state = VALID if answer.is_valid else INVALID
        row.name, row.address = answer.name[:300], answer.address[:600]
        row.consultation, row.answer = answer.consultation[:80], dict(answer.raw)
    with transaction() as session:
        session.add(row)
        session.flush()
    return row

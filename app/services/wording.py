"""Words of the interface: the catalogues', and what the merchant says instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from sqlalchemy import delete, select

from app.extensions import db, touched, transaction, upsert
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid, NotFound
from app.models.wording import OwnWording
from app.services import markets
from app.services.kept import Kept
from app.services.outbox import log

FOLDER = Path(__file__).resolve().parent.parent.parent / "translations"
LONGEST = 500
_NAMED = re.compile(r"%\((\w+)\)s")
_kept: Kept[Mapping[tuple[str, str], str]] = Kept("wording", size=1)


@cache
def translations(language: str) -> NullTranslations:
    """The compiled catalogue of a language; English texts are their own keys."""
    return Translations.load(str(FOLDER), [language.replace("-", "_")])


def say(language: str, message: str, **params: object) -> str:
    """A message in a language, in the merchant's words where there are, with its values filled in.

    For mails, payment lines and other words outside a request.
    """
    text = own_words().get((language, message)) or translations(language).ugettext(message)
    return text % params if params else text


def own_words() -> Mapping[tuple[str, str], str]:
    """(language, message) -> what the merchant says instead."""
    return _kept.get("own", lambda: {
        (row.language, row.message): row.text
        for row in db.session.execute(select(OwnWording.__table__))
    })


def set_text(language: str, message: str, text: str) -> None:
    """Say a message of the catalogue differently in one language.

    raises  NotFound (unknown_language, unknown_message), Conflict (protected_wording) for words
            the law prescribes, Invalid (wording) with the reason: empty, too long, mark-up, or not
            the same %(names)s as the message
    """
    if language not in markets.LANGUAGES:
        raise NotFound("unknown_language")
    if message not in _messages():
        raise NotFound("unknown_message")
    if message in PROTECTED:
        raise Conflict("protected_wording")
    reason = _why_not(message, text.strip())
    if reason:
        raise Invalid("wording", reason=reason)
    with transaction() as session:
        values = {"text": text.strip(), "changed_at": clock.now()}
        session.execute(
            upsert(OwnWording).values(language=language, message=message, **values)
            .on_conflict_do_update(index_elements=[OwnWording.language, OwnWording.message],
                                   set_=values)
        )
        log.emit("wording", message)


def forget(language: str, message: str) -> bool:
    """Say it as the catalogue does again. False if it was so already."""
    with transaction() as session:
        gone = touched(session.execute(delete(OwnWording).where(
            OwnWording.language == language, OwnWording.message == message)))
        if gone:
            log.emit("wording", message)
    return bool(gone)


def _why_not(message: str, text: str) -> str:
    if not text or len(text) > LONGEST:
        return "length"
    if set("<>{}") & set(text):
        return "mark_up"
    is_same = sorted(_NAMED.findall(text)) == sorted(_NAMED.findall(message))
    return "" if is_same and "%" not in _NAMED.sub("", text) else "names"


@cache
def _messages() -> frozenset[str]:
    """Messages without plural forms, as the catalogues hold them."""
    held = translations("de")
    catalogue = getattr(held, "_catalog", {})
    plural = {key[0] for key in catalogue if isinstance(key, tuple)}
    return frozenset(key for key in catalogue if isinstance(key, str) and key) - plural


def _(message: str) -> str:
    """Marks a message for the catalogue without translating it here."""
    return message


DELIVERY, DUTY_AND_TAX, ORDER = _("Delivery"), _("Duty and tax"), _("Order %(number)s")
# Directive 2011/83/EU Art. 8(2) and 11a (Directive (EU) 2023/2673) prescribe these words.
PROTECTED = frozenset({
    _("Order with obligation to pay"), _("Withdraw from contract"),
    _("Withdraw from contract here"), _("Confirm withdrawal here"),
})

"""Interface words outside a request: mails, payment lines, in a given language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).resolve().parent.parent.parent / "translations"


@cache
def translations(language: str) -> NullTranslations:
    """The compiled catalogue of a language; English texts are their own keys."""
    return Translations.load(str(FOLDER), [language.replace("-", "_")])


def say(language: str, message: str, **params: object) -> str:
    """A message of the catalogue in a language, with its named values filled in."""
    text = translations(language).ugettext(message)
    return text % params if params else text


def _(message: str) -> str:
    """Marks a message for the catalogue without translating it here."""
    return message


DELIVERY, DUTY_AND_TAX, ORDER = _("Delivery"), _("Duty and tax"), _("Order %(number)s")

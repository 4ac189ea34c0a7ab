"""Data texts in another language than the page say so: with a lang attribute, and in words."""

from __future__ import annotations

from markupsafe import Markup

from app.services.markets import LANGUAGES, RIGHT_TO_LEFT
from app.web import locale
from app.web.gettext import gettext as _


def is_foreign(language: str) -> bool:
    """True when a text's language (BCP 47, '' for unknown) is not the page's."""
    own = locale.current().language
    return bool(language) and language != own and not language.startswith(f"{own}-")


def said(text: str, language: str) -> str | Markup:
    """The text; in another language than the page's, inside an element that names it."""
    if not text or not is_foreign(language):
        return text
    return Markup('<span lang="{}" dir="{}">{}</span>').format(
        language, direction_of(language), text
    )


def lang_of(language: str) -> str:
    """The value of a lang attribute where one is needed, else ''."""
    return language if is_foreign(language) else ""


def direction_of(language: str) -> str:
    """rtl or ltr."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def note_of(language: str) -> str:
    """"Shown in English" where a text is in another language than the page, else ''."""
    if not is_foreign(language):
        return ""
    # translators: %(language)s is the language's own name, such as "English" or "Deutsch"
    return _("This text is shown in %(language)s.",
             language=LANGUAGES.get(language, LANGUAGES.get(language.partition("-")[0], language)))

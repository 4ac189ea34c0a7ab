"""Interface texts in the request's language, each looked up once per process.

A page asks for a hundred of them; Flask-Babel finds request, locale and catalogue anew for each.
"""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Flask
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import versions
from app.services import wording
from app.web import locale

MOST = 50_000  # far more than the catalogues hold; a stop, should somebody translate data
_texts: dict[tuple[object, ...], str] = {}


def gettext(message: str, **variables: Any) -> str:
    """The text in the language of this request, with %(name)s filled in."""
    language = locale.language_code()
    key = (language, message, versions().of("wording"))
    text = _texts.get(key)
    if text is None:
        text = _looked_up(language, message, key)
    return text % variables if variables else text


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """The form of the text that this number asks for; %(num)s is known."""
    return _form(singular, plural, num) % {"num": num, **variables}


def install(app: Flask) -> None:
    """Let the templates ask here too; what they fill in is escaped."""
    app.jinja_env.globals.update(_=_marked, gettext=_marked, ngettext=_marked_number)


def _marked(message: str, **variables: Any) -> Markup:
    text = Markup(gettext(message))  # noqa: S704 - a text of the catalogue
    return text % variables if variables else text


def _marked_number(singular: str, plural: str, num: int, **variables: Any) -> Markup:
    text = Markup(_form(singular, plural, num))  # noqa: S704 - a text of the catalogue
    return text % {"num": num, **variables}


def _form(singular: str, plural: str, num: int) -> str:
    key = (locale.language_code(), singular, plural, str(num))
    text = _texts.get(key)
    if text is None:
        with flask_babel.force_locale(locale.current_language()):
            found = flask_babel.get_translations().ungettext(singular, plural, num)
        text = _remember(key, found)
    return text


def _looked_up(language: str, message: str, key: tuple[object, ...]) -> str:
    with flask_babel.force_locale(locale.current_language()):
        text: str = flask_babel.gettext(message)
    try:
        own = wording.own_words().get((language, message))
    except SQLAlchemyError:  # the page that says so has words, but they are not kept
        return text
    return _remember(key, own or text)


def _remember(key: tuple[object, ...], text: str) -> str:
    if len(_texts) >= MOST:
        _texts.clear()
    _texts[key] = text
    return text

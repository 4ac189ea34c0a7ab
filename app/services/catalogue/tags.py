"""The controlled vocabulary of tags: no two words that a reader could take for the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from app.extensions import db, transaction
from app.kernel.errors import Conflict, Invalid
from app.models.catalogue import Tag
from app.services.catalogue.vocabulary import code_of
from app.services.outbox import log


def fold(word: str) -> str:
    """A word as it is compared: without case, spaces, punctuation and accents.

    Marks that make another letter (Japanese voicing, Indic vowels) stay.
    """
    apart = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(letter for letter in apart if not _is_accent(letter))
    whole = unicodedata.normalize("NFC", bare)
    kept = "".join(letter for letter in whole if unicodedata.category(letter)[0] in "LNM")
    return kept or whole.strip()


def add_tag(label: Mapping[str, str], code: str = "") -> int:
    """A new tag; its id.

    raises  Invalid   tag_empty: a label without words
            Conflict  tag_ambiguous (params: word, tag): code or label means a tag there is
    """
    with transaction() as session:
        words = _checked(label)
        code = code or code_of(words[0])
        _refuse_ambiguous([code, *words])
        tag = Tag(code=code, label=dict(label))
        session.add(tag)
        session.flush()
        log.emit("product")
        return tag.id


def tag_ids(words: Iterable[str], language: str) -> dict[str, int]:
    """Word -> tag id: the tag it means, however it is spelt, else a new one in this language."""
    wanted = {word: code_of(word) for word in words if fold(word)}
    if not wanted:
        return {}
    with transaction() as session:
        by_code = dict(session.execute(
            select(Tag.code, Tag.id).where(Tag.code.in_(set(wanted.values())))
        ).all())
        found = {word: by_code[code] for word, code in wanted.items() if code in by_code}
        if len(found) < len(wanted):
            meanings = _meanings()
            for word, code in wanted.items():
                if word in found:
                    continue
                if fold(word) not in meanings:
                    tag = Tag(code=code, label={language: word.strip()})
                    session.add(tag)
                    session.flush()
                    meanings[fold(word)] = tag.id
                found[word] = meanings[fold(word)]
        return found


def _meanings() -> dict[str, int]:
    """Folded code or label -> tag id, of the whole vocabulary."""
    rows = db.session().execute(select(Tag.id, Tag.code, Tag.label))
    return {fold(word): id_ for id_, code, label in rows for word in (*label.values(), code)}


def _refuse_ambiguous(words: Iterable[str]) -> None:
    meanings = _meanings()
    for word in words:
        if fold(word) in meanings:
            raise Conflict("tag_ambiguous", word=word, tag=meanings[fold(word)])


def _checked(label: Mapping[str, str]) -> list[str]:
    words = [word for word in label.values() if fold(word)]
    if not words or len(words) < len(label):
        raise Invalid("tag_empty")
    return words


def _is_accent(letter: str) -> bool:
    return "\u0300" <= letter < "\u0370" or "\u064b" <= letter <= "\u0652" or letter == "\u0640"

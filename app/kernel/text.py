"""Texts in several languages: fallback chains and slugs in the language's own script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

ROOT_LANGUAGE = "en"
RESERVED_SLUGS = frozenset(
    "c p search cart checkout orders account l blog pay locale consent styleguide static api"
    " admin webhooks feeds withdrawal".split()
)


def fallback_chain(language: str, country: str, market_default: str) -> tuple[str, ...]:
    """Languages to try in turn: de-AT -> de -> the market's first -> en, without repeats."""
    tried = (f"{language}-{country}", language, market_default, ROOT_LANGUAGE)
    return tuple(dict.fromkeys(tried))


def choose(texts: Mapping[str, T], chain: Sequence[str]) -> tuple[str, T] | None:
    """(language, text) of the first language of the chain that has one, else any, else None."""
    for language in chain:
        if texts.get(language):
            return language, texts[language]
    return next(((language, text) for language, text in texts.items() if text), None)


def slugify(name: str) -> str:
    """Lower-case words joined by hyphens, letters of any script kept, at most 96 characters."""
    folded = unicodedata.normalize("NFKC", name).lower().replace("ß", "ss")
    words = re.sub(r"[^\w]+", "-", folded, flags=re.UNICODE).replace("_", "-")
    slug = re.sub(r"-{2,}", "-", words).strip("-")[:96].strip("-")
    return f"{slug}-1" if slug in RESERVED_SLUGS else slug


def unique_slug(name: str, taken: Iterable[str]) -> str:
    """slugify(name), numbered when somebody has it already."""
    base, used, number = slugify(name) or "item", set(taken), 2
    slug = base
    while slug in used:
        slug, number = f"{base}-{number}", number + 1
    return slug

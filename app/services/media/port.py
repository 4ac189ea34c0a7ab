"""Where the bytes of pictures lie. Keys are relative paths: "ab12cd/pendant-lamp-640.avif"."""

from __future__ import annotations

import re
from typing import Protocol

_KEY = re.compile(r"[\w][\w.-]*(?:/[\w][\w.-]*)*")
LONGEST_KEY = 220


def is_safe(key: str) -> bool:
    """True for a key that names a file below the store and nothing else."""
    return len(key) <= LONGEST_KEY and ".." not in key and _KEY.fullmatch(key) is not None


class MediaStore(Protocol):
    """Keeps bytes under keys.

    Every method may raise ProviderUnavailable (try later); a key that is not safe is ValueError
    when written and "not there" when read. What lies under a key never changes its meaning: a
    new picture gets a new key, so that readers may cache for ever.
    """

    def put(self, key: str, content: bytes, mime: str) -> None:
        """Keep these bytes; whole or not at all. Putting the same key again replaces it."""

    def get(self, key: str) -> bytes | None:
        """The bytes, or None when there are none."""

    def exists(self, key: str) -> bool:
        """True when something lies under the key."""

    def remove(self, key: str) -> None:
        """Forget it; nothing happens when it is not there."""

    def url(self, key: str) -> str | None:
        """An address a browser can read it from for an hour or longer; None: the shop serves it."""

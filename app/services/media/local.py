"""Pictures as files in a folder of the shop's home (`instance/media`). The default."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from app.services.media.port import is_safe


class LocalStore:
    """Files below `folder`, written beside their place and then moved into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, key: str, content: bytes, mime: str) -> None:  # noqa: ARG002 - files have none
        """Write atomically: a reader sees the old bytes or the new ones, never half of them."""
        path = self._path(key)
        if path is None:
            raise ValueError(f"not a safe key: {key!r}")
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def get(self, key: str) -> bytes | None:
        """The bytes, or None."""
        path = self._path(key)
        if path is None:
            return None
        try:
            return path.read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def exists(self, key: str) -> bool:
        """True when there is such a file."""
        path = self._path(key)
        return path is not None and path.is_file()

    def remove(self, key: str) -> None:
        """Delete the file, and its folder when that is empty now."""
        path = self._path(key)
        if path is None or not path.is_file():
            return
        path.unlink(missing_ok=True)
        try:
            path.parent.rmdir()
        except OSError:
            return  # other pictures lie there

    def url(self, key: str) -> str | None:  # noqa: ARG002 - the same for every key
        """None: the shop itself serves what lies in its folder."""
        return None

    def _path(self, key: str) -> Path | None:
        return self.folder / key if is_safe(key) else None

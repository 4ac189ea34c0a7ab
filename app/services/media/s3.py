"""Pictures in an S3 bucket (`MEDIA_URL=s3://bucket/prefix`); browsers read presigned addresses.

Keys and endpoint come from the environment as every S3 client reads them (AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store as Bucket

from app.kernel.errors import ProviderUnavailable
from app.services.media.port import is_safe

SIGNED_FOR = timedelta(hours=6)


class S3Store:
    """One bucket (and folder in it). Time-outs: connect 3 s, whole request 10 s."""

    def __init__(self, media_url: str, **options: Any) -> None:
        parts = urlsplit(media_url)
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
        self._store = Bucket(
            parts.netloc, prefix=parts.path.strip("/") or None,
            client_options={"connect_timeout": "3s", "timeout": "10s",
                            "allow_http": endpoint.startswith("http://")},
            retry_config={"max_retries": 1}, **options,
        )

    def put(self, key: str, content: bytes, mime: str) -> None:
        """Keep the bytes with their type and a year of caching."""
        if not is_safe(key):
            raise ValueError(f"not a safe key: {key!r}")
        attributes = {
            "Content-Type": mime, "Cache-Control": "public, max-age=31536000, immutable",
        }
        with _translated():
            obstore.put(self._store, key, content, attributes=attributes)

    def get(self, key: str) -> bytes | None:
        """The bytes, or None."""
        if not is_safe(key):
            return None
        try:
            with _translated():
                return bytes(obstore.get(self._store, key).bytes())
        except FileNotFoundError:
            return None

    def exists(self, key: str) -> bool:
        """True when the object is there."""
        if not is_safe(key):
            return False
        try:
            with _translated():
                obstore.head(self._store, key)
        except FileNotFoundError:
            return False
        return True

    def remove(self, key: str) -> None:
        """Delete the object; S3 does not mind when there is none."""
        if is_safe(key):
            try:
                with _translated():
                    obstore.delete(self._store, key)
            except FileNotFoundError:
                return

    def url(self, key: str) -> str | None:
        """A signed address, good for SIGNED_FOR."""
        if not is_safe(key):
            return None
        with _translated():
            return str(obstore.sign(self._store, "GET", key, SIGNED_FOR))


@contextmanager
def _translated() -> Iterator[None]:
    """Their words stop here: everything but "not there" is "try later"."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise ProviderUnavailable(provider="s3", reason=type(error).__name__) from error

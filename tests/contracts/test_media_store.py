"""What every media store promises: the files of the shop, and a bucket."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

import pytest

from app.kernel.errors import ProviderUnavailable
from app.services.media.local import LocalStore
from app.services.media.port import MediaStore
from app.services.media.s3 import S3Store


class Objects(BaseHTTPRequestHandler):
    """As much of S3 as the shop uses: put, get, head, delete (one and many), any signature."""

    kept: ClassVar[dict[str, tuple[bytes, str]]] = {}

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.kept[self._key()] = (body, self.headers["Content-Type"])
        self._answer(200)

    def do_GET(self) -> None:
        if self._key() in self.kept:
            self._answer(200, *self.kept[self._key()])
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>", "application/xml")

    do_HEAD = do_GET  # noqa: N815 - the name http.server calls

    def do_DELETE(self) -> None:
        self.kept.pop(self._key(), None)
        self._answer(204)

    def do_POST(self) -> None:
        keys = re.findall(r"<Key>(.*?)</Key>",
                          self.rfile.read(int(self.headers["Content-Length"])).decode())
        for key in keys:
            self.kept.pop(f"/pictures/{key}", None)
        gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self._answer(200, f"<DeleteResult>{gone}</DeleteResult>".encode(), "application/xml")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        return

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path)

    def _answer(self, status: int, body: bytes = b"", mime: str = "text/plain") -> None:
        self.send_response(status)
        for name, value in (("Content-Length", str(len(body))), ("Content-Type", mime),
                            ("ETag", '"1"'), ("Last-Modified", "Mon, 02 Mar 2026 10:00:00 GMT")):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The address of an S3 double."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Objects)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
          ) -> MediaStore:
    """Every store in turn."""
    if request.param == "local":
        return LocalStore(tmp_path / "media")
    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("bucket"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return S3Store("s3://pictures/shop")


def test_what_is_put_can_be_had_and_removed(store: MediaStore):
    store.put("ab12/lamp.jpg", b"one", "image/jpeg")
    store.put("ab12/lamp.jpg", b"two", "image/jpeg")

    assert store.exists("ab12/lamp.jpg")
    assert store.get("ab12/lamp.jpg") == b"two"
    store.remove("ab12/lamp.jpg")
    store.remove("ab12/lamp.jpg")
    assert not store.exists("ab12/lamp.jpg")
    assert store.get("ab12/lamp.jpg") is None


@pytest.mark.parametrize("key", ["../x", "/x", "a//b", "", ".x", "a b", "a\\b", "x" * 300])
def test_keys_that_are_not_safe_name_nothing(store: MediaStore, key: str):
    with pytest.raises(ValueError, match="safe"):
        store.put(key, b"1", "image/jpeg")
    assert store.get(key) is None
    assert not store.exists(key)
    store.remove(key)


def test_an_address_is_readable_or_none(store: MediaStore):
    store.put("ab12/lamp.jpg", b"one", "image/jpeg")
    address = store.url("ab12/lamp.jpg")
    if address is not None:
        with urlopen(address, timeout=10) as answer:
            assert answer.read() == b"one"
            assert answer.headers["Content-Type"] == "image/jpeg"


def test_a_silent_bucket_is_try_later(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with pytest.raises(ProviderUnavailable):
        S3Store("s3://pictures/shop").get("ab12/lamp.jpg")


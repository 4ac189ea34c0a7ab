"""The page cache in front of Flask: public pages of this process, compressed, with an ETag.

A page is kept under (host, path, query, page or fragment, currency) with the state of the change
counters it was made under (services/versions.py): when one moves, in whatever process of this
host, the next request makes the page anew. It also ends with the moment caching.public() was
given. One request makes a page, others wait for it briefly, then take the old one, if that was
right a minute ago. When the shop cannot answer (the database is down), the old page is served for
up to a day. Every other answer passes through and is compressed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event
from time import perf_counter, time
from typing import Any

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_etags
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Settings
from app.extensions import db
from app.services import markets
from app.services.versions import Versions
from app.web import encodings, pagekeys
from app.web.cachelog import Seen
from app.web.caching import MARK, policy
from app.web.pagestore import HOUR, Doorkeeper, Entry, Key, Store, etag_of

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Start = Callable[..., Any]

log = structlog.get_logger()
WAIT_S = 2.0  # for another request that makes the same page
RECENT_S, BROKEN_S, RETRY_S = 60.0, 24 * HOUR, 5.0
LONGEST_BODY = 2 * 1024 * 1024
KINDS = 1000
OWN = frozenset({"content-length", "content-encoding", "x-request-id", "etag", "cache-control",
                 "date"})


def in_front_of(app: Flask, settings: Settings) -> Flask:
    """Put the cache before the application; behind it, proxies that may say who is asking.

    The client's address is what `trusted_proxies` proxies have added; their other X-Forwarded
    headers are not believed (host and scheme are those of BASE_URL).
    """
    inner = app.wsgi_app
    if settings.trusted_proxies:
        inner = ProxyFix(inner, x_for=settings.trusted_proxies, x_proto=0, x_host=0)
    cache = PageCache(inner, app, settings)
    app.extensions["page_cache"] = cache
    app.wsgi_app = cache  # type: ignore[assignment]
    return app


class PageCache:
    """WSGI middleware. Without megabytes it keeps nothing and only compresses."""

    def __init__(self, inner: Callable[..., Iterable[bytes]], app: Flask,
                 settings: Settings) -> None:
        self.inner, self.app, self.settings = inner, app, settings
        self.store = Store(settings.cache_megabytes * 1024 * 1024)
        self.door = Doorkeeper()
        self.seen = Seen(settings.log_level)
        self.versions: Versions = app.extensions["tradewind"].versions
        self._making: dict[Key, Event] = {}
        self._kinds: set[str] = set()  # of pages that were public the last time
        self._currencies: tuple[int, frozenset[str]] = (-1, frozenset())

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer from the store, else from the application."""
        begun = perf_counter()
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._pass(environ, start)
        path = environ["PATH_INFO"]
        if not pagekeys.PREFIXED.match(path):
            return self._pass(environ, start)
        environ["QUERY_STRING"] = query = pagekeys.tidy_query(environ.get("QUERY_STRING", ""))
        if not self.settings.cache_megabytes or len(path) + len(query) > pagekeys.LONGEST:
            return self._render(None, None, environ, start)
        key = self._key(environ, path, query)
        entry, stamp = self.store.get(key), self.versions.all()
        now = time()
        if entry is not None and entry.is_fresh(stamp, now):
            is_right = now >= entry.rests
            if is_right:
                entry.seen_fresh = now
            return self._answer(entry, environ, start, "hit" if is_right else "stale", begun)
        return self._make(key, entry, environ, start, begun)

    def _key(self, environ: Environ, path: str, query: str) -> Key:
        currency = pagekeys.chosen_currency(environ.get("HTTP_COOKIE", ""))
        if currency and currency not in self._known_currencies():
            currency = "?"
        return (environ.get("HTTP_HOST", "")[:255], path, query, pagekeys.shape(environ), currency)

    def _known_currencies(self) -> frozenset[str]:
        version = self.versions.of("market")
        if self._currencies[0] != version:
            try:
                with self.app.app_context():
                    self._currencies = (version, frozenset(markets.currencies()))
                    db.session.remove()
            except SQLAlchemyError:
                log.warning("currencies_unknown")
        return self._currencies[1]

    def _make(self, key: Key, old: Entry | None, environ: Environ, start: Start,
              begun: float) -> Iterable[bytes]:
        """Let the application make the page, or wait for who is making it."""
        if old is None and pagekeys.kind(key[1]) not in self._kinds:
            return self._render(key, None, environ, start)
        mine = Event()
        other = self._making.setdefault(key, mine)
        if other is not mine:
            other.wait(WAIT_S)
            entry = self.store.get(key)
            if entry is not None and (entry.is_fresh(self.versions.all(), time())
                                      or time() - entry.seen_fresh <= RECENT_S):
                return self._answer(entry, environ, start, "waited", begun)
            return self._render(key, old, environ, start)
        try:
            return self._render(key, old, environ, start)
        finally:
            self._making.pop(key, None)
            mine.set()

    def _render(self, key: Key | None, old: Entry | None, environ: Environ,
                start: Start) -> Iterable[bytes]:
        """Ask the application; keep what is public, unless there is no key to keep it under."""
        stamp, begun = self.versions.all(), perf_counter()
        inner = {**environ, "REQUEST_METHOD": "GET"}  # a HEAD is answered with what GET would get
        status, headers, chunks = self._ask(inner)
        if status[0] == "5" and old is not None and time() - old.seen_fresh <= BROKEN_S:
            _close(chunks)
            old.rests = time() + RETRY_S
            return self._answer(old, environ, start, "stale", begun)
        mark, kind = inner.get(MARK), pagekeys.kind(environ["PATH_INFO"])
        if mark is None or status[:3] != "200" or _names(headers) & {"set-cookie"}:
            if status[0] == "2":
                self._kinds.discard(kind)
            return self._send(status, headers, chunks, environ, start)
        if len(self._kinds) < KINDS:
            self._kinds.add(kind)
        body = _joined(chunks)
        until, endpoint = mark
        entry = Entry(
            stamp=stamp, until=until.timestamp() if until else float("inf"), etag=etag_of(body),
            headers=[pair for pair in headers if pair[0].lower() not in OWN],
            endpoint=endpoint, seen_fresh=time(),
            is_shared="public" in dict(headers).get("Cache-Control", ""),
        )
        if key is not None and (not key[2] or self.door.knows(key)):
            entry.bodies["br"] = encodings.pack(body, "br", encodings.ONCE)
            entry.until = min(entry.until, time() + HOUR)
            self.store.put(key, entry)
        request_id = dict(headers).get("X-Request-Id", "")
        return self._answer(entry, environ, start, "miss", begun, request_id, body)

    def _answer(self, entry: Entry, environ: Environ, start: Start, state: str,  # noqa: PLR0913 - one answer's state
                begun: float, request_id: str = "", plain: bytes | None = None) -> list[bytes]:
        """Send a kept page in the encoding asked for, or 304. Age is 0 while it is known right."""
        now = time()
        left = entry.until - now
        headers = [
            ("X-Request-Id", request_id or self.seen.request_id(environ)), ("X-Cache", state),
            ("Age", "0" if state != "stale" else str(max(int(now - entry.seen_fresh), 1))),
            ("Cache-Control", policy(left if left < HOUR / 2 else None, is_shared=entry.is_shared)),
        ]
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked and parse_etags(asked).contains_weak(entry.etag[3:-1]):
            status, body = "304 NOT MODIFIED", b""
            headers += [("ETag", entry.etag),
                        *(pair for pair in entry.headers if pair[0] != "Content-Type")]
        else:
            encoding = encodings.wanted(environ.get("HTTP_ACCEPT_ENCODING", ""))
            status, body = "200 OK", _body(entry, encoding, plain)
            headers += entry.told(encoding, len(body))
        if state != "miss":
            self.seen.note(environ["REQUEST_METHOD"], entry.endpoint, status, headers[0][1],
                           state, perf_counter() - begun)
        start(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _pass(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Straight to the application and back, compressed."""
        status, headers, chunks = self._ask(environ)
        return self._send(status, headers, chunks, environ, start)

    def _ask(self, environ: Environ) -> tuple[str, Headers, Iterable[bytes]]:
        caught: list[Any] = []

        def start(status: str, headers: Headers, _exc_info: Any = None) -> None:
            caught[:] = [status, headers]

        chunks = self.inner(environ, start)
        return caught[0], caught[1], chunks

    def _send(self, status: str, headers: Headers, chunks: Iterable[bytes], environ: Environ,
              start: Start) -> Iterable[bytes]:
        """Pass an answer on; a whole text of moderate size leaves in brotli or gzip."""
        held = {name.lower(): value for name, value in headers}
        length = held.get("content-length", "")
        if (environ["REQUEST_METHOD"] == "HEAD" or "content-encoding" in held
                or not length.isdigit() or int(length) > LONGEST_BODY
                or not encodings.gains(held.get("content-type", ""), int(length))):
            start(status, headers)
            return _nothing(chunks) if environ["REQUEST_METHOD"] == "HEAD" else chunks
        headers = [pair for pair in headers if pair[0].lower() not in {"content-length", "vary"}]
        headers.append(("Vary", _with(held.get("vary", ""), "Accept-Encoding")))
        body = _joined(chunks)
        encoding = encodings.wanted(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if encoding:
            body = encodings.pack(body, encoding)
            headers.append(("Content-Encoding", encoding))
            headers = [_weak(pair) for pair in headers]
        start(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]


def _body(entry: Entry, encoding: str, plain: bytes | None) -> bytes:
    if entry.bodies:
        return plain if plain is not None and not encoding else entry.body(encoding)
    body = plain or b""
    return encodings.pack(body, encoding) if encoding else body


def _joined(chunks: Iterable[bytes]) -> bytes:
    try:
        return b"".join(chunks)
    finally:
        _close(chunks)


def _nothing(chunks: Iterable[bytes]) -> list[bytes]:
    _close(chunks)
    return []


def _close(chunks: Iterable[bytes]) -> None:
    if hasattr(chunks, "close"):
        chunks.close()


def _names(headers: Headers) -> set[str]:
    return {name.lower() for name, _value in headers}


def _with(vary: str, name: str) -> str:
    if name.lower() in {part.strip().lower() for part in vary.split(",")} or vary == "*":
        return vary
    return f"{vary}, {name}" if vary else name


def _weak(pair: tuple[str, str]) -> tuple[str, str]:
    """A strong validator is that of one encoding; ours says the content is the same."""
    is_strong = pair[0].lower() == "etag" and not pair[1].startswith("W/")
    return (pair[0], f"W/{pair[1]}") if is_strong else pair

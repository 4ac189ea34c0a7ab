"""Fetching a picture from an address somebody wrote into a file.

The address is not trusted: only http(s), only hosts that resolve to public addresses, and the
connection goes to the very address that was checked (a second look-up could answer otherwise).
source  OWASP server-side request forgery prevention cheat sheet
"""

from __future__ import annotations

import ipaddress
import socket
import time
from urllib.parse import urljoin, urlsplit

import urllib3

from app.kernel.errors import ProviderRejected, ProviderUnavailable

MOST_BYTES = 20 * 1024 * 1024
MOST_REDIRECTS = 3
WHOLE_SECONDS = 60.0
_TIMEOUT = urllib3.Timeout(connect=3.0, read=10.0)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"User-Agent": "Tradewind media", "Accept": "image/*"}


def fetch(url: str, *, allow_private: bool = False) -> bytes:
    """What lies at an address, at most MOST_BYTES.

    raises  ProviderRejected     the address is not allowed, not there, or answers too much
            ProviderUnavailable  no answer in time, or "not now"
    """
    until = time.monotonic() + WHOLE_SECONDS
    for _hop in range(MOST_REDIRECTS + 1):
        answer = _ask(url, allow_private=allow_private)
        try:
            if answer.status not in _REDIRECTS:
                return _read(answer, until)
            url = urljoin(url, answer.headers.get("Location", ""))
        finally:
            answer.close()
    raise ProviderRejected("too_many_redirects")


def public_address(host: str, port: int, *, allow_private: bool = False) -> str:
    """An address of the host. Raises ProviderRejected if any of its addresses is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ProviderUnavailable("host_unknown", host=host) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not allow_private and not all(_is_public(address) for address in addresses):
        raise ProviderRejected("address_not_public", host=host)
    return addresses[0]


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None)
    return all(one.is_global and not one.is_multicast for one in (parsed, inner or parsed))


def _ask(url: str, *, allow_private: bool) -> urllib3.BaseHTTPResponse:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise ProviderRejected("address_not_allowed") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ProviderRejected("address_not_allowed")
    address = public_address(parts.hostname, port, allow_private=allow_private)
    if parts.scheme == "https":
        pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
            address, port, server_hostname=parts.hostname, assert_hostname=parts.hostname,
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port)
    target = urllib3.util.parse_url(url).request_uri  # percent-encodes what people paste raw
    host = parts.netloc.rpartition("@")[2].encode("idna" if not parts.netloc.isascii() else "ascii")
    try:
        return pool.request(
            "GET", target, headers={**_HEADERS, "Host": host.decode("ascii")}, timeout=_TIMEOUT,
            retries=urllib3.Retry(1, redirect=False, status=0), redirect=False,
            preload_content=False, decode_content=False,
        )
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise ProviderUnavailable("no_answer", reason=type(error).__name__) from error


def _read(answer: urllib3.BaseHTTPResponse, until: float) -> bytes:
    if answer.status == 429 or answer.status >= 500:
        raise ProviderUnavailable("not_now", status=answer.status)
    if answer.status != 200:
        raise ProviderRejected("not_there", status=answer.status)
    parts, size = [], 0
    try:
        for part in answer.stream(64 * 1024, decode_content=False):
            size += len(part)
            if size > MOST_BYTES:
                raise ProviderRejected("picture_too_many_bytes")
            if time.monotonic() > until:
                raise ProviderUnavailable("too_slow")
            parts.append(part)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise ProviderUnavailable("broke_off", reason=type(error).__name__) from error
    return b"".join(parts)

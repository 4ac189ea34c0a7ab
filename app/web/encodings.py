"""Answers made smaller for the wire: brotli, else gzip."""

from __future__ import annotations

import gzip

import brotli

SMALLEST = 860  # bytes; below it a packet is a packet
TEXTS = ("text/", "application/json", "application/problem+json", "application/xml",
         "application/manifest+json", "image/svg+xml", "application/rss+xml")
ONCE, EACH = 5, 4  # brotli's quality for what is kept, and for what is sent once


def wanted(accept: str) -> str:
    """The best encoding a request's Accept-Encoding allows: br, gzip or '' (as it is)."""
    if accept.startswith("gzip, deflate, br") and ";" not in accept:  # what browsers send
        return "br"
    found = {}
    for part in accept.lower().split(",")[:16]:
        name, _sep, quality = part.partition(";")
        found[name.strip()] = quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    if found.get("br"):
        return "br"
    return "gzip" if found.get("gzip", found.get("*", False)) else ""


def gains(content_type: str, size: int) -> bool:
    """True for texts that are worth it."""
    return size >= SMALLEST and content_type.startswith(TEXTS)


def pack(body: bytes, encoding: str, quality: int = EACH) -> bytes:
    """The body in br or gzip."""
    if encoding == "br":
        return brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality, lgwin=18)
    return gzip.compress(body, compresslevel=quality, mtime=0)


def unpack(body: bytes) -> bytes:
    """What was packed with br."""
    return brotli.decompress(body)

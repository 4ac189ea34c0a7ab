"""Two yardsticks: an answer from memory, and the smallest Flask page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from flask import Flask

BODY = Path(os.environ.get("BENCH_BODY", os.devnull)).read_bytes()
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "br"),
           ("Content-Length", str(len(BODY)))]


def memory(_environ: dict[str, object], start: Callable[..., object]) -> Iterable[bytes]:
    """The same bytes as the shop's kept page, from a constant."""
    start("200 OK", HEADERS)
    return [BODY]


hello = Flask("hello")


@hello.get("/x")
@hello.get("/healthz")
def _hello() -> str:
    return "Hello, World!"

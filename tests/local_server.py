"""A WSGI application of a test over real HTTP on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Self

from werkzeug.serving import WSGIRequestHandler, make_server

Wsgi = Callable[..., Iterable[bytes]]


class Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Nothing."""


class LocalServer:
    """Serves `wsgi` in a thread while its block lasts, or until the process ends by serve().

    url  where it is
    """

    def __init__(self, wsgi: Wsgi, port: int = 0) -> None:
        self.server = make_server("127.0.0.1", port, wsgi, threaded=True, request_handler=Quiet)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()

    def serve(self) -> None:
        """Until somebody shuts it down."""
        self.server.serve_forever(0.02)

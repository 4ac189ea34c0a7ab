"""A shop with its foundation (markets, price lists, warehouses, law) and nothing to sell yet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.extensions import db
from app.services.demo import foundation
from tests.conftest import settings_for


@pytest.fixture(scope="session")
def founded_home(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite shop with its foundation; copied, never used."""
    home = tmp_path_factory.mktemp("founded") / "home"
    shutil.copytree(empty_home, home)
    app = create_app(settings_for(home, database_url=f"sqlite:///{home / 'shop.db'}"))
    with app.app_context():
        foundation.lay()
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return home


@pytest.fixture
def founded_shop(founded_home: Path, tmp_path: Path) -> Iterator[Flask]:
    """A shop to import into, inside its application context."""
    home = tmp_path / "home"
    shutil.copytree(founded_home, home)
    app = create_app(settings_for(home, database_url=f"sqlite:///{home / 'shop.db'}"))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
